"""The tables."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
)

from incibot.store.types import ID, KEY, ROW, WORD, WORDS, Moment, word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

counters = Table(
    "counters",
    metadata,
    Column("name", WORD, primary_key=True),
    Column("value", Integer, nullable=False),
)

workspace = Table(
    "workspace",
    metadata,
    Column("team", ID, primary_key=True),
    Column("name", WORDS, nullable=False),
    Column("url", WORDS, nullable=False),
    Column("bot_user", ID, nullable=False),
    Column("bot_id", ID, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("user", ID, primary_key=True),
    Column("name", WORDS, nullable=False),
    Column("zone", WORD, nullable=False),
    Column("is_bot", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("learnt_at", Moment, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", WORDS, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("severity", WORD, nullable=False),
    Column("status", WORD, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("declared_by", ID, nullable=False),
    Column("declared_at", Moment, nullable=False),
    Column("summary", WORDS, nullable=False),
    Column("service", WORDS, nullable=False),
    Column("channel", ID, unique=True),
    Column("channel_name", WORDS, nullable=False),
    Column("trouble", WORDS, nullable=False),
    Column("update_words", WORDS),
    Column("update_at", Moment),
    Column("update_by", ID),
    Column("turned_at", Moment),
    Column("version", Integer, nullable=False),
    Index(None, "over", "number"),
)


def _of_incident(*, primary_key: bool = False) -> Column[int]:
    return Column(
        "incident",
        Integer,
        ForeignKey("incidents.number"),
        primary_key=primary_key,
        autoincrement=False,
        nullable=False,
    )


assignments = Table(
    "assignments",
    metadata,
    _of_incident(primary_key=True),
    Column("role", WORD, primary_key=True),
    Column("user", ID, primary_key=True),
    Column("since", Moment, primary_key=True),
    Column("until", Moment),
    Index(None, "user"),
)

milestones = Table(
    "milestones",
    metadata,
    _of_incident(primary_key=True),
    Column("name", WORD, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("known", WORD, nullable=False),
    Column("key", KEY, nullable=False),
    Column("by", ID),
)

tasks = Table(
    "tasks",
    metadata,
    _of_incident(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("words", WORDS, nullable=False),
    Column("assignee", ID),
    Column("created_by", ID, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("done_by", ID),
)

members = Table(  # who is in an incident's channel, as of the latest event that we heard
    "members",
    metadata,
    _of_incident(primary_key=True),
    Column("user", ID, primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("as_of", ID, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    _of_incident(),
    Column("key", KEY, unique=True, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("by", ID),
    Column("by_name", WORDS, nullable=False),
    Column("source", WORD, nullable=False),
    Column("channel", ID),
    Column("ts", ID),
    Column("thread_ts", ID),
    Column("url", WORDS, nullable=False),
    Column("data", JSON, nullable=False),
    Column("retracted_at", Moment),
    Column("retracted_by", ID),  # who took it back; Slack does not say who deletes a message
    Column("salt", WORD),  # of `data` in the chain, and gone with them
    Index(None, "incident", "occurred_at", "id"),
    Index(None, "channel", "ts"),
    sqlite_autoincrement=True,
)

wordings = Table(  # the words of an entry, by the ts since which they stood
    "wordings",
    metadata,
    Column("entry", ROW, ForeignKey("entries.id"), primary_key=True, autoincrement=False),
    Column("since", ID, primary_key=True),
    Column("words", WORDS, nullable=False),
    Column("salt", WORD),  # of the words in the chain, and gone with them
)

codings = Table(  # what analysts wrote beside entries, in the columns of a table that are theirs
    "codings",
    metadata,
    Column("entry", ROW, ForeignKey("entries.id"), primary_key=True, autoincrement=False),
    Column("tags", WORDS, nullable=False),
    Column("note", WORDS, nullable=False),
    Column("question", WORDS, nullable=False),
    Column("include", WORD, nullable=False),
    Column("at", Moment, nullable=False),
)

marks = Table(  # each setting and each taking off; what stands is computed from them
    "marks",
    metadata,
    Column("channel", ID, primary_key=True),
    Column("ts", ID, primary_key=True),
    Column("mark", WORD, primary_key=True),
    Column("user", ID, primary_key=True),
    Column("via", word(120), primary_key=True),
    Column("at", ID, primary_key=True),
    Column("on", Boolean, primary_key=True),
)

receipts = Table(  # deliveries that we have signed for
    "receipts",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("received_at", Moment, nullable=False, index=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    Column("key", KEY, unique=True, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("incident", Integer),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, index=True),  # null: parked, for a person to look at
    Column("attempts", Integer, nullable=False),
    Column("asked", Integer, nullable=False),  # how often it was asked for
    Column("last_error", WORDS, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice: a late worker must find none but its own
)

posts = Table(  # our messages in Slack, by the key of the job that keeps them right
    "posts",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("channel", ID, nullable=False),
    Column("ts", ID, nullable=False),
    Index(None, "channel", "ts"),
)

reviews = Table(
    "reviews",
    metadata,
    _of_incident(primary_key=True),
    Column("markdown", WORDS, nullable=False),
    Column("drafted_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
)

reminders = Table(  # of what an incident lacks; one that is not there has had nothing to say yet
    "reminders",
    metadata,
    _of_incident(primary_key=True),
    Column("kind", WORD, primary_key=True),
    Column("due_at", Moment, index=True),  # null: nothing to say as things stand
    Column("spoke_of", Moment),
    Column("times", Integer, nullable=False),
    Column("snoozed_until", Moment),
    Column("snoozed_by", ID),
    Column("off", Boolean, nullable=False),
    Column("post", KEY),
)

review_versions = Table(  # each text that a review ever had
    "review_versions",
    metadata,
    _of_incident(primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("markdown", WORDS, nullable=False),
    Column("by", ID),
    Column("at", Moment, nullable=False),
    Column("salt", WORD),
)

chains = Table(  # where each incident's chain ends; whoever appends holds this row
    "chains",
    metadata,
    _of_incident(primary_key=True),
    Column("length", Integer, nullable=False),
    Column("hash", WORD, nullable=False),
    Column("checked_at", Moment),  # when every fact last had its link; null: some may have none
)

links = Table(  # of the chains; see core/chain.py
    "links",
    metadata,
    _of_incident(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("what", WORD, nullable=False),
    Column("entry", ROW),
    Column("about", KEY, nullable=False),
    Column("digest", WORD, nullable=False),
    Column("sealed", WORD, nullable=False),
    Column("taken_up", Boolean, nullable=False),
    Column("hash", WORD, nullable=False),
)

catch_ups = Table(  # how far what we hold of a channel has been compared with Slack's own history
    "catch_ups",
    metadata,
    _of_incident(primary_key=True),
    Column("asked_at", Moment, index=True),
    Column("covered_until", Moment),  # all that was until then is here; null: never compared
    Column("whole_at", Moment),  # when all of it was last compared
    Column("took", Integer, nullable=False),  # seconds, that time
    Column("wanted_at", Moment),  # all of it is to be compared, and not before then
    Column("done", Boolean, nullable=False),  # it has ended, and was looked at for the last time
    Column("round", Integer, nullable=False),  # counts the steps, so that no two processes take one
    Column("progress", JSON),  # of the comparison that is on its way
)

fetched = Table(  # what a comparison found that we had not been told, and when we should have been
    "fetched",
    metadata,
    _of_incident(primary_key=True),
    Column("until", Moment, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("counts", JSON, nullable=False),
)

noticed = Table(  # what we know of from a comparison only, so that its time is not known
    "noticed",
    metadata,
    Column("channel", ID, primary_key=True),
    Column("ts", ID, primary_key=True),
    Column("what", KEY, primary_key=True),
)

listening = Table(  # when a process was there to hear Slack; what lies between is a gap
    "listening",
    metadata,
    Column("process", KEY, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Column("chains", Boolean),  # null: a release that knows no chain
)
