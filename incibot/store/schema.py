"""The tables."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
)

from incibot.store.types import BYTES, ID, KEY, ROW, WORD, WORDS, Moment, word


# Whose a row is, as `workspace.scope` says. What belongs to an incident belongs to its workspace.
# Empty: to the workspace that was here first, or whoever came before there could be several; so a
# release that does not know the column goes on writing rows of its own workspace.
#
# The keys that a release before this one writes by (`people.user`, `jobs.key`, `posts.key`,
# `listening.process`, and `receipts.key`) stay unique by themselves. There another workspace's rows
# have its id before the key, `T0123|homes`; see `Transaction`.
def _team(*, index: bool = False) -> Column[str]:
    return Column("team", ID, nullable=False, server_default="", index=index)


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
    Column("scope", ID, nullable=False, server_default="", unique=True),  # its rows' `team`
    Column("settled_at", Moment),  # when Slack last told us who we are there
    Column("ended_at", Moment),  # since when incibot is no longer installed there
)

people = Table(
    "people",
    metadata,
    Column("user", ID, primary_key=True),
    Column("name", WORDS, nullable=False),
    Column("zone", WORD, nullable=False),
    Column("is_bot", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("outside", Boolean),  # a guest, or of another workspace; null: nobody has asked yet
    Column("learnt_at", Moment, nullable=False),
    _team(index=True),
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
    _team(index=True),
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
    _team(),
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
    _team(),
    Column("lease", WORD),  # of the last claim; null: nobody has it, or an older release
    Column("waits_for", WORD),  # the Web API method for whose slot it waits
    sqlite_autoincrement=True,  # a number is never given twice: a late worker must find none but its own
)

slots = Table(  # how far Slack's limits are used up: microseconds of the database's clock
    "slots",
    metadata,
    Column("team", ID, primary_key=True),
    Column("key", KEY, primary_key=True),
    Column("rested", BigInteger, nullable=False),
    Column("promised", BigInteger, nullable=False),
    Column("closed", BigInteger, nullable=False),
)

posts = Table(  # our messages in Slack, by the key of the job that keeps them right
    "posts",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("channel", ID, nullable=False),
    Column("ts", ID, nullable=False),
    _team(),
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

hearings = Table(  # of those who took part in an incident: when they are asked, who facilitates
    "hearings",
    metadata,
    _of_incident(primary_key=True),
    Column("due_at", Moment, index=True),  # null: not to be asked as things stand
    Column("asked_of", Moment),
    Column("facilitator", ID),
)

voices = Table(  # what each of them told; no answers: taken back, or they had no wish to tell
    "voices",
    metadata,
    _of_incident(primary_key=True),
    Column("user", ID, primary_key=True),
    Column("answers", JSON, nullable=False),
    Column("use", WORD, nullable=False),
    Column("confided_to", ID),
    Column("at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
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
    _team(),
)

listening = Table(  # when a process was there to hear Slack; what lies between is a gap
    "listening",
    metadata,
    Column("process", KEY, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Column("chains", Boolean),  # null: a release that knows no chain
    _team(),
)

# Evidence. Its keys have the workspace's id before them, as those above.

deliveries = Table(  # what came to a hook and was genuine, as it came
    "deliveries",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    Column("key", KEY, unique=True, nullable=False),  # the product's own name of it, hashed
    Column("source", WORD, nullable=False),
    Column("hook", WORD, nullable=False),  # the last part of the address
    Column("received_at", Moment, nullable=False, index=True),
    Column("headers", JSON, nullable=False),
    Column("body", BYTES),  # null: forgotten, since it is old
    Column("state", WORD, nullable=False, index=True),  # waiting, read or failed
    Column("error", WORDS, nullable=False),
    Column("read_at", Moment),
    _team(index=True),
    sqlite_autoincrement=True,
)

alerts = Table(  # each as it stands; a key of the product's is one alert
    "alerts",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    Column("key", KEY, unique=True, nullable=False),
    Column("source", WORD, nullable=False),
    Column("hook", WORD, nullable=False),
    Column("named", WORDS, nullable=False),  # the key as the product has it
    Column("title", WORDS, nullable=False),
    Column("details", WORDS, nullable=False),
    Column("service", WORDS, nullable=False),  # as the playbook calls it, where it knows it
    Column("severity", WORDS, nullable=False),
    Column("url", WORDS, nullable=False),
    Column("links", JSON, nullable=False),
    Column("state", WORD, nullable=False),
    Column("fired", Integer, nullable=False),  # how often it began to fire
    Column("first_at", Moment, nullable=False),
    Column("fired_at", Moment, nullable=False, index=True),  # when it last began to
    Column("changed_at", Moment, nullable=False),  # when it came to stand so
    Column("incident", Integer, ForeignKey("incidents.number")),  # it was attached to it
    _team(index=True),
    Index(None, "incident"),
    sqlite_autoincrement=True,
)

notices = Table(  # each word of an alert's, and each remark on it
    "notices",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    Column("key", KEY, unique=True, nullable=False),
    Column("alert", ROW, ForeignKey("alerts.id"), nullable=False, index=True),
    Column("delivery", ROW),
    Column("state", WORD),  # null: a remark
    Column("at", Moment, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("actor", WORDS, nullable=False),
    Column("words", WORDS, nullable=False),
    Column("url", WORDS, nullable=False),
    _team(),
    sqlite_autoincrement=True,
)

verdicts = Table(  # what people say of an alert: each one's last word
    "verdicts",
    metadata,
    Column("alert", ROW, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("user", ID, primary_key=True),
    Column("useful", Boolean, nullable=False),
    Column("why", WORDS, nullable=False),
    Column("at", Moment, nullable=False),
    _team(),
)

alert_rooms = Table(  # the channels in which alerts are shown; whoever places one holds the row
    "alert_rooms",
    metadata,
    Column("key", KEY, primary_key=True),  # the channel as the team's file has it
    Column("channel", ID),  # its id, once we know it
    Column("storm", Integer, nullable=False),  # how many storms there were
    Column("since", Moment),  # when the last one began
    Column("last_at", Moment),  # when an alert last came into it
    _team(),
)

showings = Table(  # where each alert is shown; one that fires after long is shown anew
    "showings",
    metadata,
    Column("alert", ROW, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("room", KEY, nullable=False),
    Column("at", Moment, nullable=False),
    Column("storm", Integer),  # it has no message of its own, but this storm's; null: it has one
    _team(),
    Index(None, "room", "at"),
)

changes = Table(  # what was changed in production
    "changes",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    Column("key", KEY, unique=True, nullable=False),
    Column("source", WORD, nullable=False),
    Column("hook", WORD, nullable=False),
    Column("delivery", ROW),
    Column("what", WORD, nullable=False),
    Column("title", WORDS, nullable=False),
    Column("details", WORDS, nullable=False),
    Column("service", WORDS, nullable=False),  # as the playbook calls it, where it knows it
    Column("version", WORDS, nullable=False),
    Column("environment", WORDS, nullable=False),
    Column("state", WORDS, nullable=False),
    Column("actor", WORDS, nullable=False),
    Column("url", WORDS, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("heard_at", Moment, nullable=False),
    Column("data", JSON, nullable=False),
    _team(index=True),
    sqlite_autoincrement=True,
)

# What leaves: each row belongs to its incident, save the last.

follow_ups = Table(  # what people mean to do, and the issue that it is elsewhere
    "follow_ups",
    metadata,
    _of_incident(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("words", WORDS, nullable=False),
    Column("origin", KEY, nullable=False),
    Column("created_by", ID, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("marker", WORD, nullable=False),
    Column("tracker", WORD, nullable=False),
    Column("asked_at", Moment),
    Column("leaving", WORDS, nullable=False),
    Column("issue", WORDS, nullable=False),
    Column("shown", WORDS, nullable=False),
    Column("url", WORDS, nullable=False),
    Column("stand", WORD, nullable=False),
    Column("stands_since", Moment),
    Column("seen", WORDS, nullable=False),
    Column("look_at", Moment, index=True),
    Column("version", Integer, nullable=False),
)

publications = Table(  # what was said to the public, or is to be
    "publications",
    metadata,
    _of_incident(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", WORDS, nullable=False),
    Column("words", WORDS, nullable=False),
    Column("status", WORD, nullable=False),
    Column("impact", WORD, nullable=False),
    Column("components", JSON, nullable=False),
    Column("by", ID, nullable=False),
    Column("at", Moment, nullable=False),
    Column("marker", WORD, nullable=False),
    Column("way", WORD, nullable=False),
    Column("there", WORDS, nullable=False),
    Column("url", WORDS, nullable=False),
    Column("version", Integer, nullable=False),
)

webhook_ends = Table(  # webhooks whose address said 410: nothing more is sent there
    "webhook_ends",
    metadata,
    Column("name", KEY, primary_key=True),
    Column("address", WORD, nullable=False),  # a hash of it: another one is not switched off
    Column("job", KEY, nullable=False),  # the one that was told so; tried again, it may end the end
    Column("at", Moment, nullable=False),
    _team(),
)

duties = Table(  # who is on call, as far as the schedule told us last
    "duties",
    metadata,
    Column("key", KEY, primary_key=True),  # of a service's tier and its schedule, hashed
    Column("shifts", JSON, nullable=False),
    Column("known_at", Moment),  # null: it has never answered
    Column("asked_at", Moment, nullable=False),
    Column("error", WORDS, nullable=False),
    _team(),
)

# What follows has the columns that slack_sdk's stores write and read (`slack_sdk.oauth`). What is a
# key to a workspace is sealed; see store/installations.py, which is alone in touching these.

slack_bots = Table(  # the bot of each workspace that has installed incibot
    "slack_bots",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    Column("client_id", ID, nullable=False),
    Column("app_id", ID, nullable=False),
    Column("enterprise_id", ID),
    Column("enterprise_name", WORDS),
    Column("team_id", ID),
    Column("team_name", WORDS),
    Column("bot_token", WORDS),
    Column("bot_id", ID),
    Column("bot_user_id", ID),
    Column("bot_scopes", WORDS),
    Column("bot_refresh_token", WORDS),
    Column("bot_token_expires_at", Moment),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("installed_at", Moment, nullable=False),
    Index(None, "client_id", "team_id"),
)

slack_installations = Table(  # and who has installed it
    "slack_installations",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    Column("client_id", ID, nullable=False),
    Column("app_id", ID, nullable=False),
    Column("enterprise_id", ID),
    Column("enterprise_name", WORDS),
    Column("enterprise_url", WORDS),
    Column("team_id", ID),
    Column("team_name", WORDS),
    Column("bot_token", WORDS),
    Column("bot_id", ID),
    Column("bot_user_id", ID),
    Column("bot_scopes", WORDS),
    Column("bot_refresh_token", WORDS),
    Column("bot_token_expires_at", Moment),
    Column("user_id", ID, nullable=False),
    Column("user_token", WORDS),
    Column("user_scopes", WORDS),
    Column("user_refresh_token", WORDS),
    Column("user_token_expires_at", Moment),
    Column("incoming_webhook_url", WORDS),
    Column("incoming_webhook_channel", WORDS),
    Column("incoming_webhook_channel_id", ID),
    Column("incoming_webhook_configuration_url", WORDS),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("token_type", WORD),
    Column("installed_at", Moment, nullable=False),
    Index(None, "client_id", "team_id"),
)

slack_oauth_states = Table(  # of people who are on Slack's page just now
    "slack_oauth_states",
    metadata,
    Column("id", ROW, primary_key=True, autoincrement=True),
    Column("state", KEY, unique=True, nullable=False),
    Column("expire_at", Moment, nullable=False, index=True),
)
