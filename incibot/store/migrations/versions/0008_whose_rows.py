"""Whose a row is: several workspaces on one database

Nothing is filled in: what is there belongs to the one workspace that there was, and the empty
default says so, of what the release before this one goes on writing too.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import Moment, word

revision = "0008"
down_revision = "0006"

TABLES = ("people", "incidents", "marks", "jobs", "posts", "noticed", "listening")
LOOKED_UP = ("people", "incidents")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("team", word(40), server_default="", nullable=False))
    for table in LOOKED_UP:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_team"), ["team"], unique=False)
    op.add_column("workspace", sa.Column("scope", word(40), server_default="", nullable=False))
    op.add_column("workspace", sa.Column("settled_at", Moment(), nullable=True))
    op.add_column("workspace", sa.Column("ended_at", Moment(), nullable=True))
    with op.batch_alter_table("workspace", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_workspace_scope"), ["scope"])


def downgrade() -> None:
    with op.batch_alter_table("workspace", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_workspace_scope"), type_="unique")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("settled_at")
        batch_op.drop_column("scope")
    for table in LOOKED_UP:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_team"))
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("team")
