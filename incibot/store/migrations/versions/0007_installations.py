"""Installations: the workspaces that have installed incibot, and their sealed tokens"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ID, KEY, ROW, WORD, WORDS, Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "slack_bots",
        sa.Column("id", ROW, autoincrement=True, nullable=False),
        sa.Column("client_id", ID, nullable=False),
        sa.Column("app_id", ID, nullable=False),
        sa.Column("enterprise_id", ID, nullable=True),
        sa.Column("enterprise_name", WORDS, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("team_name", WORDS, nullable=True),
        sa.Column("bot_token", WORDS, nullable=True),
        sa.Column("bot_id", ID, nullable=True),
        sa.Column("bot_user_id", ID, nullable=True),
        sa.Column("bot_scopes", WORDS, nullable=True),
        sa.Column("bot_refresh_token", WORDS, nullable=True),
        sa.Column("bot_token_expires_at", Moment(), nullable=True),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("installed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_slack_bots_client_id_team_id"), "slack_bots", ["client_id", "team_id"])
    op.create_table(
        "slack_installations",
        sa.Column("id", ROW, autoincrement=True, nullable=False),
        sa.Column("client_id", ID, nullable=False),
        sa.Column("app_id", ID, nullable=False),
        sa.Column("enterprise_id", ID, nullable=True),
        sa.Column("enterprise_name", WORDS, nullable=True),
        sa.Column("enterprise_url", WORDS, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("team_name", WORDS, nullable=True),
        sa.Column("bot_token", WORDS, nullable=True),
        sa.Column("bot_id", ID, nullable=True),
        sa.Column("bot_user_id", ID, nullable=True),
        sa.Column("bot_scopes", WORDS, nullable=True),
        sa.Column("bot_refresh_token", WORDS, nullable=True),
        sa.Column("bot_token_expires_at", Moment(), nullable=True),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("user_token", WORDS, nullable=True),
        sa.Column("user_scopes", WORDS, nullable=True),
        sa.Column("user_refresh_token", WORDS, nullable=True),
        sa.Column("user_token_expires_at", Moment(), nullable=True),
        sa.Column("incoming_webhook_url", WORDS, nullable=True),
        sa.Column("incoming_webhook_channel", WORDS, nullable=True),
        sa.Column("incoming_webhook_channel_id", ID, nullable=True),
        sa.Column("incoming_webhook_configuration_url", WORDS, nullable=True),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("token_type", WORD, nullable=True),
        sa.Column("installed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_slack_installations_client_id_team_id"),
        "slack_installations",
        ["client_id", "team_id"],
    )
    op.create_table(
        "slack_oauth_states",
        sa.Column("id", ROW, autoincrement=True, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("expire_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("state", name=op.f("uq_slack_oauth_states_state")),
    )
    op.create_index(op.f("ix_slack_oauth_states_expire_at"), "slack_oauth_states", ["expire_at"])


def downgrade() -> None:
    op.drop_table("slack_oauth_states")
    op.drop_table("slack_installations")
    op.drop_table("slack_bots")
