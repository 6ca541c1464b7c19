"""Catching up: how far each channel has been compared, and what was found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import Moment, word

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "catch_ups",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("covered_until", Moment(), nullable=True),
        sa.Column("whole_at", Moment(), nullable=True),
        sa.Column("took", sa.Integer(), nullable=False),
        sa.Column("wanted_at", Moment(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_catch_ups_incident")
        ),
        sa.PrimaryKeyConstraint("incident"),
    )
    with op.batch_alter_table("catch_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catch_ups_asked_at"), ["asked_at"], unique=False)
    op.create_table(
        "fetched",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_fetched_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "until"),
    )
    op.create_table(
        "noticed",
        sa.Column("channel", word(40), nullable=False),
        sa.Column("ts", word(40), nullable=False),
        sa.Column("what", word(200), nullable=False),
        sa.PrimaryKeyConstraint("channel", "ts", "what"),
    )


def downgrade() -> None:
    op.drop_table("noticed")
    op.drop_table("fetched")
    with op.batch_alter_table("catch_ups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catch_ups_asked_at"))

    op.drop_table("catch_ups")
