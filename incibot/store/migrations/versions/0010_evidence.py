"""Evidence: what comes to a hook; alerts and what is said of them; changes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import BYTES, ID, KEY, ROW, WORD, WORDS, Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ROW, autoincrement=True, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("hook", WORD, nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", BYTES),
        sa.Column("state", WORD, nullable=False),
        sa.Column("error", WORDS, nullable=False),
        sa.Column("read_at", Moment()),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "alerts",
        sa.Column("id", ROW, autoincrement=True, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("hook", WORD, nullable=False),
        sa.Column("named", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("details", WORDS, nullable=False),
        sa.Column("service", WORDS, nullable=False),
        sa.Column("severity", WORDS, nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("fired_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("incident", sa.Integer()),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_alerts_incident")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name=op.f("uq_alerts_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notices",
        sa.Column("id", ROW, autoincrement=True, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("alert", ROW, nullable=False),
        sa.Column("delivery", ROW),
        sa.Column("state", WORD),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("heard_at", Moment(), nullable=False),
        sa.Column("actor", WORDS, nullable=False),
        sa.Column("words", WORDS, nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_notices_alert")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "verdicts",
        sa.Column("alert", ROW, autoincrement=False, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("why", WORDS, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_verdicts_alert")),
        sa.PrimaryKeyConstraint("alert", "user"),
    )
    op.create_table(
        "changes",
        sa.Column("id", ROW, autoincrement=True, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("hook", WORD, nullable=False),
        sa.Column("delivery", ROW),
        sa.Column("what", WORD, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("details", WORDS, nullable=False),
        sa.Column("service", WORDS, nullable=False),
        sa.Column("version", WORDS, nullable=False),
        sa.Column("environment", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("actor", WORDS, nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("heard_at", Moment(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name=op.f("uq_changes_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_deliveries_received_at"), "deliveries", ["received_at"])
    op.create_index(op.f("ix_deliveries_state"), "deliveries", ["state"])
    op.create_index(op.f("ix_deliveries_team"), "deliveries", ["team"])
    op.create_index(op.f("ix_alerts_fired_at"), "alerts", ["fired_at"])
    op.create_index(op.f("ix_alerts_team"), "alerts", ["team"])
    op.create_index(op.f("ix_alerts_incident"), "alerts", ["incident"])
    op.create_index(op.f("ix_notices_alert"), "notices", ["alert"])
    op.create_index(op.f("ix_changes_at"), "changes", ["at"])
    op.create_index(op.f("ix_changes_team"), "changes", ["team"])


def downgrade() -> None:
    op.drop_table("changes")
    op.drop_table("verdicts")
    op.drop_table("notices")
    op.drop_table("alerts")
    op.drop_table("deliveries")
