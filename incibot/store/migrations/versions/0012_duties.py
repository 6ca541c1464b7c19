"""Who is on call, as far as the schedules told us last"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ID, KEY, WORDS, Moment

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "duties",
        sa.Column("key", KEY, nullable=False),
        sa.Column("shifts", sa.JSON(), nullable=False),
        sa.Column("known_at", Moment()),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("error", WORDS, nullable=False),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("key"),
    )
