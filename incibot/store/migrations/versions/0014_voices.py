"""Voices: what people tell of an incident afterwards, and when they are asked"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ID, WORD, Moment

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "hearings",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("asked_of", Moment(), nullable=True),
        sa.Column("facilitator", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_hearings_incident")
        ),
        sa.PrimaryKeyConstraint("incident"),
    )
    op.create_index(op.f("ix_hearings_due_at"), "hearings", ["due_at"])
    op.create_table(
        "voices",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("use", WORD, nullable=False),
        sa.Column("confided_to", ID, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_voices_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "user"),
    )


def downgrade() -> None:
    op.drop_table("voices")
    op.drop_index(op.f("ix_hearings_due_at"), table_name="hearings")
    op.drop_table("hearings")
