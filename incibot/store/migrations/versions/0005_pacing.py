"""Slots of Slack's limits; what tells a claim of a job from any other, and what a job waits for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ID, KEY, WORD

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "slots",
        sa.Column("team", ID, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("rested", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", "key"),
    )
    op.add_column("jobs", sa.Column("lease", WORD, nullable=True))
    op.add_column("jobs", sa.Column("waits_for", WORD, nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "waits_for")
    op.drop_column("jobs", "lease")
    op.drop_table("slots")
