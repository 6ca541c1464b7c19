"""Reminders, and when an incident was last over or taken up again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import Moment, word

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("incidents", sa.Column("turned_at", Moment(), nullable=True))
    op.create_table(
        "reminders",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", word(64), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("spoke_of", Moment(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("snoozed_until", Moment(), nullable=True),
        sa.Column("snoozed_by", word(40), nullable=True),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("post", word(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_reminders_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "kind"),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_due_at"), ["due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminders_due_at"))

    op.drop_table("reminders")
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_column("turned_at")
