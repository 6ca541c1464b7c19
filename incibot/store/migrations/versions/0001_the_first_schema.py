"""The first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from incibot.store.types import ROW, WORDS, Moment, word

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column(
            "name",
            word(64),
            nullable=False,
        ),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "incidents",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "title",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "kind",
            word(64),
            nullable=False,
        ),
        sa.Column(
            "severity",
            word(64),
            nullable=False,
        ),
        sa.Column(
            "status",
            word(64),
            nullable=False,
        ),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column(
            "declared_by",
            word(40),
            nullable=False,
        ),
        sa.Column("declared_at", Moment(), nullable=False),
        sa.Column(
            "summary",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "service",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "channel",
            word(40),
            nullable=True,
        ),
        sa.Column(
            "channel_name",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "trouble",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "update_words",
            WORDS,
            nullable=True,
        ),
        sa.Column("update_at", Moment(), nullable=True),
        sa.Column(
            "update_by",
            word(40),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("channel", name=op.f("uq_incidents_channel")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incidents_over_number"), ["over", "number"], unique=False
        )

    op.create_table(
        "jobs",
        sa.Column(
            "id",
            ROW,
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "key",
            word(200),
            nullable=False,
        ),
        sa.Column(
            "kind",
            word(64),
            nullable=False,
        ),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column(
            "last_error",
            WORDS,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name=op.f("uq_jobs_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_due_at"), ["due_at"], unique=False)

    op.create_table(
        "listening",
        sa.Column(
            "process",
            word(200),
            nullable=False,
        ),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("process"),
    )
    with op.batch_alter_table("listening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listening_until"), ["until"], unique=False)

    op.create_table(
        "marks",
        sa.Column(
            "channel",
            word(40),
            nullable=False,
        ),
        sa.Column(
            "ts",
            word(40),
            nullable=False,
        ),
        sa.Column(
            "mark",
            word(64),
            nullable=False,
        ),
        sa.Column(
            "user",
            word(40),
            nullable=False,
        ),
        sa.Column(
            "via",
            word(120),
            nullable=False,
        ),
        sa.Column(
            "at",
            word(40),
            nullable=False,
        ),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "ts", "mark", "user", "via", "at", "on"),
    )
    op.create_table(
        "people",
        sa.Column(
            "user",
            word(40),
            nullable=False,
        ),
        sa.Column(
            "name",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "zone",
            word(64),
            nullable=False,
        ),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("learnt_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("user"),
    )
    op.create_table(
        "posts",
        sa.Column(
            "key",
            word(200),
            nullable=False,
        ),
        sa.Column(
            "channel",
            word(40),
            nullable=False,
        ),
        sa.Column(
            "ts",
            word(40),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posts_channel_ts"), ["channel", "ts"], unique=False)

    op.create_table(
        "receipts",
        sa.Column(
            "key",
            word(200),
            nullable=False,
        ),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipts_received_at"), ["received_at"], unique=False)

    op.create_table(
        "workspace",
        sa.Column(
            "team",
            word(40),
            nullable=False,
        ),
        sa.Column(
            "name",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "url",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "bot_user",
            word(40),
            nullable=False,
        ),
        sa.Column(
            "bot_id",
            word(40),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("team"),
    )
    op.create_table(
        "assignments",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "role",
            word(64),
            nullable=False,
        ),
        sa.Column(
            "user",
            word(40),
            nullable=False,
        ),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_assignments_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "role", "user", "since"),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignments_user"), ["user"], unique=False)

    op.create_table(
        "entries",
        sa.Column(
            "id",
            ROW,
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "key",
            word(200),
            nullable=False,
        ),
        sa.Column(
            "kind",
            word(64),
            nullable=False,
        ),
        sa.Column("occurred_at", Moment(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column(
            "by",
            word(40),
            nullable=True,
        ),
        sa.Column(
            "by_name",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "source",
            word(64),
            nullable=False,
        ),
        sa.Column(
            "channel",
            word(40),
            nullable=True,
        ),
        sa.Column(
            "ts",
            word(40),
            nullable=True,
        ),
        sa.Column(
            "thread_ts",
            word(40),
            nullable=True,
        ),
        sa.Column(
            "url",
            WORDS,
            nullable=False,
        ),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("retracted_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_entries_incident")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name=op.f("uq_entries_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entries_channel_ts"), ["channel", "ts"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_entries_incident_occurred_at_id"),
            ["incident", "occurred_at", "id"],
            unique=False,
        )

    op.create_table(
        "members",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "user",
            word(40),
            nullable=False,
        ),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column(
            "as_of",
            word(40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_members_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "user"),
    )
    op.create_table(
        "milestones",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "name",
            word(64),
            nullable=False,
        ),
        sa.Column("at", Moment(), nullable=False),
        sa.Column(
            "known",
            word(64),
            nullable=False,
        ),
        sa.Column(
            "key",
            word(200),
            nullable=False,
        ),
        sa.Column(
            "by",
            word(40),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_milestones_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "name"),
    )
    op.create_table(
        "reviews",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "markdown",
            WORDS,
            nullable=False,
        ),
        sa.Column("drafted_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.number"], name=op.f("fk_reviews_incident")
        ),
        sa.PrimaryKeyConstraint("incident"),
    )
    op.create_table(
        "tasks",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "words",
            WORDS,
            nullable=False,
        ),
        sa.Column(
            "assignee",
            word(40),
            nullable=True,
        ),
        sa.Column(
            "created_by",
            word(40),
            nullable=False,
        ),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column(
            "done_by",
            word(40),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name=op.f("fk_tasks_incident")),
        sa.PrimaryKeyConstraint("incident", "number"),
    )
    op.create_table(
        "wordings",
        sa.Column(
            "entry",
            ROW,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "since",
            word(40),
            nullable=False,
        ),
        sa.Column(
            "words",
            WORDS,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_wordings_entry")),
        sa.PrimaryKeyConstraint("entry", "since"),
    )

    # Seeded here and not on demand: made on demand, concurrent first declarations fail.
    op.bulk_insert(
        sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.Integer)),
        [{"name": "incident", "value": 0}],
    )


def downgrade() -> None:
    op.drop_table("wordings")
    op.drop_table("tasks")
    op.drop_table("reviews")
    op.drop_table("milestones")
    op.drop_table("members")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entries_incident_occurred_at_id"))
        batch_op.drop_index(batch_op.f("ix_entries_channel_ts"))

    op.drop_table("entries")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignments_user"))

    op.drop_table("assignments")
    op.drop_table("workspace")
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_receipts_received_at"))

    op.drop_table("receipts")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posts_channel_ts"))

    op.drop_table("posts")
    op.drop_table("people")
    op.drop_table("marks")
    with op.batch_alter_table("listening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listening_until"))

    op.drop_table("listening")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_due_at"))

    op.drop_table("jobs")
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incidents_over_number"))

    op.drop_table("incidents")
    op.drop_table("counters")
