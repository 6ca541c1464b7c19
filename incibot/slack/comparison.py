"""What Slack shows of a channel, held against what we hold of it.

We hold what we do as of a moment before Slack was asked. So whatever differs has happened since, or
was missed; and a time can be given to it that any event which is still on its way comes after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from incibot.core.catching_up import PATIENCE, Holding
from incibot.core.people import UserId
from incibot.core.timeline import PIN, Mark, MarkEvent, just_after, standing
from incibot.slack.reading import Came, Message, Pinned, Shown, Topic
from incibot.slack.recording import is_ours
from incibot.store.workspaces import Workspace

News = Message | Topic | Came


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworded:
    """The words of a message that we hold are others now."""

    message: Message
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What we were not told.

    Attributes:
        gone: messages of which Slack shows only a stone, by their ts.
        missing: messages that Slack does not show, each with the root of its thread or its own ts.
    """

    news: tuple[News, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    marks: tuple[MarkEvent, ...] = ()
    gone: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()


def compare(
    lines: Iterable[Shown],
    holding: Holding,
    *,
    me: Workspace,
    reactions: Mapping[str, Mark],
    as_of: str,
) -> Differences:
    """What differs in what Slack shows; what it does not show is `missing`'s.

    Args:
        reactions: those that mark a message.
        as_of: a ts at which Slack had not yet answered, the later the better.
    """
    news: list[News] = []
    reworded: list[Reworded] = []
    marks: list[MarkEvent] = []
    gone: list[str] = []
    for line in lines:
        held = holding.messages.get(line.ts)
        if held is not None and held.erased:
            continue
        if line.gone:
            gone += [line.ts] if held is not None else []
            continue
        what = line.what
        if what is not None and not is_ours(what, me):
            if held is None:
                news.append(what)
            elif isinstance(what, Message) and what.words != held.words:
                # Slack names an edit's second at best; in any case it is after what we hold.
                later = what.since > held.since
                since = what.since if later else max(just_after(held.since), as_of)
                reworded.append(Reworded(message=what, since=since))
        marks += _marks(line, holding.marks.get(line.ts, ()), me.bot_user, reactions)
    return Differences(
        news=tuple(news), reworded=tuple(reworded), marks=tuple(marks), gone=tuple(gone)
    )


def missing(
    shown: Iterable[Shown],
    holding: Holding,
    *,
    low: str,
    high: str,
    asked_at: datetime,
) -> tuple[tuple[str, str], ...]:
    """What we hold of that stretch and Slack does not show.

    What we have only just heard is left out: Slack may hear of it a moment later than we did.

    Args:
        low, high: the first ts of the stretch, and that after the last; empty: there is no end.
    """
    there = {line.ts for line in shown}
    return tuple(
        (held.ts, held.thread_ts or held.ts)
        for held in sorted(holding.messages.values(), key=lambda one: one.ts)
        if not held.erased
        and held.ts not in there
        and low <= held.ts
        and (not high or held.ts < high)
        and held.recorded_at <= asked_at - PATIENCE
    )


def _marks(
    line: Shown, events: Iterable[MarkEvent], bot: UserId, reactions: Mapping[str, Mark]
) -> list[MarkEvent]:
    """The reactions that were put on it, or taken off, without our hearing of it."""
    known = tuple(events)
    latest: dict[tuple[str, UserId], str] = {}
    for event in known:
        place = event.via, event.user
        latest[place] = max(latest.get(place, ""), event.at)
    stand = {(one.via, one.user): one.mark for one in standing(known) if one.via != PIN}
    shown = {
        (one.via, user)
        for one in line.reactions
        for user in one.users
        if user != bot and one.via.partition("::")[0] in reactions
    }
    cut = {one.via for one in line.reactions if not one.whole}
    found = []
    for via, user in sorted(shown - stand.keys()):
        # After all that we know of it, and before the event, if that is still to come.
        last = latest.get((via, user))
        at = max(line.ts, just_after(last)) if last else line.ts
        mark = reactions[via.partition("::")[0]]
        found.append(_event(line, mark, user, via, at, on=True))
    for via, user in sorted(stand.keys() - shown):
        if via.partition("::")[0] in reactions and via not in cut and _is_reaction(via):
            at = just_after(latest[via, user])
            found.append(_event(line, stand[via, user], user, via, at, on=False))
    return found


def _is_reaction(via: str) -> bool:
    return via not in (PIN, "shortcut", "command")


def _event(line: Shown, mark: Mark, user: UserId, via: str, at: str, *, on: bool) -> MarkEvent:
    return MarkEvent(channel=line.channel, ts=line.ts, mark=mark, user=user, via=via, at=at, on=on)


def compare_pins(
    pinned: Iterable[Pinned], holding: Holding, me: Workspace
) -> tuple[list[Pinned], list[MarkEvent]]:
    """The pins that we have not heard of, and those that were taken out."""
    latest = {
        ts: max((event.at for event in events), default="") for ts, events in holding.marks.items()
    }
    stand = {ts: one for ts, events in holding.marks.items() for one in standing(events)}
    there = {one.ts: one for one in pinned}
    put_in = [
        Pinned(
            channel=one.channel,
            ts=ts,
            user=one.user,
            at=max(one.at, just_after(latest[ts])) if latest.get(ts) else one.at,
            on=True,
        )
        for ts, one in sorted(there.items())
        if ts not in stand and one.user != me.bot_user
    ]
    taken_out = []
    for ts, one in sorted(stand.items()):
        held = holding.messages.get(ts)
        # A message that is deleted takes its pin along, and nobody has to say so.
        if ts not in there and not (held is not None and held.erased):
            event = max(holding.marks[ts], key=lambda event: event.at)
            taken_out.append(
                MarkEvent(
                    channel=event.channel,
                    ts=ts,
                    mark=one.mark,
                    user=one.user,
                    via=PIN,
                    at=just_after(latest[ts]),
                    on=False,
                )
            )
    return put_in, taken_out
