"""Codings: what analysts wrote beside entries"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ROW, WORDS, Moment, word

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "codings",
        sa.Column("entry", ROW, autoincrement=False, nullable=False),
        sa.Column("tags", WORDS, nullable=False),
        sa.Column("note", WORDS, nullable=False),
        sa.Column("question", WORDS, nullable=False),
        sa.Column("include", word(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_codings_entry")),
        sa.PrimaryKeyConstraint("entry"),
    )


def downgrade() -> None:
    op.drop_table("codings")
