"""The deeds in the world that may follow a change: small values, one union.

Each has a `key`. A job whose key is waiting already is not asked for twice: the waiting one will
do, since every job looks at the present before it acts. The key is also the mark by which a
message in Slack is found again after a crash.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from incibot.core.people import ChannelId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChannel:
    """Make the incident's channel."""

    incident: int

    @property
    def key(self) -> str:
        return f"channel:{self.incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DressChannel:
    """Set the channel's topic, and bookmark the timeline page where there is one."""

    incident: int

    @property
    def key(self) -> str:
        return f"topic:{self.incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Invite people to the incident's channel.

    Attributes:
        who: user ids, user group ids, or @handles of user groups.
    """

    incident: int
    who: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"invite:{self.incident}:{','.join(self.who)}"[:190]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCard:
    """Make the incident's card in its channel say how things stand, and pin it."""

    incident: int

    @property
    def key(self) -> str:
        return f"card:{self.incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCard:
    """Pin the incident's card in its channel."""

    incident: int

    @property
    def key(self) -> str:
        return f"pin:{self.incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """The same for the card in the announcement channel; public incidents only."""

    incident: int

    @property
    def key(self) -> str:
        return f"announce:{self.incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Show in the channel what was recorded by a command, as it was understood."""

    incident: int
    entry: str

    @property
    def key(self) -> str:
        return f"echo:{self.entry}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Pass an update on, under the card in the announcement channel."""

    incident: int
    entry: str

    @property
    def key(self) -> str:
        return f"relay:{self.entry}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Send a role's new holder its duties, and what they need to take over.

    Attributes:
        previous: who held it until now, or None.
        since: what the brief starts from, the version of the incident at the hand-over.
    """

    incident: int
    role: str
    user: UserId
    previous: UserId | None
    version: int

    @property
    def key(self) -> str:
        return f"brief:{self.incident}:{self.version}:{self.role}:{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Show somebody who joined, and nobody else, what they need."""

    incident: int
    user: UserId
    at: str

    @property
    def key(self) -> str:
        return f"welcome:{self.incident}:{self.user}:{self.at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Send somebody a direct message; `words` in Slack's notation."""

    user: UserId
    words: str
    about: str

    @property
    def key(self) -> str:
        return f"tell:{self.user}:{self.about}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnPerson:
    """Ask Slack for somebody's name and time zone."""

    user: UserId

    @property
    def key(self) -> str:
        return f"person:{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Fetch a message that somebody marked and that was never delivered to us."""

    incident: int
    channel: ChannelId
    ts: str

    @property
    def key(self) -> str:
        return f"capture:{self.channel}:{self.ts}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverExport:
    """Hand the timeline to the asker, as a file, and to nobody else.

    Attributes:
        zone: IANA name of the zone to show times in; empty for the usual one.
        asked: names the delivery that asked for it.
        at: when it was asked for, in seconds since 1970: the file says so.
    """

    incident: int
    user: UserId
    format: str
    zone: str
    asked: str
    at: int

    @property
    def key(self) -> str:
        return f"export:{self.incident}:{self.user}:{self.asked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReview:
    """Make or refresh the review draft, and hand it to the asker. `asked`, `at` as for an export.

    `depth`: of this draft alone; empty: as the playbook has it.
    """

    incident: int
    user: UserId
    asked: str
    at: int
    depth: str = ""

    @property
    def key(self) -> str:
        return f"review:{self.incident}:{self.user}:{self.asked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHome:
    """Draw somebody's App Home."""

    user: UserId

    @property
    def key(self) -> str:
        return f"home:{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHomes:
    """Draw anew each App Home that was opened lately and would read otherwise now.

    One job for all of them: whatever changes while it waits is in the same round, and a round takes
    one pair of hands, so that no card waits for a hundred homes.
    """

    @property
    def key(self) -> str:
        return "homes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Say what an incident lacks, in one message; and, asked again, what has become of that.

    Attributes:
        of: the reminders that speak, each with how often it has spoken: ``commander.1``.
        user: whom to write to, where the incident has no channel.
    """

    incident: int
    of: tuple[str, ...]
    user: UserId | None = None

    @property
    def key(self) -> str:
        return f"remind:{self.incident}:{'+'.join(self.of)}"

    @classmethod
    def again(cls, key: str) -> Remind:
        """The job of that key: its message is there, so nobody needs to be named."""
        _, incident, of = key.split(":")
        return cls(incident=int(incident), of=tuple(of.split("+")))


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """Compare the incident's channel with what we hold, and fetch what we were not told."""

    incident: int

    @property
    def key(self) -> str:
        return f"catch-up:{self.incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDelivery:
    """Read what came to a hook; `delivery` is its row."""

    delivery: int

    @property
    def key(self) -> str:
        return f"delivery:{self.delivery}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAlert:
    """Make the alert's message, in the channel of its service, say how it stands; `alert` is its row."""

    alert: int

    @property
    def key(self) -> str:
        return f"alert:{self.alert}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStorm:
    """Make the message of many alerts at once say how many they are and how they stand.

    Attributes:
        room: the channel, as the team's file has it.
        storm: which of the storms there.
    """

    room: str
    storm: int

    @property
    def key(self) -> str:
        return f"storm:{self.room}:{self.storm}"[:190]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellChanges:
    """List in the incident's channel what was changed in production before it was declared."""

    incident: int

    @property
    def key(self) -> str:
        return f"changes:{self.incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskVoice:
    """Ask somebody who took part how it was for them, once; later, make that message right."""

    incident: int
    user: UserId

    @property
    def key(self) -> str:
        return f"voice:{self.incident}:{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeIssue:
    """Make the follow-up an issue in its tracker."""

    incident: int
    follow_up: int

    @property
    def key(self) -> str:
        return f"issue:{self.incident}:{self.follow_up}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadIssue:
    """Read from its tracker how the follow-up's issue stands."""

    incident: int
    follow_up: int

    @property
    def key(self) -> str:
        return f"issue-state:{self.incident}:{self.follow_up}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Put the oldest update that waits for it on the public status page."""

    incident: int

    @property
    def key(self) -> str:
        return f"publish:{self.incident}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWebhook:
    """Tell another system of an entry, by a webhook.

    Attributes:
        to: the webhook's name in the configuration.
        entry: the key of the entry.
        event: what it is told as, such as ``incident.declared``.
    """

    incident: int
    to: str
    entry: str
    event: str

    @property
    def key(self) -> str:
        digest = sha256(f"{self.entry}|{self.event}".encode()).hexdigest()[:32]
        return f"webhook:{self.to}:{digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Have somebody paged; `page` counts within the incident, whose entry of it says whom."""

    incident: int
    page: int

    @property
    def key(self) -> str:
        return f"page:{self.incident}:{self.page}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOnCall:
    """Tell somebody, and nobody else, who is on call.

    Attributes:
        services: of which; empty: of all.
        response_url: where they asked, which Slack keeps open for half an hour; empty: nowhere.
        asked: names the delivery that asked for it.
    """

    user: UserId
    services: tuple[str, ...]
    response_url: str
    asked: str

    @property
    def key(self) -> str:
        return f"on-call:{self.user}:{self.asked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Tell a service's channel what the week was like, for whoever takes over on call.

    Attributes:
        until: the end of that week, in seconds since 1970.
    """

    service: str
    until: int

    @property
    def key(self) -> str:
        name = sha256(self.service.encode()).hexdigest()[:24]
        return f"hand-over:{name}:{self.until}"


Job = (
    OpenChannel
    | DressChannel
    | Invite
    | ShowCard
    | PinCard
    | Announce
    | Echo
    | Relay
    | Brief
    | Welcome
    | Tell
    | LearnPerson
    | Capture
    | DeliverExport
    | DraftReview
    | ShowHome
    | ShowHomes
    | CatchUp
    | Remind
    | ReadDelivery
    | ShowAlert
    | ShowStorm
    | TellChanges
    | AskVoice
    | MakeIssue
    | ReadIssue
    | Publish
    | SendWebhook
    | Page
    | TellOnCall
    | HandOver
)

KINDS: dict[str, type[Job]] = {kind.__name__: kind for kind in Job.__args__}


def pack(job: Job) -> dict[str, Any]:
    """The job's fields in JSON's types."""
    return asdict(job)


def unpack(kind: str, fields: dict[str, Any]) -> Job:
    """The inverse. Fields that a newer release added are left out, so that a roll-back can read it.

    Raises:
        KeyError: this release knows no such job.
    """
    make: Any = KINDS[kind]
    job: Job = make(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in fields.items()
            if name in make.__dataclass_fields__
        }
    )
    return job
