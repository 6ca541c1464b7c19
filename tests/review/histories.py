"""Histories to review: a builder that tells an incident through the real moves, and one long story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from incibot.core import moves
from incibot.core.change import Change
from incibot.core.history import Completeness, Head, History, Interval
from incibot.core.incident import Incident, Known, Milestone
from incibot.core.people import ChannelId, Directory, Person, UserId
from incibot.core.playbook import Kind, Playbook
from incibot.core.timeline import (
    Entry,
    EntryKind,
    Mark,
    Marked,
    Recorded,
    Revision,
    Source,
    kind_as_marked,
    ts_of,
)

BOOK = Playbook()
CHANNEL = ChannelId("C0CHECKOUT")
WORKSPACE = "https://northwind.slack.com/"

ANA, BELA, CHIDI = UserId("U0ANA"), UserId("U0BELA"), UserId("U0CHIDI")
DANA, EMRE, FUMIKO = UserId("U0DANA"), UserId("U0EMRE"), UserId("U0FUMIKO")
PEOPLE = {
    ANA: Person(id=ANA, name="Ana Alves", zone="Europe/Lisbon"),
    BELA: Person(id=BELA, name="Bela Kovács", zone="Europe/Budapest"),
    CHIDI: Person(id=CHIDI, name="Chidi Okafor", zone="Africa/Lagos"),
    DANA: Person(id=DANA, name="Dana Whitfield", zone="America/New_York"),
    EMRE: Person(id=EMRE, name="Emre Yılmaz", zone="Europe/Istanbul"),
    FUMIKO: Person(id=FUMIKO, name="Fumiko Tanaka", zone="Asia/Tokyo"),
}


class Story:
    """An incident as it is told; the clock stands where `at` put it.

    Each verb records what the real move or delivery would, at that time, and answers with the entry's id.
    """

    def __init__(self, day: str = "2026-11-20", zone: str = "UTC", book: Playbook = BOOK) -> None:
        self.day = datetime.fromisoformat(day).replace(tzinfo=UTC)
        self.zone = ZoneInfo(zone)
        self.book = book
        self.now = self.day
        self.incident: Incident | None = None
        self.entries: list[Recorded] = []
        self.not_listening: tuple[Interval, ...] = ()

    def at(self, clock: str) -> Story:
        """``14:05``, ``14:05:30``, or ``2 09:00`` for the second day."""
        days, _, time = clock.rpartition(" ")
        hours, minutes, seconds = (*map(int, time.split(":")), 0)[:3]
        since = timedelta(days=int(days or 1) - 1, hours=hours, minutes=minutes, seconds=seconds)
        self.now = self.day + since
        return self

    # The response

    def declares(self, who: UserId, title: str, severity: str = "sev2", **more: object) -> int:
        draft = moves.Draft(title=title, severity=severity, declared_by=who, **more)  # type: ignore[arg-type]
        return self._apply(moves.declare(draft, number=7, book=self.book, at=self.now))

    def opens_the_channel(self) -> int:
        name = "inc-7-checkout-answers-500"
        change = moves.channel_opened(self._incident, CHANNEL, name, book=self.book, at=self.now)
        return self._apply(change)

    def gives(self, role: str, *to: UserId, by: UserId) -> int:
        wanted = self.book.role(role)
        return self._apply(
            moves.assign(self._incident, wanted, to, by=by, at=self.now, key=self._key())
        )

    def moves_to(self, status: str, note: str = "", *, by: UserId) -> int:
        return self._apply(
            moves.move_to(
                self._incident, status, note, book=self.book, by=by, at=self.now, key=self._key()
            )
        )

    def rates(self, severity: str, why: str = "", *, by: UserId) -> int:
        return self._apply(
            moves.rate(
                self._incident, severity, why, book=self.book, by=by, at=self.now, key=self._key()
            )
        )

    def updates(self, who: UserId, words: str) -> int:
        return self._apply(
            moves.update(self._incident, words, by=who, at=self.now, key=self._key())
        )

    def sets(self, milestone: str, at: str, *, by: UserId) -> int:
        now = self.now
        when = self.at(at).now
        self.now = now
        return self._apply(
            moves.set_milestone(self._incident, milestone, when, by=by, at=now, key=self._key())
        )

    def adds_task(self, who: UserId, words: str, assignee: UserId | None = None) -> int:
        return self._apply(
            moves.add_task(self._incident, words, assignee, by=who, at=self.now, key=self._key())
        )

    def finishes_task(self, who: UserId, number: int) -> int:
        return self._apply(
            moves.finish_task(self._incident, number, by=who, at=self.now, key=self._key())
        )

    def types(self, who: UserId, kind: EntryKind, words: str, *, about: str = "") -> int:
        """A typed entry, told afterwards when `about` names an earlier time. Its echo bears it."""
        now = self.now
        when = self.at(about).now if about else now
        self.now = now
        change = moves.note(
            self._incident, kind, words, by=who, occurred_at=when, key=self._key(), read_as=about
        )
        return self._echoed(self._apply(change))

    def is_hindered(self, who: UserId, words: str) -> int:
        """By a tool."""
        change = moves.friction(self._incident, words, by=who, at=self.now, key=self._key())
        return self._echoed(self._apply(change))

    def answers(self, who: UserId, hypothesis: int, outcome: str) -> int:
        change = moves.answer(
            self._incident, self[hypothesis], outcome, by=who, at=self.now, key=self._key()
        )
        return self._apply(change)

    # What is delivered

    def says(
        self,
        who: UserId,
        words: str,
        *,
        thread: int | None = None,
        channel: ChannelId = CHANNEL,
        **data: object,
    ) -> int:
        ts = ts_of(self.now)
        root = self[thread].source.ts if thread is not None else None
        return self._record(
            Entry(
                key=f"slack:{channel}:{ts}",
                kind=EntryKind.MESSAGE,
                occurred_at=self.now,
                words=words,
                by=who,
                source=Source(channel=channel, ts=ts, thread_ts=root),
                data=data,
            )
        )

    def joins(self, *who: UserId, inviter: UserId | None = None) -> None:
        for user in who:
            self._record(
                Entry(
                    key=f"joined:{user}:{self._key()}",
                    kind=EntryKind.JOINED,
                    occurred_at=self.now,
                    by=user,
                    data={"inviter": inviter} if inviter else {},
                )
            )

    def leaves(self, who: UserId) -> int:
        return self._record(
            Entry(
                key=f"left:{who}:{self._key()}", kind=EntryKind.LEFT, occurred_at=self.now, by=who
            )
        )

    def hears(
        self, kind: EntryKind, words: str, *, source: str, url: str = "", **data: object
    ) -> int:
        """From another system."""
        return self._record(
            Entry(
                key=f"{source}:{self._key()}",
                kind=kind,
                occurred_at=self.now,
                words=words,
                by_name=source,
                source=Source(type=source, url=url),
                data=data,
            )
        )

    def marks(self, who: UserId, entry: int, mark: Mark, via: str = "") -> None:
        before = self[entry]
        marked = Marked(mark=mark, user=who, via=via or mark.value, at=self.now)
        standing = (*before.marks, marked)
        self._put(replace(before, marks=standing, kind=kind_as_marked(before.kind_first, standing)))

    def edits(self, entry: int, words: str) -> None:
        before = self[entry]
        revision = Revision(words=before.words, replaced_at=self.now)
        self._put(replace(before, words=words, revisions=(*before.revisions, revision)))

    def deletes(self, entry: int) -> None:
        """As in Slack: its words are gone."""
        self._put(replace(self[entry], words="", revisions=(), data={}, retracted_at=self.now))

    def takes_back(self, entry: int) -> None:
        """Inside incibot: its words stay in the record."""
        self._put(replace(self[entry], retracted_at=self.now))

    def history(self) -> History:
        entries = tuple(sorted(self.entries, key=lambda one: (one.occurred_at, one.id)))
        messages = [one for one in entries if one.kind_first is EntryKind.MESSAGE]
        head = Head(
            incident=self._incident,
            people=Directory(PEOPLE),
            completeness=Completeness(
                messages=len(messages),
                edited=sum(bool(one.revisions) for one in messages),
                deleted=sum(one.retracted_at is not None for one in messages),
                not_listening=self.not_listening,
            ),
            workspace_url=WORKSPACE,
            zone=self.zone,
            at=self.now + timedelta(days=1),
            responders=tuple(dict.fromkeys(one.by for one in entries if one.by)),
        )
        return History(head=head, entries=entries)

    def __getitem__(self, entry: int) -> Recorded:
        return self.entries[entry - 1]

    @property
    def _incident(self) -> Incident:
        assert self.incident is not None, "declare it first"
        return self.incident

    def _key(self) -> str:
        return str(len(self.entries))

    def _apply(self, change: Change) -> int:
        if change.incident is not None:
            self.incident = change.incident
        first = len(self.entries) + 1
        for entry in change.entries:
            self._record(entry)
        return first

    def _record(self, entry: Entry) -> int:
        number = len(self.entries) + 1
        self.entries.append(
            Recorded(
                id=number,
                incident=7,
                key=entry.key,
                kind=entry.kind,
                kind_first=entry.kind,
                occurred_at=entry.occurred_at,
                recorded_at=self.now,
                words=entry.words,
                by=entry.by,
                by_name=entry.by_name,
                source=entry.source,
                data=entry.data,
            )
        )
        return number

    def _echoed(self, entry: int) -> int:
        source = Source(channel=CHANNEL, ts=ts_of(self.now + timedelta(seconds=1)))
        self._put(replace(self[entry], source=source))
        return entry

    def _put(self, entry: Recorded) -> None:
        self.entries[entry.id - 1] = entry


def talk(*lines: tuple[str, UserId, str], **declared: object) -> Story:
    """Declared at 9:00 by Ana; then who said what, each at its time."""
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow", **declared)  # type: ignore[arg-type]
    for clock, who, words in lines:
        story.at(clock).says(who, words)
    return story


def written(times: Iterable[datetime], milestones: dict[str, datetime], zone: str) -> History:
    """An incident of which only the times are told: somebody's words at each, and milestones."""
    moments = sorted(times)
    entries = tuple(
        Recorded(
            id=number,
            incident=1,
            key=f"row:{number}",
            kind=EntryKind.NOTE,
            kind_first=EntryKind.NOTE,
            occurred_at=at,
            recorded_at=at,
            words="…",
            by=ANA,
            by_name="",
            source=Source(type="import"),
            data={},
        )
        for number, at in enumerate(moments, start=1)
    )
    incident = Incident(
        number=1,
        title="…",
        kind=Kind.INCIDENT,
        severity="sev2",
        status="resolved",
        private=False,
        declared_by=ANA,
        declared_at=moments[0],
        milestones=tuple(
            Milestone(name=name, at=at, known=Known.STATED, key=f"milestone:{name}")
            for name, at in milestones.items()
        ),
    )
    head = Head(
        incident=incident,
        people=Directory(PEOPLE),
        completeness=Completeness(),
        workspace_url="",
        zone=ZoneInfo(zone),
        at=moments[-1],
    )
    return History(head=head, entries=entries)


def checkout() -> History:
    """Checkout answers 500: half an hour, six people, an idea that was ruled out, a hand-over, a relapse."""
    story = Story(zone="Europe/Lisbon")

    story.at("14:04").hears(
        EntryKind.CHANGE,
        "Deployed checkout 2026.11.20-3 to production",
        source="github",
        url="https://github.com/northwind/checkout/deployments/811",
    )
    story.at("14:05").hears(
        EntryKind.CHANGE,
        "Flag checkout-retry-budget switched on for everybody",
        source="launchdarkly",
        url="https://app.launchdarkly.com/northwind/checkout-retry-budget",
    )
    story.at("14:06").hears(
        EntryKind.ALERT,
        "CheckoutErrorRate: 11 % of requests to /pay answer 500",
        source="alertmanager",
        url="https://alerts.northwind.example/checkout-error-rate",
    )
    story.at("14:08").declares(
        BELA,
        "Checkout answers 500",
        summary="About one payment in ten fails; customers write to support.",
        service="checkout",
        started_at=story.day + timedelta(hours=14, minutes=5),
        commander=BELA,
    )
    story.at("14:08:02").opens_the_channel()
    story.at("14:08:05").joins(BELA)
    story.at("14:08:20").joins(CHIDI)
    story.at("14:08:40")
    story.says(
        BELA,
        "I see 11 % 500s on `/pay` since about five past: "
        "<https://grafana.northwind.example/d/checkout>",
    )
    story.at("14:09:10")
    story.says(CHIDI, "weird, the provider’s status page is all green")
    story.at("14:09:30").gives("ops", CHIDI, by=BELA)
    story.at("14:10:05")
    idea = story.says(CHIDI, "I think it is the deploy of 14:04, it touched the payment client")
    story.at("14:10:15").marks(BELA, idea, Mark.HYPOTHESIS, "bulb")
    story.at("14:10:40").joins(DANA)
    story.at("14:11:00")
    asked = story.says(DANA, "which provider region do we talk to from eu-west?")
    story.at("14:11:10").marks(DANA, asked, Mark.QUESTION, "question")
    story.at("14:11:50").says(CHIDI, "eu-west-1 only, since last month", thread=asked)
    story.at("14:12:10")
    diff = story.says(BELA, "the diff is three lines of logging", thread=idea)
    story.at("14:12:30").marks(CHIDI, diff, Mark.OBSERVATION, "shortcut")
    story.at("14:13:00").rates("sev1", "support counts 40 tickets", by=BELA)
    story.at("14:13:20")
    duplicate = story.says(DANA, "password for the provider’s console is hunter2, try it")
    story.at("14:13:45").deletes(duplicate)
    story.at("14:14:00")
    story.types(
        BELA, EntryKind.DECISION, "We roll the deploy back now, it is cheap and we learn from it"
    )
    story.at("14:14:20").adds_task(BELA, "Tell support what to answer", EMRE)
    story.at("14:14:40").joins(EMRE)
    story.at("14:15:00").updates(EMRE, "Some payments fail. We are on it; next word at 14:30.")
    story.at("14:15:30").types(CHIDI, EntryKind.ACTION, "Rolling back checkout to 2026.11.20-2")
    story.at("14:17:10")
    same = story.says(CHIDI, "rolled back. error rate is the same, 11 %")
    story.at("14:17:20").marks(BELA, same, Mark.KEY_MOMENT, "pushpin")
    story.at("14:17:40").answers(BELA, idea, "ruled_out")
    story.at("14:18:00")
    odd = story.says(
        DANA,
        "wait, what: retries went up *tenfold* at 14:05\n"
        "```\nretry_budget_used 0.11 -&gt; 1.00\n```\n"
        "because nobody told me there was a flag for that",
    )
    story.at("14:18:10").marks(BELA, odd, Mark.SURPRISE, "astonished")
    story.at("14:18:15").marks(EMRE, odd, Mark.SURPRISE, "astonished")
    story.at("14:18:50")
    second = story.types(
        DANA,
        EntryKind.HYPOTHESIS,
        "The flag checkout-retry-budget floods the provider with retries",
    )
    story.at("14:19:10").types(
        EMRE, EntryKind.HYPOTHESIS, "The provider limits us per address and not per account"
    )
    story.at("14:19:40")
    owner = story.says(BELA, "who can switch that flag off?")
    story.at("14:19:45").marks(BELA, owner, Mark.QUESTION, "question")
    story.at("14:20:10")
    story.types(DANA, EntryKind.DECISION, "Switch checkout-retry-budget off for everybody")
    story.at("14:21").hears(
        EntryKind.CHANGE,
        "Flag checkout-retry-budget switched off for everybody",
        source="launchdarkly",
        url="https://app.launchdarkly.com/northwind/checkout-retry-budget",
    )
    story.at("14:22:30").moves_to("mitigated", "error rate is down to 0.4 %", by=BELA)
    story.at("14:24:00")
    story.says(CHIDI, "it is climbing again, 6 %, only from the old pods")
    story.at("14:24:20").moves_to("identified", "the old pods keep the flag for a while", by=BELA)
    story.at("14:24:40").answers(DANA, second, "confirmed")
    story.at("14:25:00").joins(FUMIKO)
    story.at("14:26:00").says(
        BELA,
        "<@U0FUMIKO> takes over from me, I am at the end of my day. Where we are: the deploy is ruled "
        "out, the flag is off, pods that started before 14:21 still have the old value for up to "
        "ten minutes. Chidi restarts them in batches of five. Emre writes the next update at 14:30. "
        "Open: does the provider still limit us?",
    )
    story.at("14:26:20").gives("commander", FUMIKO, by=BELA)
    story.at("14:27:00").says(FUMIKO, "I have it, thanks Bela")
    story.at("14:27:30").types(CHIDI, EntryKind.ACTION, "Restarting the old pods, five at a time")
    story.at("14:40:00")
    calm = story.says(CHIDI, "all pods are new, error rate 0.1 %, which is as on any day")
    story.at("14:40:30").edits(calm, "all pods are new, error rate 0.2 %, which is as on any day")
    story.at("14:41:00").moves_to("mitigated", by=FUMIKO)
    story.at("14:42:00").updates(EMRE, "Payments work again. We keep watching until 14:50.")
    story.at("14:43:00").types(
        BELA,
        EntryKind.OBSERVATION,
        "Support saw the first ticket about failing payments",
        about="14:03",
    )
    story.at("14:43:30").sets("detected", "14:06", by=BELA)
    story.at("14:44:00").finishes_task(EMRE, 1)
    story.at("14:44:30").adds_task(FUMIKO, "Ask the provider for its limit | per address")
    story.at("14:50:00").moves_to(
        "resolved", "Payments are as on any day; the flag stays off", by=FUMIKO
    )
    story.at("14:52:00").says(EMRE, "thanks all 🙏")
    story.not_listening = (
        Interval(
            since=story.day + timedelta(hours=14, minutes=30),
            until=story.day + timedelta(hours=14, minutes=32),
            filled=True,
        ),
    )
    return story.history()


def odds_and_ends() -> History:
    """A private near miss over two days, with what is rare: entries taken back, machines, no channel."""
    story = Story(zone="America/New_York")
    story.at("23:30").declares(
        DANA, "Backups <b>quietly</b> stopped | *again*", "sev3", kind=Kind.NEAR_MISS, private=True
    )
    story.at("23:31").gives("ops", EMRE, DANA, by=DANA)
    story.at("23:32")
    first = story.says(DANA, "the last backup is of Tuesday")
    story.at("23:33").types(EMRE, EntryKind.QUESTION, "where do we see how old the newest one is?")
    story.at("23:34").edits(first, "the last backup is of Wednesday")
    story.at("23:35")
    gone = story.types(DANA, EntryKind.DECISION, "page the vendor")
    story.at("23:36").takes_back(gone)
    story.at("23:37")
    idea = story.types(EMRE, EntryKind.HYPOTHESIS, "the bucket is full")
    story.at("23:38").says(DANA, "it holds 3 TB of 4", thread=idea)
    story.at("23:40").gives("commander", EMRE, by=DANA)
    story.at("23:41").gives("commander", DANA, by=EMRE)
    story.at("23:42").gives("commander", EMRE, by=DANA)
    story.at("23:50").says(EMRE, "I leave it for the night, nothing is at risk until noon")
    story.at("2 08:00").gives("commander", ANA, by=EMRE)
    story.at("2 08:05").says(ANA, "reading up")
    story.at("2 08:20").types(ANA, EntryKind.DECISION, "Start a backup by hand")
    story.at("2 08:25").types(ANA, EntryKind.NOTE, "Emre had told the vendor", about="7:30")
    story.at("2 09:00").sets("detected", "2 10:00", by=ANA)
    story.at("2 09:10").sets("backup started", "2 08:30", by=ANA)
    story.at("2 09:30").moves_to("resolved", by=ANA)
    story.at("2 09:40").moves_to("investigating", "the copy is empty", by=ANA)
    story.at("2 10:00").hears(EntryKind.PAGE, "Backup age is 2 d", source="pagerduty")
    return story.history()


def at_length() -> History:
    """A long one, in which every analysis has something to say: four people, calls, waits and estimates."""
    story = Story(zone="Europe/Lisbon")
    elsewhere = ChannelId("C0SEARCH")
    graph = "<https://grafana.northwind.example/d/search/latency>"
    story.at("8:40").says(CHIDI, f"I just deployed search 12, {graph}", channel=elsewhere)
    story.at("8:41").hears(EntryKind.CHANGE, "Deployed search 12", source="github")
    story.at("8:50").hears(EntryKind.ALERT, "SearchLatency: 4 s", source="alertmanager")
    story.at("9:00").declares(ANA, "Search is slow", "sev3", service="Search", commander=ANA)
    story.at("9:00:10").opens_the_channel()
    lines = (
        (ANA, f"two seconds and more: {graph}"),
        (BELA, "not sure, maybe it is the index of Search that is being built anew each night"),
        (BELA, "I think it is the index"),
        (ANA, "does anyone know the index? cc <@U0EMRE>"),
        (CHIDI, "weird, I have never seen that"),
        (ANA, "who owns the index of search now?"),
        (CHIDI, "who owns the index of search now?"),
        (BELA, "can't reach grafana, the vpn is down"),
        (BELA, f"this one works: {graph}"),
        (CHIDI, "it could be the disk. ETA 10 minutes for the check"),
        (EMRE, "just joined, where are we?"),
        (ANA, "any update?"),
        (BELA, "ruled out, the disk holds 3 TB of 4"),
        (CHIDI, "let's go with the rollback"),
        (BELA, "the runbook is out of date"),
        (EMRE, "customers are asking, it is urgent"),
        (BELA, "`kubectl rollout undo deploy/search` is running"),
        (CHIDI, "the autoscaler kicked in by itself"),
        (EMRE, "I'll take the call, join the huddle"),
        (BELA, f"luckily the WAL is kept, 5 GB left: {graph}"),
        (BELA, "the WAL of Search is what we need to look at first, I would say"),
        (BELA, "the WAL of Search grows when its followers stand still for a while"),
        (BELA, "Search keeps its segments for seven days, and then they are merged"),
        (BELA, "Search has three followers in each zone, of which one may be away"),
        (CHIDI, "as in INC-20, I guess; and what is a segment?"),
        (EMRE, "and how many are there?"),
        (ANA, "is the copy whole?"),
        (ANA, "sent you a dm"),
        (CHIDI, "seems better now"),
        (BELA, "perhaps"),
        (EMRE, "signing off, over to you"),
    )
    for minute, (who, words) in enumerate(lines, start=1):
        story.at(f"9:{minute:02}").says(who, words)
    story.at("9:35").types(ANA, EntryKind.DECISION, "Roll back rather than wait for the index")
    story.at("9:36").rates("sev2", by=ANA)
    story.at("9:37").updates(EMRE, "Search is slow; we are on it.")
    story.at("9:40").types(BELA, EntryKind.SURPRISE, "It was the followers")
    story.at("9:41").types(CHIDI, EntryKind.SURPRISE, "All of them")
    story.at("9:42").says(
        BELA, "this should be done later, TODO after the incident: an alert on followers"
    )
    story.at("9:43").is_hindered(BELA, "Grafana takes a minute to load")
    story.at("9:45").moves_to("mitigated", by=ANA)
    twice = "the index is being built anew, once more"
    story.at("9:50").says(BELA, twice)
    story.at("9:51").says(BELA, twice)
    story.at("9:52").moves_to("investigating", by=ANA)
    story.at("19:00").says(DANA, "good evening, reading up")
    story.at("19:10").moves_to("resolved", by=ANA)
    return story.history()
