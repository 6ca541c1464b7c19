"""What leaves: follow-ups and their issues, what is said to the public, webhooks that ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ID, KEY, WORD, WORDS, Moment

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", WORDS, nullable=False),
        sa.Column("origin", KEY, nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("marker", WORD, nullable=False),
        sa.Column("tracker", WORD, nullable=False),
        sa.Column("asked_at", Moment()),
        sa.Column("leaving", WORDS, nullable=False),
        sa.Column("issue", WORDS, nullable=False),
        sa.Column("shown", WORDS, nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("stand", WORD, nullable=False),
        sa.Column("stands_since", Moment()),
        sa.Column("seen", WORDS, nullable=False),
        sa.Column("look_at", Moment()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_follow_ups_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "number"),
    )
    op.create_table(
        "publications",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("words", WORDS, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("impact", WORD, nullable=False),
        sa.Column("components", sa.JSON(), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("marker", WORD, nullable=False),
        sa.Column("way", WORD, nullable=False),
        sa.Column("there", WORDS, nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_publications_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "number"),
    )
    op.create_table(
        "webhook_ends",
        sa.Column("name", KEY, nullable=False),
        sa.Column("address", WORD, nullable=False),
        sa.Column("job", KEY, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("team", ID, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index(op.f("ix_follow_ups_look_at"), "follow_ups", ["look_at"])


def downgrade() -> None:
    op.drop_table("webhook_ends")
    op.drop_table("publications")
    op.drop_table("follow_ups")
