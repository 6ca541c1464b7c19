"""The verbs of a response: each looks at an incident and answers with one Change.

Everybody may make every move, and none waits for an approval. Words are in Slack's notation;
titles, summaries and services are plain text. `key` names the delivery that asked for the move,
so that the same delivery makes the same entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from incibot.core.change import Change
from incibot.core.incident import Incident, Known, Milestone, Task, Update
from incibot.core.jobs import (
    Announce,
    Brief,
    CatchUp,
    DressChannel,
    Echo,
    Invite,
    Job,
    OpenChannel,
    Relay,
    ShowCard,
    ShowHomes,
    Tell,
    TellChanges,
)
from incibot.core.markup import escape, plain, shorten
from incibot.core.people import Assignment, ChannelId, UserId
from incibot.core.playbook import Kind, Playbook, Role
from incibot.core.timeline import Entry, EntryKind, Recorded, Source
from incibot.errors import NotAllowed, NotFound, Unclear

INCIBOT = "incibot"  # the actor's name of what incibot itself did
FRICTION = "friction:"  # how the keys of entries begin that tell where a tool got in the way
OUTCOMES = {"ruled_out": "Ruled out", "confirmed": "Confirmed"}  # what may become of a hypothesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the declarer filled in.

    Attributes:
        started_at: when it started as far as the declarer knows, in UTC; None if not said.
        link: the message that the incident is declared from.
    """

    title: str
    severity: str
    declared_by: UserId
    kind: Kind = Kind.INCIDENT
    summary: str = ""
    service: str = ""
    started_at: datetime | None = None
    private: bool = False
    commander: UserId | None = None
    link: str = ""


def declare(draft: Draft, *, number: int, book: Playbook, at: datetime) -> Change:
    """Declare an incident.

    Raises:
        Unclear: it has no title, or a severity that the playbook does not know.
    """
    title = " ".join(draft.title.split())
    if not title:
        raise Unclear(
            "An incident needs a title: a few words for what you see, such as "
            "“Checkout answers 500”."
        )
    severity = book.severity(draft.severity)
    by = draft.declared_by
    declared = Entry(
        key=f"declared:{number}",
        kind=EntryKind.DECLARED,
        occurred_at=at,
        by=by,
        words=escape(title) + (f"\n{escape(draft.summary)}" if draft.summary else ""),
        data={
            "severity": severity.word,
            "kind": draft.kind.value,
            "service": draft.service,
            "private": draft.private,
        },
    )
    entries = [declared]
    milestones = [Milestone(name="declared", at=at, known=Known.SYSTEM, key=declared.key, by=by)]
    if draft.started_at is not None:
        entry = _milestone_entry(f"started:{number}", "started", draft.started_at, by=by, at=at)
        entries.append(entry)
        milestones.append(
            Milestone(name="started", at=draft.started_at, known=Known.STATED, key=entry.key, by=by)
        )
    if draft.link:
        entries.append(
            Entry(
                key=f"declared-from:{number}",
                kind=EntryKind.LINK,
                occurred_at=at,
                by=by,
                words="Declared from a message",
                source=Source(type="slack", url=draft.link),
            )
        )
    incident = Incident(
        number=number,
        title=title,
        kind=draft.kind,
        severity=severity.word,
        status=book.statuses[0].word,
        private=draft.private,
        declared_by=by,
        declared_at=at,
        summary=draft.summary,
        service=draft.service,
        milestones=tuple(milestones),
    )
    if draft.commander is not None:
        role = book.roles[0]
        incident = replace(
            incident,
            assignments=(Assignment(role=role.word, user=draft.commander, since=at),),
        )
        entries.append(_role_entry(incident, role, (), (draft.commander,), by=by, at=at, key="0"))
    return Change(
        incident=incident,
        entries=tuple(entries),
        jobs=(OpenChannel(incident=number), ShowHomes()),
    )


def channel_opened(
    incident: Incident, channel: ChannelId, name: str, *, book: Playbook, at: datetime
) -> Change:
    """The channel is there: dress it, fill it, tell about it."""
    invited = _to_invite(incident, book)
    number = incident.number
    jobs: list[Job] = [
        ShowCard(incident=number),
        Invite(incident=number, who=_people_first(incident)),
        DressChannel(incident=number),
        *(Invite(incident=number, who=(one,)) for one in invited),
    ]
    if not incident.private:
        jobs.append(Announce(incident=number))
    jobs += [
        Brief(incident=number, role=held.role, user=held.user, previous=None, version=0)
        for held in incident.assignments
        if held.until is None
    ]
    jobs.append(TellChanges(incident=number))
    jobs.append(ShowHomes())
    # Whatever was written there before we knew that the channel is ours.
    jobs.append(CatchUp(incident=number))
    entry = Entry(
        key=f"channel:{number}",
        kind=EntryKind.LINK,
        occurred_at=at,
        by_name=INCIBOT,
        words=f"Opened the channel #{escape(name)}",
        data={"channel": channel},
    )
    return Change(
        incident=replace(incident, channel=channel, channel_name=name, trouble=""),
        entries=(entry,),
        jobs=tuple(jobs),
    )


def channel_refused(incident: Incident, why: str, *, at: datetime) -> Change:
    """Slack will not make the channel: say so to the declarer. A private incident stays private."""
    words = f"{incident.ref} “{escape(shorten(incident.title, 200))}” is declared, but Slack refused to make its channel: {escape(why)}."
    if incident.private:
        words += " Until that is mended it has none, and stays private."
    words += (
        " `incibot doctor` tells whoever runs incibot what would mend it; "
        "after `incibot jobs retry` the channel follows."
    )
    tell = Tell(user=incident.declared_by, words=words, about=f"channel:{incident.number}")
    # Without a channel, the announcement is the only place where others can hear of it.
    jobs: tuple[Job, ...] = (
        (tell,) if incident.private else (tell, Announce(incident=incident.number))
    )
    entry = Entry(
        key=f"channel-refused:{incident.number}:{incident.version}",
        kind=EntryKind.NOTE,
        occurred_at=at,
        by_name=INCIBOT,
        words=f"Slack refused to make the channel: {escape(why)}",
        data={"refused": why},
    )
    return Change(incident=replace(incident, trouble=why), entries=(entry,), jobs=jobs)


def assign(
    incident: Incident,
    role: Role,
    users: Iterable[UserId],
    *,
    by: UserId,
    at: datetime,
    key: str,
) -> Change:
    """Give a role to people. A role that one person holds is handed over; one that several may hold is added to.

    Raises:
        NotAllowed: they hold it already, or one person too many is named.
    """
    named = tuple(dict.fromkeys(users))
    holders = incident.holders(role.word)
    if not role.several and len(named) > 1:
        raise NotAllowed(
            f"One person at a time is {escape(role.title)}. Name one, such as `/incident {role.word} @who`."
        )
    new = tuple(user for user in named if user not in holders)
    if not new:
        who = " and ".join(f"<@{user}>" for user in named)
        raise NotAllowed(
            f"{who} {'is' if len(named) == 1 else 'are'} {escape(role.title)} already."
        )
    kept = holders if role.several else ()
    leaving = tuple(user for user in holders if user not in kept)
    given = tuple(Assignment(role=role.word, user=user, since=at) for user in new)
    changed = replace(incident, assignments=_relieved(incident, role, leaving, at) + given)
    entry = _role_entry(changed, role, holders, kept + new, by=by, at=at, key=key)
    previous = leaving[0] if leaving else None
    return _announced(
        changed,
        entry,
        *(Invite(incident=incident.number, who=(user,)) for user in new),
        *(
            Brief(
                incident=incident.number,
                role=role.word,
                user=user,
                previous=previous,
                version=incident.version + 1,
            )
            for user in new
        ),
        ShowHomes(),
    )


def release(
    incident: Incident,
    role: Role,
    users: Iterable[UserId],
    *,
    by: UserId,
    at: datetime,
    key: str,
) -> Change:
    """Take a role from the people named, or from all its holders when none is.

    Raises:
        NotAllowed: nobody named holds it.
    """
    holders = incident.holders(role.word)
    named = tuple(users) or holders
    leaving = tuple(user for user in holders if user in named)
    if not leaving:
        if not holders:
            raise NotAllowed(f"Nobody is {escape(role.title)} now.")
        them, who = (" and ".join(f"<@{user}>" for user in some) for some in (named, holders))
        are_not = "is not" if len(named) == 1 else "are not"
        are = "is" if len(holders) == 1 else "are"
        raise NotAllowed(f"{them} {are_not} {escape(role.title)}; {who} {are}.")
    changed = replace(incident, assignments=_relieved(incident, role, leaving, at))
    staying = changed.holders(role.word)
    entry = _role_entry(changed, role, holders, staying, by=by, at=at, key=key)
    return _announced(changed, entry, ShowHomes())


def _relieved(
    incident: Incident, role: Role, leaving: tuple[UserId, ...], at: datetime
) -> tuple[Assignment, ...]:
    """The assignments, with those of the people who leave the role ended."""
    return tuple(
        replace(held, until=at)
        if held.role == role.word and held.until is None and held.user in leaving
        else held
        for held in incident.assignments
    )


def rate(
    incident: Incident, word: str, why: str, *, book: Playbook, by: UserId, at: datetime, key: str
) -> Change:
    """Change the severity; `why` in Slack's notation.

    Raises:
        Unclear: no such severity. NotAllowed: it is that already.
    """
    severity = book.severity(word)
    if severity.word == incident.severity:
        raise NotAllowed(f"{incident.ref} is {severity.word} already.")
    entry = Entry(
        key=f"severity:{key}",
        kind=EntryKind.SEVERITY,
        occurred_at=at,
        by=by,
        words=f"Severity {escape(incident.severity)} → {severity.word}" + _because(why),
        data={"from": incident.severity, "to": severity.word, "why": why},
    )
    changed = replace(incident, severity=severity.word)
    invited = tuple(
        Invite(incident=incident.number, who=(one,))
        for one in severity.invite
        if incident.channel and not incident.private
    )
    return _announced(changed, entry, *invited, ShowHomes())


def move_to(
    incident: Incident, word: str, note: str, *, book: Playbook, by: UserId, at: datetime, key: str
) -> Change:
    """Move the incident to another status; `note` in Slack's notation.

    Any status may follow any other: responders know where they stand. A status that bears a
    milestone sets it (the latest such time holds); leaving the last status takes its milestone back.

    Raises:
        Unclear: no such status. NotAllowed: it has that status already.
    """
    status = book.status(word)
    if status.word == incident.status:
        raise NotAllowed(
            f"{incident.ref} is {status.word} already. "
            f"To say more, try `/incident update` or `/incident note`."
        )
    reopened = book.is_over(incident.status) and not status.ends
    entry = Entry(
        key=f"status:{key}",
        kind=EntryKind.STATUS,
        occurred_at=at,
        by=by,
        words=(
            f"Reopened as {status.word}"
            if reopened
            else f"Status {escape(incident.status)} → {status.word}"
        )
        + _because(note),
        data={
            "from": incident.status,
            "to": status.word,
            "note": note,
            "reopened": reopened,
            "over": status.ends,
        },
    )
    milestones = incident.milestones
    if reopened:
        ended = {one.milestone for one in book.statuses if one.ends}
        milestones = tuple(one for one in milestones if one.name not in ended)
    if status.milestone:
        milestones = _with(
            milestones,
            Milestone(name=status.milestone, at=at, known=Known.SYSTEM, key=entry.key, by=by),
        )
    replaced = _replaced(incident.milestones, milestones)
    if replaced:
        entry = replace(entry, data={**entry.data, "milestones": replaced})
    turned = book.is_over(incident.status) != status.ends
    changed = replace(
        incident,
        status=status.word,
        milestones=milestones,
        turned_at=at if turned else incident.turned_at,
    )
    return _announced(changed, entry, ShowHomes())


def resolve(
    incident: Incident, summary: str, *, book: Playbook, by: UserId, at: datetime, key: str
) -> Change:
    """Say that the response is over. Raises NotAllowed if it is already."""
    return move_to(incident, book.last_status.word, summary, book=book, by=by, at=at, key=key)


def reopen(
    incident: Incident, why: str, *, book: Playbook, by: UserId, at: datetime, key: str
) -> Change:
    """Take the response up again.

    Raises:
        NotAllowed: it is not over. Unclear: no reason was given.
    """
    if not book.is_over(incident.status):
        raise NotAllowed(f"{incident.ref} is {incident.status}; there is nothing to reopen.")
    if not why:
        raise Unclear(
            "Say why, for those who come back to it: `/incident reopen errors are back in eu-west`."
        )
    return move_to(incident, book.statuses[0].word, why, book=book, by=by, at=at, key=key)


def update(incident: Incident, words: str, *, by: UserId, at: datetime, key: str) -> Change:
    """An update for those who are not in the channel. Raises Unclear if it says nothing."""
    if not words:
        raise Unclear(
            "What should people know? For example: "
            "`/incident update Payments work again for most; next update at 15:00`."
        )
    entry = Entry(key=f"update:{key}", kind=EntryKind.UPDATE, occurred_at=at, by=by, words=words)
    changed = replace(incident, update=Update(words=words, at=at, by=by))
    if incident.private:
        return _announced(changed, entry)
    return _announced(changed, entry, Relay(incident=incident.number, entry=entry.key))


def note(
    incident: Incident,
    kind: EntryKind,
    words: str,
    *,
    by: UserId,
    occurred_at: datetime,
    key: str,
    read_as: str = "",
) -> Change:
    """A timeline entry in somebody's own words, at the time that they say.

    Args:
        read_as: how a back-dated time was understood, for the echo.

    Raises:
        Unclear: there are no words.
    """
    if not words:
        raise Unclear(
            f"What is the {kind.value}? For example: `/incident {kind.value} 10 minutes ago "
            "error rate on checkout went up`."
        )
    entry = Entry(
        key=f"{kind.value}:{key}",
        kind=kind,
        occurred_at=occurred_at,
        by=by,
        words=words,
        data={"read_as": read_as} if read_as else {},
    )
    return _noted(incident, entry)


def friction(incident: Incident, words: str, *, by: UserId, at: datetime, key: str) -> Change:
    """Note where a tool got in the way. Raises Unclear if there are no words."""
    if not words:
        raise Unclear(
            "What got in the way? For example: "
            "`/incident friction the dashboard takes a minute to load`."
        )
    entry = Entry(
        key=f"{FRICTION}{key}",
        kind=EntryKind.NOTE,
        occurred_at=at,
        by=by,
        words=words,
        data={"friction": True},
    )
    return _noted(incident, entry)


def answer(
    incident: Incident, hypothesis: Recorded, outcome: str, *, by: UserId, at: datetime, key: str
) -> Change:
    """Say what became of a hypothesis; what was believed before stays as it was.

    Raises:
        NotAllowed: the entry is no hypothesis. Unclear: no such outcome.
    """
    if outcome not in OUTCOMES:
        raise Unclear(f"A hypothesis is `ruled_out` or `confirmed`, not “{outcome}”.")
    if hypothesis.kind is not EntryKind.HYPOTHESIS:
        raise NotAllowed("That entry is not a hypothesis.")
    # A message's words are not copied: whoever deletes it expects them to be gone everywhere.
    copied = hypothesis.kind_first is EntryKind.HYPOTHESIS
    entry = Entry(
        key=f"answer:{key}",
        kind=EntryKind.OBSERVATION,
        occurred_at=at,
        by=by,
        words=OUTCOMES[outcome] + (f": {hypothesis.words}" if copied else ""),
        data={"answers": hypothesis.id, "outcome": outcome},
    )
    jobs = [Echo(incident=incident.number, entry=entry.key)]
    if copied:  # its own echo says so from now on, and offers no more buttons
        jobs.append(Echo(incident=incident.number, entry=hypothesis.key))
    return Change(about=incident.number, entries=(entry,), jobs=tuple(jobs))


def set_milestone(
    incident: Incident, name: str, when: datetime, *, by: UserId, at: datetime, key: str
) -> Change:
    """Say when a milestone was reached. Any name will do; an earlier time of it stays in the timeline."""
    before = incident.milestone(name)
    entry = _milestone_entry(f"milestone:{key}", name, when, by=by, at=at, before=before)
    milestones = _with(
        incident.milestones,
        Milestone(name=name, at=when, known=Known.STATED, key=entry.key, by=by),
    )
    return _announced(replace(incident, milestones=milestones), entry)


def add_task(
    incident: Incident,
    words: str,
    assignee: UserId | None,
    *,
    by: UserId,
    at: datetime,
    key: str,
) -> Change:
    """Note something to be done. Raises Unclear if there are no words."""
    if not words:
        raise Unclear(
            "What is to be done? For example: `/incident task @who check the payment provider’s status page`."
        )
    number = max((task.number for task in incident.tasks), default=0) + 1
    task = Task(number=number, words=words, created_by=by, created_at=at, assignee=assignee)
    entry = Entry(
        key=f"task:{key}",
        kind=EntryKind.TASK,
        occurred_at=at,
        by=by,
        words=f"Task {number}: {words}" + (f" (for <@{assignee}>)" if assignee else ""),
        data={"task": number, "state": "open", "assignee": assignee},
    )
    return _echoed(replace(incident, tasks=(*incident.tasks, task)), entry, ShowHomes())


def finish_task(incident: Incident, number: int, *, by: UserId, at: datetime, key: str) -> Change:
    """Tick a task off. Raises NotFound or NotAllowed."""
    task = incident.task(number)
    if task is None:
        raise NotFound(f"{incident.ref} has no task {number}. `/incident task` lists them.")
    if task.done_at is not None:
        raise NotAllowed(f"Task {number} is done already.")
    done = replace(task, done_at=at, done_by=by)
    entry = Entry(
        key=f"task:{key}",
        kind=EntryKind.TASK,
        occurred_at=at,
        by=by,
        words=f"Done, task {number}: {task.words}",
        data={"task": number, "state": "done"},
    )
    tasks = tuple(done if one.number == number else one for one in incident.tasks)
    return _echoed(replace(incident, tasks=tasks), entry, ShowHomes())


def _cards(incident: Incident) -> tuple[Job, ...]:
    if incident.private:
        return (ShowCard(incident=incident.number),)
    return (ShowCard(incident=incident.number), Announce(incident=incident.number))


def _noted(incident: Incident, entry: Entry) -> Change:
    """An entry that changes nothing but the timeline."""
    return Change(
        about=incident.number,
        entries=(entry,),
        jobs=(Echo(incident=incident.number, entry=entry.key),),
    )


def _echoed(incident: Incident, entry: Entry, *more: Job) -> Change:
    """The usual end of a move: an echo in the channel, and what else follows."""
    return Change(
        incident=incident,
        entries=(entry,),
        jobs=(Echo(incident=incident.number, entry=entry.key), *more),
    )


def _announced(incident: Incident, entry: Entry, *more: Job) -> Change:
    """The same of a move that the cards show."""
    return _echoed(incident, entry, *_cards(incident), *more)


def _role_entry(
    incident: Incident,
    role: Role,
    before: tuple[UserId, ...],
    after: tuple[UserId, ...],
    *,
    by: UserId,
    at: datetime,
    key: str,
) -> Entry:
    names = ", ".join(f"<@{user}>" for user in after) or "nobody"
    words = f"{escape(role.title)}: {names}"
    left = [user for user in before if user not in after]
    if left:
        words += f" (before: {', '.join(f'<@{user}>' for user in left)})"
    return Entry(
        key=f"role:{incident.number}:{role.word}:{key}",
        kind=EntryKind.ROLE,
        occurred_at=at,
        by=by,
        words=words,
        data={"role": role.word, "from": list(before), "to": list(after)},
    )


def _milestone_entry(
    key: str,
    name: str,
    when: datetime,
    *,
    by: UserId,
    at: datetime,
    before: Milestone | None = None,
) -> Entry:
    return Entry(
        key=key,
        kind=EntryKind.MILESTONE,
        occurred_at=at,
        by=by,
        words=f"Milestone “{escape(name)}” at <!date^{int(when.timestamp())}^{{date_short_pretty}} {{time}}|{when:%Y-%m-%d %H:%M} UTC>",
        data={
            "milestone": name,
            "at": when.isoformat(),
            **({"from": before.at.isoformat()} if before else {}),
        },
    )


def _replaced(
    before: tuple[Milestone, ...], after: tuple[Milestone, ...]
) -> dict[str, dict[str, str | None]]:
    """The times that milestones had and have no longer, which nothing else would tell."""
    now = {one.name: one.at.isoformat() for one in after}
    return {
        one.name: {"from": one.at.isoformat(), "to": now.get(one.name)}
        for one in before
        if now.get(one.name) != one.at.isoformat()
    }


def _with(milestones: tuple[Milestone, ...], new: Milestone) -> tuple[Milestone, ...]:
    return (*(one for one in milestones if one.name != new.name), new)


def _because(words: str) -> str:
    return f": {words}" if words else ""


def _people_first(incident: Incident) -> tuple[str, ...]:
    people = [incident.declared_by, *(held.user for held in incident.assignments)]
    return tuple(dict.fromkeys(people))


def _to_invite(incident: Incident, book: Playbook) -> tuple[str, ...]:
    """Whom the playbook names; for a private incident only those named for private ones."""
    if incident.private:
        return book.invite_private
    named = list(book.invite)
    named += next((one.invite for one in book.severities if one.word == incident.severity), ())
    service = book.service(incident.service) if incident.service else None
    if service:
        named += service.invite
    return tuple(dict.fromkeys(named))


def title_of(words: str, names: dict[str, str]) -> str:
    """A title from words in Slack's notation: plain, on one line."""
    return " ".join(plain(words, names).split())
