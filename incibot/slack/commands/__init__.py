"""The words that ``/incident`` knows, in the order in which the help lists them."""

from __future__ import annotations

from incibot.slack.commands.add import ADD
from incibot.slack.commands.alert import ALERT
from incibot.slack.commands.alerts import ALERTS
from incibot.slack.commands.answer import ANSWER
from incibot.slack.commands.attach import ATTACH
from incibot.slack.commands.changes import CHANGES
from incibot.slack.commands.declare import DECLARE
from incibot.slack.commands.export import EXPORT
from incibot.slack.commands.followups import FOLLOWUPS
from incibot.slack.commands.form import FORM
from incibot.slack.commands.friction import FRICTION
from incibot.slack.commands.help import HELP
from incibot.slack.commands.incidents import LIST
from incibot.slack.commands.join import JOIN
from incibot.slack.commands.milestone import MILESTONE
from incibot.slack.commands.note import ENTRIES
from incibot.slack.commands.oncall import ONCALL
from incibot.slack.commands.page import PAGE
from incibot.slack.commands.panel import PANEL
from incibot.slack.commands.publish import PUBLISH
from incibot.slack.commands.remind import REMIND
from incibot.slack.commands.reopen import REOPEN
from incibot.slack.commands.resolve import RESOLVE
from incibot.slack.commands.reveal import REVEAL
from incibot.slack.commands.review import REVIEW
from incibot.slack.commands.role import ROLE
from incibot.slack.commands.severity import SEVERITY
from incibot.slack.commands.status import STATUS
from incibot.slack.commands.storm import STORM
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, Wrong
from incibot.slack.commands.take import TAKE
from incibot.slack.commands.takeback import TAKEBACK
from incibot.slack.commands.task import TASK
from incibot.slack.commands.timeline import TIMELINE
from incibot.slack.commands.update import UPDATE
from incibot.slack.commands.verdict import VERDICT
from incibot.slack.commands.voice import VOICE
from incibot.slack.commands.voices import VOICES
from incibot.slack.commands.web import WEB

COMMANDS: tuple[Subcommand, ...] = (
    DECLARE,
    LIST,
    JOIN,
    PANEL,
    ROLE,
    SEVERITY,
    STATUS,
    UPDATE,
    REMIND,
    ONCALL,
    PAGE,
    *ENTRIES,
    MILESTONE,
    TASK,
    TIMELINE,
    EXPORT,
    REVIEW,
    VOICE,
    VOICES,
    WEB,
    RESOLVE,
    REOPEN,
    HELP,
    ANSWER,
    TAKEBACK,
    TAKE,
    REVEAL,
    FORM,
    ADD,
    CHANGES,
    FRICTION,
    ALERTS,
    ALERT,
    ATTACH,
    VERDICT,
    STORM,
    FOLLOWUPS,
    PUBLISH,
)

WORDS = {command.word: command for command in COMMANDS}

__all__ = ["COMMANDS", "WORDS", "Call", "Reply", "Subcommand", "Wrong"]
