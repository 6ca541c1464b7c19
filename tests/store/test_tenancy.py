"""Whatever is asked in the name of one workspace: it is as if no other were on the database.

Each public method of a transaction is asked for what is another workspace's, by its numbers, keys,
channels and people. It must answer as it does on a database that the other was never on, and leave
the other's rows as they were. A method that is not in the table fails the test.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import MetaData, Table, insert, select, update

from incibot.core import moves
from incibot.core.catching_up import Progress
from incibot.core.change import Change, Post
from incibot.core.evidence import Alert, Evidence, Remark, State, Verdict, What
from incibot.core.evidence import Change as Deployed
from incibot.core.follow_up import FollowUp
from incibot.core.incident import Incident
from incibot.core.jobs import LearnPerson, ShowCard, ShowHome, Tell
from incibot.core.on_call import Shift
from incibot.core.paging import Named
from incibot.core.people import ChannelId, Person, UserId
from incibot.core.playbook import Playbook, Reminder
from incibot.core.publication import Publication
from incibot.core.timeline import PIN, Entry, EntryKind, Mark, MarkEvent, Source, ts_of
from incibot.core.voices import Asked as Question
from incibot.core.voices import Use
from incibot.errors import Conflict, LeaseLost, NotFound, NotInstalled
from incibot.store import migrations, voices
from incibot.store.database import connect, insert_once, put
from incibot.store.jobs import Claim
from incibot.store.schema import (
    entries,
    incidents,
    jobs,
    listening,
    marks,
    metadata,
    noticed,
    people,
    posts,
    receipts,
)
from incibot.store.schema import workspace as workspace_rows
from incibot.store.transaction.delivering import Origin
from incibot.store.unit import Store, Transaction
from incibot.store.workspaces import Workspace
from tests.bench import START, Clock
from tests.evidence import take_in

ANA, BELA = UserId("U1"), UserId("U2")  # ids that both workspaces know: of a channel they share
UTC = ZoneInfo("UTC")
OURS, THEIRS = "T1", "T2"


def workspace(team: str) -> Workspace:
    return Workspace(
        team=team, name=f"of {team}", url=f"https://{team}/", bot_user=UserId("U0"), bot_id="B0"
    )


@dataclass(frozen=True, slots=True)
class Theirs:
    """What is known of another workspace's incident to somebody who guesses well."""

    number: int
    channel: ChannelId
    ts: str
    root: str
    key: str
    entry: int
    incident: Incident
    claim: Claim
    parked: int
    delivery: int
    alert: int


def number_of(team: str) -> int:
    return int(team[1:])


def channel_of(team: str) -> ChannelId:
    return ChannelId(f"C{team}")


def mark_of(team: str, *, via: str = "pushpin") -> MarkEvent:
    return MarkEvent(
        channel=channel_of(team),
        ts=ts_of(START),
        mark=Mark.KEY_MOMENT,
        user=ANA,
        via=via,
        at=ts_of(START + timedelta(seconds=9)),
        on=True,
    )


def follow_up(number: int, version: int) -> FollowUp:
    return FollowUp(
        incident=number,
        number=1,
        words=f"to do in {number}",
        origin="said:x",
        created_by=ANA,
        created_at=START,
        marker="m",
        tracker="github",
        issue="1",
        look_at=START,
        version=version,
    )


def publication(number: int, version: int) -> Publication:
    return Publication(
        incident=number,
        number=1,
        title="slow",
        words=f"said of {number}",
        status="identified",
        impact="minor",
        components={"c1": "operational"},
        by=ANA,
        at=START,
        marker="m",
        version=version,
    )


def message(team: str, ts: str, *, root: str | None = None) -> Entry:
    channel = channel_of(team)
    return Entry(
        key=f"slack:{channel}:{ts}",
        kind=EntryKind.MESSAGE,
        occurred_at=START,
        by=ANA,
        words=f"said in {team}",
        source=Source(channel=channel, ts=ts, thread_ts=root),
    )


ROOT, REPLY = ts_of(START), ts_of(START + timedelta(seconds=5))


async def move_in(store: Store, team: str, clock: Clock) -> None:
    """A workspace with a bit of everything."""
    await store.whole.write(lambda tx: tx.settle_in(workspace(team)))
    here, number, channel = store.of(team), number_of(team), channel_of(team)

    async def live(tx: Transaction) -> None:
        await tx.learn([Person(id=user, name=f"{user} of {team}") for user in (ANA, BELA)])
        assert await tx.next_number() == number
        draft = moves.Draft(title=f"Of {team}", severity="sev2", declared_by=ANA)
        await tx.apply(moves.declare(draft, number=number, book=tx.book, at=tx.at))
        incident = replace(await tx.incident(number), channel=channel, channel_name=team.lower())
        await tx.apply(Change(incident=incident))
        await tx.record(number, message(team, ROOT))
        await tx.record(number, message(team, REPLY, root=ROOT))
        # And a copy of what was said in the other's channel, since they share that one.
        copied = message(THEIRS if team == OURS else OURS, ROOT)
        await tx.record(number, replace(copied, key=f"{copied.key}@{number}", words="copied"))
        await tx.mark(mark_of(team))
        await tx.mark(mark_of(team, via=PIN))
        await tx.notice_mark(replace(mark_of(team, via="bulb"), mark=Mark.HYPOTHESIS))
        await tx.set_member(number, ANA, present=True, as_of=ROOT)
        joined = Entry(
            key=f"joined:{channel}:{ANA}", kind=EntryKind.JOINED, occurred_at=START, by=ANA
        )
        await tx.record(number, joined)
        answer = {"answers": number, "outcome": f"refuted in {team}"}
        await tx.record(number, replace(joined, key=f"answer:{number}", data=answer))
        await tx.rewrite_review(number, f"# The review of {team}", over=0)
        await tx.tell(number, ANA, {Question.HARD: f"hard in {team}"}, Use.NAMED)
        await tx.name_facilitator(number, BELA)
        await voices.note(tx.connection, number, due_at=tx.at)
        posts = [
            Post(key=key, channel=channel, ts=f"1.{team}") for key in (f"card:{number}", "home:U1")
        ]
        await tx.apply(Change(posts=tuple(posts)))
        await tx.receive("event:E1")
        await tx.keep_duty("d", [Shift(who=f"Somebody of {team}")])
        page = await tx.next_page(number)
        await tx.record(number, Entry(key=page.entry, kind=EntryKind.PAGE, occurred_at=START))
        await tx.listen("process", since=tx.at)
        await tx.ask(Tell(user=ANA, words=f"of {team}", about="x"))
        for whom in ("both", team):
            assert await kept(tx, whom)
            assert (await taken(tx, whom))[:2] == (1, 1)
        await tx.fail_delivery(2 * number, f"odd in {team}")
        many = 7 if team == THEIRS else 1  # theirs have a storm
        told = [
            Alert(id=f"{n}", key=f"{n}", state=State.FIRING, title=f"{n} of {team}")
            for n in range(many)
        ]
        await take_in(tx, [*told, Deployed(id="1", what=What.DEPLOY, title=f"Of {team}")], "x", "x")
        mine = [one.alert.id for one in await tx.heard(since=START)]
        for alert in mine:
            await tx.place(alert, lambda _: "#alerts")
        await tx.judge(mine[0], Verdict(user=ANA, useful=True, why=f"of {team}"))
        await tx.attach(mine[0], number)
        await tx.apply(moves.friction(incident, f"of {team}", by=ANA, at=tx.at, key=team))
        made = (follow_up(number, 0),)
        await tx.apply(Change(follow_ups=made, publications=(publication(number, 0),)))
        await tx.end_webhook("data", "a", f"webhook:{team}")

    await here.write(live)
    # Some of its jobs are claimed, and one laid aside.
    async with here.begin() as tx:
        claims = await tx.claim(limit=50, lease=timedelta(minutes=1))
        (first,) = [claim for claim in claims if claim.kind == "OpenChannel"]
        await tx.put_back(first, error=f"refused in {team}", due_at=None)
        await tx.ask_to_catch_up(anew=True)
    async with here.read() as tx:
        incident = await tx.incident(number)
        progress = await tx.comparison(incident)
    assert progress is not None
    await here.write(lambda tx: tx.go_on_comparing(number, progress[0], round=progress[1]))
    await here.write(lambda tx: tx.ask(ShowHome(user=ANA)))


@asynccontextmanager
async def database(path: Path, *teams: str) -> AsyncIterator[tuple[Store, Clock]]:
    engine, clock = connect(f"sqlite:///{path}"), Clock()
    try:
        await migrations.upgrade(engine)
        store = Store(engine, Playbook(), clock)
        store.salts = lambda: "0" * 32  # so that the same record has the same chain
        for team in teams:
            await move_in(store, team, clock)
        clock.passes(hours=2)  # reminders are overdue
        await store.of(OURS).write(lambda tx: tx.listen("later", since=tx.at))
        if THEIRS in teams:  # and only they were listened to meanwhile
            await store.of(THEIRS).write(lambda tx: tx.listen("process", since=tx.at))
        yield store, clock
    finally:
        await engine.dispose()


async def known_of(store: Store) -> Theirs:
    number, channel = number_of(THEIRS), channel_of(THEIRS)
    async with store.of(THEIRS).read() as tx:
        incident = await tx.incident(number)
        entry = await tx.entry_by_key(number, f"slack:{channel}:{ROOT}")
        (parked,) = await tx.parked()
        (failed,) = await tx.failed_deliveries()
        alert = min(one.alert.id for one in await tx.heard(since=START))
        row = (
            await tx.connection.execute(
                select(jobs).where(jobs.c.kind == "Tell", jobs.c.team == THEIRS)
            )
        ).one()
    assert entry is not None
    claim = Claim(
        id=row.id,
        key=row.key,
        kind=row.kind,
        fields=dict(row.fields),
        incident=row.incident,
        attempts=row.attempts,
        asked=row.asked,
        team=THEIRS,
        lease=row.lease,
        waits_for=row.waits_for,
    )
    return Theirs(
        number=number,
        channel=channel,
        ts=ROOT,
        root=ROOT,
        key=entry.key,
        entry=entry.id,
        incident=incident,
        claim=claim,
        parked=parked.id,
        delivery=failed.id,
        alert=alert,
    )


async def theirs_in(tx: Transaction) -> dict[str, list[Any]]:
    """All rows of theirs, as they are now."""
    number = number_of(THEIRS)
    found = {}
    mine = select(entries.c.id).where(entries.c.incident == number)
    for table in metadata.sorted_tables:
        match table.name:
            case "counters" | "slack_oauth_states":  # of nobody
                continue
            case "slack_bots" | "slack_installations":
                where = table.c.team_id == THEIRS
            case "wordings" | "codings":
                where = table.c.entry.in_(mine)
            case "receipts":
                where = table.c.key.startswith(f"{THEIRS}|")
            case "incidents":
                where = table.c.number == number
            case _ if "team" in table.c:
                where = table.c.team == THEIRS
            case _:
                where = table.c.incident == number
        rows = await tx.connection.execute(select(table).where(where))
        found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


Asked = Callable[[Transaction, Theirs], Awaitable[Any]]


async def every(found: Any) -> list[Any]:
    return [one async for one in found]


async def told(tx: Transaction, change: Change) -> None:
    await tx.apply(change)


NOTE = Entry(key="note:x", kind=EntryKind.NOTE, occurred_at=START, words="of ours")

ASKED: dict[str, Asked | tuple[Asked, ...]] = {
    # Deliveries
    "receive": lambda tx, it: tx.receive("event:E1"),
    "forget_receipts": lambda tx, it: tx.forget_receipts(),
    # Incidents
    "incident": lambda tx, it: tx.incident(it.number),
    "incident_seen_by": lambda tx, it: tx.incident_seen_by(it.number, ANA),
    "incident_in": lambda tx, it: tx.incident_in(it.channel),
    "number_in": lambda tx, it: tx.number_in(it.channel),
    "incidents": lambda tx, it: tx.incidents(ANA, over=None),
    "all_incidents": lambda tx, it: tx.all_incidents(),
    "incidents_before": lambda tx, it: tx.incidents_before(ANA, over=None, before=None, limit=9),
    "open_by_severity": lambda tx, it: tx.open_by_severity(),
    "apply": (
        lambda tx, it: told(tx, Change(incident=replace(it.incident, title="Ours now"))),
        lambda tx, it: told(tx, Change(about=it.number, entries=(NOTE,))),
        lambda tx, it: told(tx, Change(about=it.number, follow_ups=(follow_up(it.number, 1),))),
        lambda tx, it: told(tx, Change(publications=(publication(it.number, 1),))),
        lambda tx, it: told(tx, Change(posts=(Post(key="home:U1", channel=it.channel, ts="9"),))),
        lambda tx, it: told(
            tx,
            Change(posts=(Post(key=f"card:{it.number}", channel=ChannelId("C1"), ts="9"),)),
        ),
        lambda tx, it: told(
            tx,
            Change(
                posts=(Post(key=f"echo:joined:{it.channel}:U1", channel=ChannelId("C1"), ts="9"),)
            ),
        ),
    ),
    # The timeline
    "record": (
        lambda tx, it: tx.record(it.number, NOTE),
        lambda tx, it: tx.record(it.number, replace(NOTE, key=it.key)),
    ),
    "reword": lambda tx, it: tx.reword(it.key, "ours now", since=REPLY),
    "erase": lambda tx, it: tx.erase(it.channel, it.ts, at=tx.at),
    "bears": lambda tx, it: tx.bears(it.channel, it.ts),
    "take_back": lambda tx, it: tx.take_back(it.number, it.entry, by=ANA),
    "mark": lambda tx, it: tx.mark(replace(mark_of(THEIRS), on=False)),
    "set_member": lambda tx, it: tx.set_member(it.number, BELA, present=True, as_of=REPLY),
    "present": lambda tx, it: tx.present(it.number),
    "rooms": lambda tx, it: tx.rooms([it.number, number_of(OURS)]),
    "outcomes": lambda tx, it: tx.outcomes(it.number),
    "entry": (
        lambda tx, it: tx.entry(it.number, it.entry),
        lambda tx, it: tx.entry(number_of(OURS), it.entry),
    ),
    "entry_by_key": lambda tx, it: tx.entry_by_key(it.number, it.key),
    "entry_at": lambda tx, it: tx.entry_at(it.number, it.channel, it.ts),
    "last_entries": lambda tx, it: tx.last_entries(it.number, 9),
    "entries": lambda tx, it: every(tx.entries(it.number)),
    "head": (
        lambda tx, it: tx.head(it.incident, zone=UTC),
        lambda tx, it: own(tx, lambda incident: tx.head(incident, zone=UTC)),
    ),
    "history": (
        lambda tx, it: tx.history(it.incident, zone=UTC),
        lambda tx, it: own(tx, lambda incident: tx.history(incident, zone=UTC)),
    ),
    "past": lambda tx, it: own(tx, lambda incident: past(tx, incident)),
    # People and the workspace
    "people": lambda tx, it: tx.people(),
    "person": lambda tx, it: tx.person(ANA),
    "learn": lambda tx, it: tx.learn([Person(id=BELA, name="Bela, as we know her")]),
    "redraw_home": lambda tx, it: tx.redraw_home(ANA),
    "ask_who_is_who": lambda tx, it: tx.ask_who_is_who(),
    "strangers": lambda tx, it: tx.strangers([ANA, UserId("U9")]),
    "workspace": lambda tx, it: tx.workspace(),
    "workspaces": lambda tx, it: tx.workspaces(ended=True),
    "is_installed": lambda tx, it: tx.is_installed(),
    "settled_at": lambda tx, it: tx.settled_at(THEIRS),
    "teams_of": lambda tx, it: tx.teams_of([it.number]),
    "teams_in": lambda tx, it: tx.teams_in(it.channel),
    "settle_in": lambda tx, it: tx.settle_in(workspace(THEIRS)),
    "leave": lambda tx, it: tx.leave(THEIRS),
    # Messages of ours
    "post": lambda tx, it: tx.post(f"card:{it.number}"),
    "posts_of": lambda tx, it: tx.posts_of("home", limit=9),
    # Jobs
    "ask": (
        lambda tx, it: tx.ask(ShowCard(incident=it.number)),
        lambda tx, it: tx.ask(ShowHome(user=ANA)),
        lambda tx, it: tx.ask(LearnPerson(user=ANA)),
    ),
    "claim": lambda tx, it: tx.claim(limit=50, lease=timedelta(minutes=1)),
    "finish": lambda tx, it: tx.finish(it.claim),
    "put_back": lambda tx, it: tx.put_back(it.claim, error="", due_at=None),
    "parked": lambda tx, it: tx.parked(),
    "retry": (lambda tx, it: tx.retry(), lambda tx, it: tx.retry(it.parked)),
    "is_waiting": lambda tx, it: tx.is_waiting(Tell(user=ANA, words="of T1", about="x")),
    "waiting": lambda tx, it: tx.waiting(),
    # Reviews
    "review": lambda tx, it: tx.review(it.number),
    "drafted": lambda tx, it: tx.drafted([number_of(OURS), it.number]),
    "own_lines": lambda tx, it: tx.own_lines(it.number, ANA),
    "kept_review": lambda tx, it: tx.kept_review(it.number),
    "rewrite_review": lambda tx, it: tx.rewrite_review(it.number, "# Ours now", over=1),
    # Reminders
    "lacks": lambda tx, it: tx.lacks(it.incident),
    "reminders": lambda tx, it: tx.reminders(it.number),
    "overdue": lambda tx, it: tx.overdue(limit=9),
    "remind": lambda tx, it: tx.remind(it.number),
    "snooze": lambda tx, it: tx.snooze(it.number, [Reminder.UPDATE], by=ANA, off=True),
    "may_remind": lambda tx, it: tx.may_remind(),
    "set_reminders": lambda tx, it: tx.set_reminders(it.number),
    "said": lambda tx, it: tx.said(),
    # The chain of the record
    "verdict": (
        lambda tx, it: tx.verdict(it.number),
        lambda tx, it: tx.verdict(number_of(OURS)),
    ),
    # When we were there to listen, and catching up
    "listen": lambda tx, it: tx.listen("process", since=tx.at),
    "ask_to_catch_up": lambda tx, it: tx.ask_to_catch_up(anew=True),
    "comparison": (
        lambda tx, it: tx.comparison(it.incident),
        lambda tx, it: own(tx, tx.comparison),
    ),
    "go_on_comparing": lambda tx, it: tx.go_on_comparing(it.number, progress(tx), round=1),
    "end_comparing": lambda tx, it: tx.end_comparing(it.incident, progress(tx), round=1),
    "look_no_more": lambda tx, it: tx.look_no_more(it.number),
    "holding": lambda tx, it: tx.holding(it.number, it.channel),
    "holding_of_thread": lambda tx, it: tx.holding_of_thread(it.number, it.channel, it.root),
    "holding_of_pins": lambda tx, it: tx.holding_of_pins(it.channel),
    "replies": lambda tx, it: tx.replies(it.number, it.channel, [it.root]),
    "threads": lambda tx, it: tx.threads(it.number, it.channel, below="", down_to="0"),
    "is_held": lambda tx, it: tx.is_held(it.number, it.channel, it.ts),
    "came_about": lambda tx, it: tx.came_about(it.number, ANA, EntryKind.JOINED, START),
    "members_as_of": lambda tx, it: tx.members_as_of(it.number),
    "notice_mark": lambda tx, it: tx.notice_mark(mark_of(THEIRS)),
    "notice_deletion": lambda tx, it: tx.notice_deletion(it.channel, it.ts),
    # What comes to hooks
    "keep_delivery": (lambda tx, it: kept(tx, "both"), lambda tx, it: kept(tx, THEIRS)),
    "delivery": lambda tx, it: tx.delivery(it.delivery),
    "failed_deliveries": lambda tx, it: tx.failed_deliveries(),
    "heard_by_hooks": lambda tx, it: tx.heard_by_hooks(),
    "read_again": lambda tx, it: tx.read_again(it.delivery),
    "fail_delivery": lambda tx, it: tx.fail_delivery(it.delivery, "it is odd"),
    "forget_bodies": lambda tx, it: tx.forget_bodies(),
    "take_in": (
        lambda tx, it: taken(tx, "both"),
        lambda tx, it: taken(tx, THEIRS),
        lambda tx, it: tx.take_in([], replace(origin(tx), delivery=it.delivery)),
    ),
    "join_evidence": lambda tx, it: tx.join_evidence(it.number),
    # Alerts and changes; theirs are numbered as their incident
    "alert": lambda tx, it: tx.alert(it.alert),
    "notices": lambda tx, it: tx.notices(it.alert),
    "attach": (
        lambda tx, it: tx.attach(it.alert, number_of(OURS)),
        lambda tx, it: tx.attach(number_of(OURS), it.number),
    ),
    "verdicts": lambda tx, it: tx.verdicts(it.alert),
    "judge": lambda tx, it: tx.judge(it.alert, Verdict(user=ANA, useful=False, why="ours now")),
    "heard": lambda tx, it: tx.heard(since=START),
    "place": (
        lambda tx, it: tx.place(it.alert, lambda _: "#alerts"),
        lambda tx, it: tx.place(number_of(OURS), lambda _: "#alerts"),
    ),
    "know_room": lambda tx, it: tx.know_room("#alerts", it.channel),
    "storm": lambda tx, it: tx.storm("#alerts", 1),
    "alerts_of_storm": lambda tx, it: tx.alerts_of_storm("#alerts", 1, limit=9),
    "changes": lambda tx, it: tx.changes(since=START, until=tx.at),
    "frictions": lambda tx, it: tx.frictions(ANA, limit=9),
    # What people tell afterwards
    "unheard": lambda tx, it: tx.unheard(limit=9),
    "hear": lambda tx, it: tx.hear(it.number),
    "voice": lambda tx, it: tx.voice(it.number, ANA),
    "voices": lambda tx, it: tx.voices(it.number),
    "tell": lambda tx, it: tx.tell(it.number, ANA, {Question.HARD: "ours now"}, Use.NAMED),
    "take_voice_back": lambda tx, it: tx.take_voice_back(it.number, ANA),
    "facilitator": lambda tx, it: tx.facilitator(it.number),
    "name_facilitator": lambda tx, it: tx.name_facilitator(it.number, ANA),
    "confided": lambda tx, it: tx.confided(it.number, ANA),
    # Follow-ups, what is said to the public, webhooks
    "follow_ups": lambda tx, it: tx.follow_ups(it.number),
    "intended": (
        lambda tx, it: tx.intended(it.incident),
        lambda tx, it: own(tx, tx.intended),
    ),
    "issues_to_look_at": lambda tx, it: tx.issues_to_look_at(limit=9),
    "look_at_issues": lambda tx, it: tx.look_at_issues(it.number, [1]),
    "publications": lambda tx, it: tx.publications(it.number),
    "end_of_webhook": lambda tx, it: tx.end_of_webhook("data", "a"),
    "end_webhook": lambda tx, it: tx.end_webhook("data", "b", "webhook:x"),
    "revive_webhook": lambda tx, it: tx.revive_webhook("data"),
    # Who is on call, and pages
    "duty": lambda tx, it: tx.duty(["d"]),
    "keep_duty": lambda tx, it: tx.keep_duty("d", [Shift(who="Ours")]),
    "duty_is_untold": lambda tx, it: tx.duty_is_untold("d", "503"),
    "next_page": lambda tx, it: tx.next_page(it.number),
    "answered": (
        lambda tx, it: tx.answered(page_answer(THEIRS), source="x", system="X"),
        lambda tx, it: tx.answered(
            replace(page_answer(THEIRS), ours=f"incibot:{OURS}:INC-2:1"), source="x", system="X"
        ),
    ),
    "week": lambda tx, it: tx.week(
        "Checkout", since=START - timedelta(days=1), until=START + timedelta(days=1)
    ),
}
# Incidents are numbered through for all workspaces, so that each has one name: a gap tells that
# another one has declared something, and no more.
SHARED = {"next_number"}
# Marks belong to the incident whose channel it is: nobody else sets any there.
NOT_OURS = {"mark": False, "notice_mark": False}


def evidence_of(whom: str) -> list[Evidence]:
    """What is told by products that may give the same names in both workspaces."""
    return [
        Alert(id=f"1 {whom}", key=whom, state=State.FIRING, title=whom, service="Checkout"),
        Remark(id=f"2 {whom}", key=whom, words=whom),
        Deployed(id=f"3 {whom}", what=What.DEPLOY, title=whom),
    ]


def origin(tx: Transaction) -> Origin:
    return Origin(source="generic", hook="x", heard_at=tx.at)


async def taken(tx: Transaction, whom: str) -> tuple[int, int, int]:
    """How much of it was new; rows are numbered through for all workspaces."""
    found = await tx.take_in(evidence_of(whom), origin(tx))
    return len(found.alerts), len(found.changes), found.entries


async def kept(tx: Transaction, whom: str) -> bool:
    """Whether it was new."""
    how = {"source": "generic", "hook": "x", "headers": {}, "body": b"{}"}
    return await tx.keep_delivery(id=whom, **how) is not None


def page_answer(team: str) -> Alert:
    """What comes back of the first page of that workspace's incident."""
    ours = Named(team=team, incident=number_of(team), number=1).ours
    return Alert(id="e1", key="Q1", state=State.ACKNOWLEDGED, title="x", ours=ours)


def progress(tx: Transaction) -> Progress:
    return Progress(began_at=tx.at, since=START, whole=True, silent=True)


async def past(tx: Transaction, incident: Incident) -> Any:
    return await tx.past(await tx.history(incident, zone=UTC))


async def own(tx: Transaction, ask: Callable[[Incident], Awaitable[Any]]) -> Any:
    return await ask(await tx.incident(number_of(OURS)))


class _Undone(Exception):
    """So that what was tried is not kept."""


async def answer(store: Store, ask: Asked, it: Theirs) -> tuple[Any, dict[str, list[Any]]]:
    """What somebody of ours is told, and the others' rows as they are then."""
    try:
        async with store.of(OURS).begin() as tx:
            try:
                said = await ask(tx, it)
                await tx.ledger.append(tx.connection, at=tx.at)
            except (NotFound, Conflict, LeaseLost, RuntimeError) as refused:
                said = (type(refused), str(refused))
            raise _Undone(said, await theirs_in(tx))
    except _Undone as undone:
        said, rows = undone.args
        return said, rows
    raise AssertionError("it was kept")


def test_every_method_is_in_the_table() -> None:
    public = {
        name
        for name, method in inspect.getmembers(Transaction, inspect.isroutine)
        if not name.startswith("_")
    }
    assert public == ASKED.keys() | SHARED


async def test_a_workspace_is_told_and_changes_what_it_would_if_it_were_alone(
    tmp_path: Path,
) -> None:
    async with (
        database(tmp_path / "alone.db", OURS) as (alone, _),
        database(tmp_path / "both.db", OURS, THEIRS) as (both, _),
    ):
        it = await known_of(both)
        async with both.read() as tx:
            before = await theirs_in(tx)
        assert all(before[table] for table in ("incidents", "entries", "jobs", "marks", "people"))
        assert all(before[table] for table in ("deliveries", "alerts", "notices", "changes"))
        assert all(before[table] for table in ("verdicts", "showings"))
        for name, asked in ASKED.items():
            for ask in asked if isinstance(asked, tuple) else (asked,):
                expected, _ = await answer(alone, ask, it)
                said, after = await answer(both, ask, it)
                assert repr(said) == repr(NOT_OURS.get(name, expected)), name
                assert before == after, name


async def test_they_have_all_of_it_and_the_whole_is_seen_by_one_door(tmp_path: Path) -> None:
    """That the other workspace's rows can be found at all: by itself, and by the operator."""
    async with database(tmp_path / "both.db", OURS, THEIRS) as (store, _):
        for team, others in ((OURS, THEIRS), (THEIRS, OURS)):
            async with store.of(team).read() as tx:
                assert [one.title for one in await tx.all_incidents()] == [f"Of {team}"]
                person = await tx.person(ANA)
                assert person is not None
                assert person.name == f"U1 of {team}"
                history = await tx.history(await tx.incident(number_of(team)), zone=UTC)
                assert not (await tx.verdict(number_of(team))).wrong
                assert await tx.post("home:U1") == Post(
                    key="home:U1", channel=channel_of(team), ts=f"1.{team}"
                )
            said = repr(history)
            assert f"said in {team}" in said
            assert f"{team}/" in history.head.workspace_url
            assert f"said in {others}" not in said
            (copied,) = [entry for entry in history.entries if entry.words == "copied"]
            assert copied.marks == ()
        async with store.whole.read() as tx:
            assert [one.number for one in await tx.all_incidents()] == [2, 1]
            assert await tx.teams_of([1, 2]) == {1: OURS, 2: THEIRS}
            assert {job.team for job in await tx.parked()} == {OURS, THEIRS}
            assert [one.team for one in await tx.workspaces()] == [OURS, THEIRS]
        with pytest.raises(RuntimeError, match="written in"):
            await store.whole.write(lambda tx: tx.ask(ShowHome(user=ANA)))
        with pytest.raises(NotInstalled):
            async with store.of("T9").read():
                pass


async def test_a_workspace_that_ended_keeps_its_rows_and_its_jobs_wait_for_its_return(
    tmp_path: Path,
) -> None:
    async with database(tmp_path / "both.db", OURS, THEIRS) as (store, clock):
        async with store.of(THEIRS).begin() as tx:
            await tx.ask(ShowHome(user=BELA))
        async with store.whole.begin() as tx:
            await tx.leave(THEIRS)
        async with store.whole.begin() as tx:
            assert {one.team for one in await tx.claim(limit=99, lease=timedelta(minutes=1))} == {
                OURS
            }
            assert await tx.overdue(limit=9) == [1]
            assert [one.team for one in await tx.workspaces()] == [OURS]
        async with store.of(THEIRS).read() as tx:
            assert not await tx.is_installed()
            assert (await tx.waiting())[0] == 0
            assert [one.title for one in await tx.all_incidents()] == [f"Of {THEIRS}"]
        clock.passes(days=2)
        async with store.whole.begin() as tx:
            await tx.settle_in(workspace(THEIRS))
        async with store.of(THEIRS).begin() as tx:
            assert await tx.is_installed()
            again = {one.kind for one in await tx.claim(limit=99, lease=timedelta(minutes=1))}
            assert {"ShowHome", "Tell"} <= again
            assert [one.last_error for one in await tx.parked()] == [f"refused in {THEIRS}"]


def as_it_was(table: Table) -> Table:
    """The table as the release before knew it."""
    unknown = {"team"} if table.name != "workspace" else {"scope", "settled_at", "ended_at"}
    columns = [column._copy() for column in table.c if column.name not in unknown]
    return Table(table.name, MetaData(), *columns)


async def test_what_the_release_before_writes_is_the_first_workspaces(store: Store) -> None:
    """Side by side and after a roll-back: its statements hold, and touch no other's rows."""
    clock = Clock()
    for team in (OURS, THEIRS):
        await move_in(store, team, clock)
    async with store.whole.read() as tx:
        before = await theirs_in(tx)

    async def write(tx: Transaction) -> None:
        it, at = tx.connection, tx.at

        async def old(table: Table, key: dict[str, Any], **values: Any) -> None:
            await put(it, as_it_was(table), key, values)

        person = {"zone": "UTC", "is_bot": False, "deleted": False, "learnt_at": at}
        await old(people, {"user": ANA}, name="as before", **person)
        job = {"kind": "ShowHome", "fields": {"user": ANA}, "incident": None, "created_at": at}
        job |= {"due_at": at, "attempts": 0, "asked": 1, "last_error": ""}
        await old(jobs, {"key": "home:U1"}, **job)
        await old(posts, {"key": "home:U1"}, channel="C0", ts="7.before")
        await old(listening, {"process": "process"}, since=at, until=at, chains=True)
        here = {"name": "as before", "url": "https://before/", "bot_user": "U0", "bot_id": "B0"}
        await old(workspace_rows, {"team": OURS}, **here)
        row = {"channel": channel_of(OURS), "ts": REPLY, "mark": "decision", "user": ANA}
        await insert_once(it, as_it_was(marks), **row, via="x", at=REPLY, on=True)
        await insert_once(it, as_it_was(noticed), channel="C0", ts=ROOT, what="deleted")
        fresh = await insert_once(it, as_it_was(receipts), key="event:E1", received_at=at)
        assert not fresh
        known = as_it_was(incidents)
        found = await it.execute(select(known).where(known.c.number == 1))
        again = {**found.one()._mapping, "number": 3, "channel": "C3", "title": "As before"}
        await it.execute(insert(known).values(**again))

    await store.of(OURS).write(write)
    async with store.of(OURS).read() as tx:
        assert [one.title for one in await tx.all_incidents()] == ["As before", f"Of {OURS}"]
        person = await tx.person(ANA)
        assert person is not None
        assert person.name == "as before"
        post = await tx.post("home:U1")
        assert post is not None
        assert post.ts == "7.before"
        here = await tx.workspace()
        assert here is not None
        assert here.name == "as before"
        entry = await tx.entry_by_key(1, f"slack:{channel_of(OURS)}:{REPLY}")
        assert entry is not None
        assert [mark.mark for mark in entry.marks] == [Mark.DECISION]
    async with store.whole.read() as tx:
        assert await theirs_in(tx) == before


async def test_whoever_moves_an_incident_to_another_workspace_is_found_out(tmp_path: Path) -> None:
    async with database(tmp_path / "both.db", OURS, THEIRS) as (store, _):
        async with store.whole.begin() as tx:
            await tx.connection.execute(
                update(incidents).where(incidents.c.number == 2).values(team="")
            )
        async with store.of(OURS).read() as tx:
            assert (await tx.verdict(2)).wrong
            assert not (await tx.verdict(1)).wrong
