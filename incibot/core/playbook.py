"""What a team has agreed beforehand: its severities, statuses, roles, services and marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from incibot.core.nearest import unknown
from incibot.core.timeline import Mark


class Kind(StrEnum):
    """What sort of incident it is."""

    INCIDENT = "incident"
    NEAR_MISS = "near_miss"
    DRILL = "drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """How bad it is for those we serve.

    Attributes:
        word: what people type, such as ``sev2``.
        means: one sentence, shown beside the word in the form.
        invite: user ids, user group ids or @handles that are invited to the channel.
    """

    word: str
    means: str
    emoji: str = ""
    invite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where the response stands.

    Attributes:
        milestone: the milestone that is reached with this status, or empty.
        ends: the response is over.
    """

    word: str
    means: str
    emoji: str = ""
    milestone: str = ""
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A duty, as ICS names it.

    Attributes:
        word: what people type, such as ``commander``.
        title: what is shown, such as ``Incident commander``.
        duties: what the holder is sent, a line each.
        several: more than one person may hold it at a time.
        aliases: other words for it.
    """

    word: str
    title: str
    duties: tuple[str, ...] = ()
    several: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that the team runs; `invite` as for a severity.

    Attributes:
        aliases: what other systems call it, such as a repository's or a monitor's name.
        alerts: the channel where alerts of it are shown, its id or ``#name``; empty: nowhere.
    """

    name: str
    invite: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    alerts: str = ""


class Reminder(StrEnum):
    """Of what people are reminded."""

    COMMANDER = "commander"  # nobody has the first role
    UPDATE = "update"  # those who are not in the channel have heard nothing
    OPEN = "open"  # it is not over
    REVIEW = "review"  # it is over, and there is no review


NONE = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long something may be missing before people are reminded of it; None: they are not.

    Attributes:
        severities: the same for incidents of these severities.
    """

    after: timedelta | None
    severities: Mapping[str, timedelta | None] = field(default_factory=dict)

    def of(self, severity: str) -> timedelta | None:
        return self.severities.get(severity, self.after)

    @property
    def longest(self) -> timedelta:
        """Zero where people are never reminded."""
        return max((time for time in (self.after, *self.severities.values()) if time), default=NONE)


SEVERITIES = (
    Severity(
        word="sev1",
        emoji=":red_circle:",
        means="Critical: most customers cannot use the product, or data is at risk",
    ),
    Severity(
        word="sev2",
        emoji=":large_orange_circle:",
        means="Major: an important part is down or badly slow for many",
    ),
    Severity(
        word="sev3",
        emoji=":large_yellow_circle:",
        means="Minor: some are affected, or there is a workaround",
    ),
    Severity(
        word="sev4",
        emoji=":large_blue_circle:",
        means="Low: nobody outside notices yet; worth looking at together",
    ),
)

STATUSES = (
    Status(word="investigating", emoji=":mag:", means="We are finding out what is going on"),
    Status(word="identified", emoji=":bulb:", means="We think we know enough to act"),
    Status(
        word="mitigated",
        emoji=":adhesive_bandage:",
        means="The harm has stopped; work goes on",
        milestone="mitigated",
    ),
    Status(
        word="resolved",
        emoji=":white_check_mark:",
        means="The response is over",
        milestone="resolved",
        ends=True,
    ),
)

ROLES = (
    Role(
        word="commander",
        title="Incident commander",
        aliases=("ic", "lead"),
        duties=(
            "Keep the whole in view: what we know, what we try next, who does it.",
            "Ask for what is missing, people too. You need not fix anything yourself.",
            "Say out loud what has been decided, and hand over before you are tired.",
        ),
    ),
    Role(
        word="scribe",
        title="Scribe",
        duties=(
            "Note what is seen, tried and decided while it happens: `/incident note`, `/incident decision`.",
            "Write down what is said on a call; only what is in the channel is in the timeline.",
            "Mark key moments with :pushpin:.",
        ),
    ),
    Role(
        word="comms",
        title="Communications",
        aliases=("communications", "liaison"),
        duties=(
            "Tell those who are not here: `/incident update`, in words that they use.",
            "Say when the next update comes, and keep to it.",
            "Bring back what customers and colleagues report.",
        ),
    ),
    Role(
        word="ops",
        title="Operations",
        aliases=("operations",),
        several=True,
        duties=(
            "Work on the systems; say what you are about to do before you do it.",
            "Tell the commander what you see, also when it does not fit.",
        ),
    ),
)

REACTIONS: Mapping[str, Mark] = MappingProxyType(
    {
        "pushpin": Mark.KEY_MOMENT,
        "bulb": Mark.HYPOTHESIS,
        "ballot_box_with_check": Mark.DECISION,
        "question": Mark.QUESTION,
        "astonished": Mark.SURPRISE,
    }
)

REMINDERS: Mapping[Reminder, Patience] = MappingProxyType(
    {
        Reminder.COMMANDER: Patience(after=timedelta(minutes=5)),
        Reminder.UPDATE: Patience(after=timedelta(minutes=30)),
        Reminder.OPEN: Patience(after=timedelta(days=1)),
        Reminder.REVIEW: Patience(after=timedelta(days=5)),
    }
)

VOICES = timedelta(hours=1)


class Depth(StrEnum):
    """How much a review draft tells; each holds what the one before it does."""

    BRIEF = "brief"
    STANDARD = "standard"
    DEEP = "deep"

    def reaches(self, other: Depth) -> bool:
        order = list(Depth)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPlan:
    """What a team wants its review drafts to be like.

    Attributes:
        sections: the ids of those that it wants, in its order; empty: all, as shipped.
        leave_out: ids of sections and analyses that it does not want.
        titles: its own words for sections, by their id.
        thresholds: its own numbers, by name, such as ``A10.shortest``, in the unit of each.
    """

    depth: Depth = Depth.STANDARD
    sections: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)


MILESTONES = ("started", "detected", "declared", "mitigated", "resolved")  # in the usual order


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What a redacted export masks besides people.

    Attributes:
        customers: names, whole words of them.
        hosts: patterns with ``*``, such as ``*.internal.example.com``.
    """

    customers: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """All that a team has agreed; the defaults are a workable start.

    Attributes:
        severities: the worst first.
        statuses: in the order of a response; the first is an incident's first status.
        reactions: Slack's name of the emoji, to the mark that it sets.
        channel_template: see `naming.channel_name`.
        invite: invited to the channel of each public incident; as for a severity.
        invite_private: the same for private incidents, to which nobody else is invited unasked.
        nearby: how long a declaration counts as "just now" when somebody else declares.
        reminders: of what people are reminded, and when; of what is not in it they are not.
        voices: how long after the end those who took part are asked how it was; None: they are not.
        review: what its review drafts are like.
        redaction: what leaves the company under a label only.
    """

    severities: tuple[Severity, ...] = SEVERITIES
    statuses: tuple[Status, ...] = STATUSES
    roles: tuple[Role, ...] = ROLES
    services: tuple[Service, ...] = ()
    reactions: Mapping[str, Mark] = field(default_factory=lambda: REACTIONS)
    channel_template: str = "inc-{number}-{slug}"
    invite: tuple[str, ...] = ()
    invite_private: tuple[str, ...] = ()
    nearby: timedelta = timedelta(minutes=10)
    reminders: Mapping[Reminder, Patience] = field(default_factory=lambda: REMINDERS)
    voices: timedelta | None = VOICES
    review: ReviewPlan = field(default_factory=ReviewPlan)
    redaction: Redaction = field(default_factory=Redaction)

    def severity(self, word: str) -> Severity:
        """Raises: Unclear, naming the words that exist."""
        for severity in self.severities:
            if severity.word == word.casefold():
                return severity
        raise unknown("severity", word, [severity.word for severity in self.severities])

    def status(self, word: str) -> Status:
        """Raises: Unclear, naming the words that exist."""
        for status in self.statuses:
            if status.word == word.casefold():
                return status
        raise unknown("status", word, [status.word for status in self.statuses])

    def role(self, word: str) -> Role:
        """Raises: Unclear, naming the words that exist."""
        folded = word.casefold()
        for role in self.roles:
            if folded == role.word or folded in role.aliases:
                return role
        aliases = [alias for role in self.roles for alias in role.aliases]
        raise unknown("role", word, [role.word for role in self.roles], also=aliases)

    def patience(self, reminder: Reminder, severity: str) -> timedelta | None:
        """How long that may be missing at that severity; None: for ever."""
        patience = self.reminders.get(reminder)
        return patience.of(severity) if patience else None

    def service(self, name: str) -> Service | None:
        """The service of that name, or that somebody else calls so."""
        folded = name.casefold()
        return next(
            (
                one
                for one in self.services
                if folded in (one.name.casefold(), *(alias.casefold() for alias in one.aliases))
            ),
            None,
        )

    @property
    def last_status(self) -> Status:
        """The status that `/incident resolve` sets."""
        return next((status for status in self.statuses if status.ends), self.statuses[-1])

    def is_over(self, status: str) -> bool:
        """Whether that status ends the response; a word the playbook no longer has does not."""
        return any(one.ends for one in self.statuses if one.word == status)
