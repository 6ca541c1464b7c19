"""The moves of follow-ups: written down, made an issue elsewhere, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from uuid import NAMESPACE_URL, uuid5

from incibot.core.change import Change
from incibot.core.follow_up import Candidate, FollowUp, Issue, Stand, next_look
from incibot.core.incident import Incident
from incibot.core.jobs import Echo, MakeIssue
from incibot.core.markup import escape
from incibot.core.people import UserId
from incibot.core.timeline import Entry, EntryKind, Source
from incibot.errors import NotAllowed, Unclear

NOTHING: Mapping[str, str] = MappingProxyType({})
LONGEST = 3000  # characters of a follow-up, which is what a form in Slack takes
MOST = 500  # follow-ups of one incident


def write_down(
    incident: Incident,
    candidate: Candidate,
    known: Sequence[FollowUp],
    *,
    by: UserId,
    at: datetime,
    key: str,
) -> tuple[FollowUp, Change]:
    """Make a follow-up of it; one of the same origin is that one already.

    Raises:
        Unclear: there are no words, or too many. NotAllowed: there are too many follow-ups.
    """
    for one in known:
        if one.origin == candidate.origin:
            return one, Change(about=incident.number)
    words = candidate.words.strip()
    if not words:
        raise Unclear(
            "What is to be done? For example: `/incident followups Alert on slow payments`."
        )
    if len(words) > LONGEST:
        raise Unclear(f"A follow-up has at most {LONGEST:,} characters; this has {len(words):,}.")
    if len(known) >= MOST:
        raise NotAllowed(f"{incident.ref} has {MOST} follow-ups, and takes no more.")
    number = max((one.number for one in known), default=0) + 1
    name = f"{incident.number}:{number}:{by}:{at.isoformat()}:{key}"
    made = FollowUp(
        incident=incident.number,
        number=number,
        words=words,
        origin=candidate.origin,
        created_by=by,
        created_at=at,
        marker=str(uuid5(NAMESPACE_URL, f"incibot:{name}")),
    )
    entry = Entry(
        key=f"follow-up:{incident.number}:{number}",
        kind=EntryKind.LINK,
        occurred_at=at,
        by=by,
        words=f"Follow-up {number}: {escape(words)}",
        data=_data(made, "created"),
    )
    return made, Change(about=incident.number, entries=(entry,), follow_ups=(made,))


def make_issues(
    incident: Incident,
    chosen: Sequence[FollowUp | Candidate],
    known: Sequence[FollowUp],
    tracker: str,
    *,
    by: UserId,
    at: datetime,
    key: str,
    leaving: Mapping[str, str] = NOTHING,
) -> Change:
    """Have an issue made of each; what is no follow-up yet becomes one.

    Args:
        leaving: of a private incident, by its origin the words of each that somebody confirmed.

    Raises:
        NotAllowed: one is an issue already, or over, or its words were not confirmed.
    """
    asked: list[FollowUp] = []
    entries: list[Entry] = []
    for one in chosen:
        if isinstance(one, Candidate):
            made, change = write_down(incident, one, [*known, *asked], by=by, at=at, key=key)
            entries += change.entries
        else:
            made = one
        asked.append(_asked(incident, made, tracker, leaving.get(made.origin, ""), at))
    return Change(
        about=incident.number,
        entries=tuple(entries),
        follow_ups=tuple(asked),
        jobs=tuple(MakeIssue(incident=incident.number, follow_up=one.number) for one in asked),
    )


def _asked(
    incident: Incident, follow_up: FollowUp, tracker: str, leaving: str, at: datetime
) -> FollowUp:
    if follow_up.issue:
        raise NotAllowed(f"Follow-up {follow_up.number} is <{follow_up.url}|{follow_up.shown}>.")
    if follow_up.stand.is_over:
        raise NotAllowed(f"Follow-up {follow_up.number} is {follow_up.stand.value} already.")
    if incident.private and not leaving:
        raise NotAllowed(
            f"{incident.ref} is private, and others read the tracker: "
            f"`/incident followups issue {follow_up.number}` asks which words may leave."
        )
    # Where it was asked for before, an issue of that time is still to be found.
    return replace(follow_up, tracker=tracker, asked_at=follow_up.asked_at or at, leaving=leaving)


def issue_made(follow_up: FollowUp, issue: Issue, *, system: str, at: datetime) -> Change:
    """There is an issue: the timeline has its link, and its state is read from now on."""
    made = replace(
        follow_up,
        issue=issue.id,
        shown=issue.shown,
        url=issue.url,
        look_at=next_look(at, at),
    )
    link = f"<{issue.url}|{escape(issue.shown)}>"
    entry = Entry(
        key=f"follow-up:{follow_up.incident}:{follow_up.number}:issue",
        kind=EntryKind.LINK,
        occurred_at=at,
        by_name=system,
        words=f"Follow-up {made.number} is {link}: {escape(_told(made))}",
        source=Source(type=system.casefold(), url=issue.url),
        data=_data(made, "linked"),
    )
    return Change(
        about=follow_up.incident,
        entries=(entry,),
        follow_ups=(made,),
        jobs=(Echo(incident=follow_up.incident, entry=entry.key),),
    )


def stands(
    follow_up: FollowUp,
    stand: Stand,
    *,
    since: datetime | None,
    seen: str,
    system: str,
    at: datetime,
) -> Change:
    """What its tracker says of it. One that is over is looked at for a while: it may be reopened."""
    made_at = follow_up.asked_at or at
    now = replace(
        follow_up,
        stand=stand,
        seen=seen,
        look_at=None if stand is Stand.LOST else next_look(made_at, at, over=stand.is_over),
    )
    if stand is follow_up.stand:
        return Change(about=follow_up.incident, follow_ups=(now,))
    moment = min(since or at, at)
    now = replace(now, stands_since=moment)
    return Change(
        about=follow_up.incident,
        entries=(_stand_entry(now, moment, by_name=system),),
        follow_ups=(now,),
    )


def settle(
    incident: Incident, follow_up: FollowUp, stand: Stand, *, by: UserId, at: datetime
) -> Change:
    """Say that it is done, dropped or open again. Raises NotAllowed for one whose tracker says so."""
    if follow_up.issue:
        raise NotAllowed(
            f"Follow-up {follow_up.number} is <{follow_up.url}|{follow_up.shown}>: close or reopen "
            "it there, and incibot reads it."
        )
    if follow_up.stand is stand:
        raise NotAllowed(f"Follow-up {follow_up.number} is {stand.value} already.")
    now = replace(follow_up, stand=stand, stands_since=at)
    return Change(about=incident.number, entries=(_stand_entry(now, at, by=by),), follow_ups=(now,))


SAYS = {
    Stand.OPEN: "is open again",
    Stand.DONE: "is done",
    Stand.DROPPED: "is dropped",
    Stand.LOST: "is an issue that cannot be found any more",
}


def _stand_entry(
    now: FollowUp, moment: datetime, *, by: UserId | None = None, by_name: str = ""
) -> Entry:
    link = f" (<{now.url}|{escape(now.shown)}>)" if now.url else ""
    return Entry(
        key=f"follow-up:{now.incident}:{now.number}:{now.stand.value}:{now.version}",
        kind=EntryKind.LINK,
        occurred_at=moment,
        by=by,
        by_name=by_name,
        words=f"Follow-up {now.number} {SAYS[now.stand]}: {escape(_told(now))}{link}",
        source=Source(type=by_name.casefold(), url=now.url) if by_name else Source(),
        data=_data(now, "changed"),
    )


def _told(now: FollowUp) -> str:
    """Its words as its tracker has them: what it tells us holds nothing that it was not told."""
    return now.leaving or now.words


def _data(now: FollowUp, step: str) -> dict[str, object]:
    """What the entry adds. `step`: ``created``, ``linked`` or ``changed``."""
    return {
        "follow_up": now.number,
        "step": step,
        "words": escape(_told(now)),
        "state": now.stand.value,
        **({"issue": now.shown, "url": now.url} if now.url else {}),
    }
