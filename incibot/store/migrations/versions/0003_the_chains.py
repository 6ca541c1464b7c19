"""The chains of the record, the texts that reviews had, and who took an entry back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ROW, WORDS, Moment, word

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("entries", sa.Column("retracted_by", word(40), nullable=True))
    op.add_column("entries", sa.Column("salt", word(64), nullable=True))
    op.add_column("wordings", sa.Column("salt", word(64), nullable=True))
    op.add_column("listening", sa.Column("chains", sa.Boolean(), nullable=True))
    op.create_table(
        "review_versions",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("markdown", WORDS, nullable=False),
        sa.Column("by", word(40), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("salt", word(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_review_versions_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "version"),
    )
    op.create_table(
        "chains",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("hash", word(64), nullable=False),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_chains_incident")
        ),
        sa.PrimaryKeyConstraint("incident"),
    )
    op.create_table(
        "links",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("what", word(64), nullable=False),
        sa.Column("entry", ROW, nullable=True),
        sa.Column("about", word(200), nullable=False),
        sa.Column("digest", word(64), nullable=False),
        sa.Column("sealed", word(64), nullable=False),
        sa.Column("taken_up", sa.Boolean(), nullable=False),
        sa.Column("hash", word(64), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name=op.f("fk_links_incident")),
        sa.PrimaryKeyConstraint("incident", "number"),
    )


def downgrade() -> None:
    op.drop_table("links")
    op.drop_table("chains")
    op.drop_table("review_versions")
    with op.batch_alter_table("listening", schema=None) as batch_op:
        batch_op.drop_column("chains")
    with op.batch_alter_table("wordings", schema=None) as batch_op:
        batch_op.drop_column("salt")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("salt")
        batch_op.drop_column("retracted_by")
