"""Where alerts are shown, and which of them share one message"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ID, KEY, ROW, Moment

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "alert_rooms",
        sa.Column("key", KEY, nullable=False),
        sa.Column("channel", ID),
        sa.Column("storm", sa.Integer(), nullable=False),
        sa.Column("since", Moment()),
        sa.Column("last_at", Moment()),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "showings",
        sa.Column("alert", ROW, autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("room", KEY, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("storm", sa.Integer()),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_showings_alert")),
        sa.PrimaryKeyConstraint("alert", "round"),
    )
    op.create_index(op.f("ix_showings_room_at"), "showings", ["room", "at"])


def downgrade() -> None:
    op.drop_table("showings")
    op.drop_table("alert_rooms")
