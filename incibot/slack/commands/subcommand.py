"""The shape of a word that ``/incident`` knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from incibot.config import Integrations
from incibot.core.incident import Incident, number_in
from incibot.core.people import ChannelId, UserId
from incibot.core.visibility import may_see
from incibot.errors import NotFound, Refused
from incibot.slack.blocks import Block, View
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction

Door = Callable[[UserId, datetime, int | None], str]  # for whom, when, to which incident's page


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """``/incident WORD REST`` as somebody typed it, or as a button or form stands for it.

    Attributes:
        key: names the delivery; the same call has the same key.
        words: what follows the word, in Slack's notation.
        number: the incident it is about; None: the one whose channel it is in.
        zone: the speaker's own time zone.
        door: makes a link that lets them in to the pages; None where there are no pages.
        integrations: what the team has named in its file.
        response_url: where more can be said for their eyes only, for half an hour; empty: nowhere.
    """

    key: str
    by: UserId
    words: str
    zone: ZoneInfo
    channel: ChannelId | None = None
    number: int | None = None
    door: Door | None = None
    integrations: Integrations = field(default_factory=Integrations)
    response_url: str = ""

    def rest(self) -> tuple[str, str]:
        """The first of the words, and the others."""
        first, _, others = self.words.strip().partition(" ")
        return first, others.strip()

    def saying(self, words: str) -> Call:
        """The same call with other words."""
        return replace(self, words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the asker, and nobody else, gets to see.

    Attributes:
        words: in Slack's notation; the fallback where there are blocks.
        view: a form or panel to open.
        goes_on: more of what a modal shows, and so in its place.
    """

    words: str = ""
    blocks: tuple[Block, ...] = ()
    view: View | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcommand:
    """A word that ``/incident`` knows.

    Attributes:
        word: what is typed.
        usage: what follows it, such as ``<sev> [why]``.
        says: one line for the help.
        group: under which heading the help lists it; empty for one that only buttons use.
        examples: two or more, typed as they would be, without ``/incident``.
        alike: the same line for all of a family of words, which share one in the overview.
        form: the form that asks for the same, where there is one; its callback id is the word.
        submit: reads that form and does it. Raises Wrong to show an error under a field.
    """

    word: str
    usage: str
    says: str
    run: Callable[[Call, Transaction], Awaitable[Reply]]
    group: str = ""
    examples: tuple[str, ...] = ()
    alike: str = ""
    form: Callable[[Call, Transaction], Awaitable[View]] | None = None
    submit: Callable[[Submitted, Call, Transaction], Awaitable[Reply]] | None = None


class Wrong(Refused):
    """Something in a form cannot be read. `fields`: what to say, by block id."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__(" ".join(self.fields.values()))


async def incident_of(call: Call, tx: Transaction) -> Incident:
    """The incident that the call is about.

    Raises:
        NotFound: there is none, or the asker may not know that there is.
    """
    if call.number is not None:
        return await tx.incident_seen_by(call.number, call.by)
    incident = await tx.incident_in(call.channel) if call.channel else None
    if incident is None or not may_see(incident, call.by):
        raise NotFound(
            "This is not an incident’s channel. Type it in one: `/incident list` shows them. "
            "`/incident declare Checkout answers 500` declares a new one."
        )
    return incident


async def incident_named(call: Call, tx: Transaction) -> tuple[Incident, str]:
    """The incident that the first word names (``INC-7``), else that of the call; and the other words."""
    first, others = call.rest()
    number = number_in(first) if first.casefold().startswith("inc") else None
    if number is not None:
        return await tx.incident_seen_by(number, call.by), others
    return await incident_of(call, tx), call.words.strip()
