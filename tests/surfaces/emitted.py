"""All that incibot shows in Slack, with the least and with the most that people can give it.

`emitted` plays through all of it once for each `Given`, by signed requests, and tells what the bot
sent, by surface. `SURFACES` names them; the tests see to it that none is missing.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import warnings
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from incibot.config import Integrations, Secret
from incibot.config.status_page import StatusPage
from incibot.config.trackers import Tracker
from incibot.core import evidence
from incibot.core.change import Change
from incibot.core.evidence import Alert, State, What
from incibot.core.incident import Incident, Known, Milestone, Task, Update
from incibot.core.markup import escape
from incibot.core.people import Assignment, ChannelId, UserId
from incibot.core.playbook import Kind, Playbook, Role, Service, Severity, Status
from incibot.playground import ClickAnswer, CommandAnswer, ViewAnswer
from incibot.slack.commands import COMMANDS
from incibot.slack.commands.note import ENTRIES
from tests.bench import START, Bench, bench
from tests.evidence import SHOWN, tells

Json = dict[str, Any]
Surface = Literal["message", "modal", "home", "errors"]

# --- What people give ----------------------------------------------------------------------------

LONGEST_FIELD = 3_000  # characters that Slack lets somebody type into a form
LONGEST_SAID = 40_000  # characters of a message

TEXTS = {
    "words": "Checkout answers 500 for everybody in Europe. ",
    "one word": "x",
    "emoji": "🔥👩🏽‍🚒🇵🇹",
    "right to left": "الدفع لا يعمل שלום ",
    "combining marks": "Z\u0351\u0323\u0308a\u0300\u0301",
    "nothing but marks": "\u0301",
    "pages": "@channel @here @everyone @oncall-checkout <!channel> <!subteam^S1|x> @ana ",
    "entities": "&<>",
    "escaped": "&amp;&lt;!channel&gt;",
    "lines": "one\n\n  two\n",
    "JSON": "\"\\{}'\t",
    "mrkdwn": "*_~`>• ",
    "links": "https://example.com/a?b=c&d=e|f ",
}


def longest(text: str, length: int) -> str:
    """The text as often as it takes for that length."""
    return (text * (length // len(text) + 1))[:length].rstrip()


def playbook(text: str) -> Playbook:
    """As much as a playbook can hold: its loader makes one line of each text, and sets no length."""
    line = " ".join(text.split())
    return Playbook(
        severities=tuple(
            Severity(word=f"{'s' * 28}{n:03}", means=line, emoji=f":{'e' * 100}:")
            for n in range(100)
        ),
        statuses=tuple(
            Status(
                word=f"{'t' * 28}{n:03}",
                means=line,
                emoji=f":{'e' * 100}:",
                milestone=f"{'m' * 28}{n:03}",
                ends=n >= 98,
            )
            for n in range(100)
        ),
        roles=tuple(
            Role(word=f"role{n:02}", title=line, duties=(escape(line),) * 20, several=n > 0)
            for n in range(60)
        ),
        services=tuple(Service(name=f"{line}{n}") for n in range(100)),
    )


SMALLEST = Playbook(
    severities=(Severity(word="s", means="x"), Severity(word="t", means="x")),
    statuses=(
        Status(word="o", means="x"),
        Status(word="p", means="x"),
        Status(word="e", means="x", ends=True),
    ),
    roles=(Role(word="r", title="R"), Role(word="q", title="Q", several=True)),
    reactions={},
)


def integrations(given: Given) -> Integrations:
    """As much as these can hold; there are no such hosts."""
    line = " ".join(given.field.split())
    tracker = Tracker(
        name="github",
        kind="github",
        token=Secret("x"),
        address="https://tracker.invalid",
        repository="acme/checkout",
    )
    page = StatusPage(
        page="pg1",
        token=Secret("x"),
        address="https://page.invalid",
        components={f"{line}{n}": f"c{n}" for n in range(100)},
    )
    return replace(SHOWN, trackers=(tracker, replace(tracker, name="other")), status_page=page)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """What people and their playbook give.

    Attributes:
        field: typed into each field of a form.
        said: typed behind each command, and into messages.
        incidents, tasks, holders: how many there are, of an incident and of a role.
        base_url: where the web pages are; None: there are none.
    """

    name: str
    field: str
    said: str
    book: Playbook
    incidents: int = 0
    tasks: int = 0
    holders: int = 0
    base_url: str | None = None


SHORTEST = Given(name="shortest", field="x", said="x", book=SMALLEST)
GIVEN = (
    SHORTEST,
    *(
        Given(
            name=name,
            field=longest(text, LONGEST_FIELD),
            # Of letters that take twelve bytes in JSON, more would be more than Slack sends at once.
            said=longest(text, LONGEST_SAID // (2 if name == "emoji" else 1)),
            book=playbook(longest(text, LONGEST_FIELD)),
            incidents=300 if name == "emoji" else 40,
            tasks=200,
            holders=20,
            base_url="https://incibot.example.com/" + "a" * 60,
        )
        for name, text in {
            "emoji": TEXTS["emoji"],
            "entities": TEXTS["entities"],
            "everything": "".join(TEXTS.values()),
        }.items()
    ),
)


# --- What the bot shows --------------------------------------------------------------------------

FORMS = tuple(command.word for command in COMMANDS if command.form)
HELPED = tuple(command.word for command in COMMANDS if command.group)
NOTES = tuple(command.word for command in ENTRIES)
UNREADABLE = (  # what has a word of its own, and cannot make sense of what follows
    *("status", "severity", "role", "timeline", "export", "join", "milestone", "milestone started"),
    *(
        "help",
        "form",
        "answer",
        "takeback",
        "reveal",
        "add",
        "milestone started 13:58",
        "task done",
    ),
    *("take", "remind", "remind update"),
    *("alert", "attach", "verdict", "storm"),
    *("take", "remind", "remind update", "followups done"),
    *("oncall", "oncall brief", "page"),
)

SURFACES = (
    # posted by jobs
    *("card", "announce", "relay", "tell", "brief", "welcome", "export", "review", "remind"),
    *("alert", "storm", "changes", "echo of alert", "echo of friction", "voice"),
    *(f"echo of {word}" for word in NOTES),
    *(f"echo of {word}" for word in ("answer", "role", "severity", "status", "update")),
    *(f"echo of {word}" for word in ("milestone", "task", "review")),
    # App Home
    *("home, empty", "home"),
    # forms and panels
    *(f"{word}: form" for word in FORMS),
    *(f"{word}: form, sent blank" for word in ("update", "reopen", "task", *NOTES)),
    *("panel", "panel: form", "panel: answer"),
    *("declare: button", "declare: shortcut", "declare: from a message", "declare: similar"),
    *("declare: form, bad time", "declare: form, sent", "declare: form, sent too late"),
    *("add: form", "mark: shortcut"),
    # answers
    *(f"/incident {word}" for word in NOTES),
    *(f"/incident {word}" for word in ("declare", "update", "status", "severity", "task")),
    *(f"/incident {word}" for word in ("resolve", "reopen", "export", "review", "web", "join")),
    *(f"/incident {word}" for word in ("list", "timeline", "help", "milestone", "title")),
    *(f"/incident help {word}" for word in HELPED),
    *("list, empty", "task, listed", "task, done", "milestone, listed", "note, back-dated"),
    *("role, given", "role, asked for", "role, released", "join: button"),
    *("/incident remind", "remind, snoozed", "remind, off", "remind, on", "take: button"),
    *("/incident reveal", "reveal: button"),
    *("alert: button", "storm: button", "storm: declare"),
    *("/incident alerts", "/incident changes", "/incident friction"),
    *("voice: button", "voice: form, sent", "voice: form, sent blank", "voice, taken back"),
    *("/incident voices", "voices, part", "review, facilitator"),
    *("/incident followups", "followups, listed", "followups: issues", "followups, settled"),
    *("followups: form", "followups: form, sent blank", "publish: form, sent blank"),
    *("/incident oncall", "/incident page"),
    # refusals
    *(f"wrong: {word}" for word in UNREADABLE),
    *("wrong: elsewhere", "wrong: nearly a word", "wrong: no channel"),
)

# Slack says so in the play, and the bot copes.
REFUSED = (
    *("already_pinned", "already_in_channel", "user_disabled", "restricted_action"),
    "user_not_found",
)

Deed = Awaitable[CommandAnswer | ClickAnswer | ViewAnswer | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Something that the bot sent for people to see. `errors` are texts under a form's fields."""

    surface: str
    kind: Literal["message", "modal", "home", "errors"]
    payload: Json


@dataclass(slots=True)
class Stage:
    """Notes what the bot sends while people do things. Ana does, if nobody else is named.

    Attributes:
        typed: the subcommands that were typed.
        sent: the forms that were sent, by callback id.
    """

    there: Bench
    given: Given
    shown: list[Shown] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    _calls: int = 0
    _whispers: int = 0
    _posted: dict[tuple[str, str], str] = field(default_factory=dict)

    async def types(self, surface: str, words: str, channel: str = "general") -> None:
        self.typed.add(words.partition(" ")[0])
        self.there.slack.views.clear(self.there.person("ana").id)
        await self.sees(surface, self.there.person("ana").types(f"/incident {words}", channel))

    async def sends(self, surface: str, values: Json) -> None:
        """Fill in the form that is open and send it."""
        ana = self.there.person("ana")
        assert ana.view is not None, surface
        self.sent.add(ana.view["callback_id"])
        await self.does(surface, ana.submits(values))

    async def sees(self, surface: str, deed: Deed) -> None:
        """Do something that shows something at once."""
        before = len(self.shown)
        await self.does(surface, deed)
        assert any(one.surface == surface for one in self.shown[before:]), surface

    async def does(self, surface: str, deed: Deed) -> None:
        answer = await deed
        assert answer is None or answer.trouble is None, f"{surface}: {answer.trouble}"
        match answer:
            case CommandAnswer(raw=raw) if raw:
                self._show(surface, "message", raw)
            case ViewAnswer(raw={"response_action": "update", "view": view}):
                self._show(surface, "modal", view)
            case ViewAnswer(raw={"response_action": "errors", "errors": errors}):
                self._show(surface, "errors", errors)
            case ViewAnswer() | ClickAnswer():
                assert answer.sent, f"{surface}: {answer}"
        await self.there.settle()
        self._collect(surface)

    def collect(self, surface: str) -> None:
        """Note what the bot has sent by itself."""
        self._collect(surface)

    def _show(
        self, surface: str, kind: Literal["message", "modal", "home", "errors"], payload: Json
    ) -> None:
        if kind == "message":
            payload = {"text": payload.get("text"), "blocks": payload.get("blocks") or []}
        self.shown.append(Shown(surface=surface, kind=kind, payload=payload))

    def _collect(self, surface: str) -> None:
        calls = self.there.slack.calls()
        whispered = set()
        for call in calls[self._calls :]:
            answer = call.answer or {}
            assert answer.get("ok") or answer.get("error") in REFUSED, (
                f"{surface}: {call.method}: {answer}"
            )
            args = {name: _decoded(value) for name, value in call.args.items()}
            place = (str(args.get("channel")), str(args.get("ts") or answer.get("ts")))
            match call.method:
                case "chat.postMessage":
                    self._posted[place] = _what(args["metadata"]["event_payload"]["key"])
                    self._show(self._posted[place], "message", args)
                case "chat.update":
                    self._show(self._posted[place], "message", args)
                case "chat.postEphemeral":
                    whispered.add(answer.get("message_ts"))
                    welcomes = args["text"].startswith("Welcome to ")
                    self._show("welcome" if welcomes else surface, "message", args)
                case "files.completeUploadExternal":
                    what = "review" if "review" in args["files"][0]["title"] else "export"
                    self._show(what, "message", {"text": args["initial_comment"]})
                case "views.publish":  # a home that was opened is drawn anew whatever is done
                    name = surface if surface.startswith("home") else "home"
                    self._show(name, "home", args["view"])
                case "views.open" | "views.push" | "views.update":
                    self._show(surface, "modal", args["view"])
        self._calls = len(calls)
        # What is sent to a response_url is no call, and so is found where it was shown.
        whispers = self.there.slack.workspace.ephemerals
        for whisper in whispers[self._whispers :]:
            if whisper.message["ts"] not in whispered:
                self._show(surface, "message", whisper.message)
        self._whispers = len(whispers)


def _decoded(value: Any) -> Any:
    """An argument of a call: lists and objects may come as JSON."""
    return json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value


def _what(key: str) -> str:
    """What a message shows, by the key of the job that posted it."""
    job, _, about = key.partition(":")
    return f"echo of {about.partition(':')[0]}" if job == "echo" else job


# --- The play ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    shown: tuple[Shown, ...]
    typed: frozenset[str]
    sent: frozenset[str]


@cache
def emitted(given: Given) -> Played:
    """What the bot showed in the whole play."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The local Slack sends a megabyte in one piece, as Slack does.
        warnings.filterwarnings("ignore", "Sending a large body", ResourceWarning)
        return asyncio.run(_play(given, Path(folder)))


async def _play(given: Given, folder: Path) -> Played:
    async with bench(
        "sqlite://",
        folder,
        book=given.book,
        base_url=given.base_url,
        integrations=integrations(given),
    ) as there:
        stage = Stage(there, given)
        await _begins(stage)
        await _is_told(stage)
        await _grows(stage)
        await _declares_again(stage)
        await _steers(stage)
        await _is_reminded(stage)
        await _records(stage)
        await _looks(stage)
        await _errs(stage)
        await _ends(stage)
        await _tells(stage)
        await _has_no_channel(stage)
        await _follows_up(stage)
    return Played(
        shown=tuple(stage.shown), typed=frozenset(stage.typed), sent=frozenset(stage.sent)
    )


def _filled(given: Given) -> Json:
    """The form that declares, filled in."""
    return {"title": given.field, "summary": given.field, "other_service": given.field}


async def _begins(stage: Stage) -> None:
    """INC-1 is declared by a form, and Bela joins its channel."""
    there, given = stage.there, stage.given
    ana, bela = there.person("ana"), there.person("bela")
    await stage.sees("home, empty", ana.opens_home())
    await stage.types("list, empty", "list")
    await stage.types("declare: form", "")
    await stage.sees("declare: shortcut", ana.shortcut("declare_incident"))
    ts = await bela.writes(given.said, "checkout")
    about = ana.message_shortcut("declare_from_message", "checkout", ts)
    await stage.sees("declare: from a message", about)
    await stage.sends("declare: form, bad time", {**_filled(given), "started": given.field})
    there.slack.views.clear(ana.id)
    await stage.sees("declare: button", ana.clicks("run:form"))
    await stage.sends("declare: form, sent", _filled(given))
    channel = (await there.incident()).channel_name
    await stage.sees("welcome", bela.joins(channel))
    # What a file holds is no surface, and takes long to write where it is much.
    await stage.types("/incident export", "export", channel)
    await stage.types("/incident review", "review", channel)


async def _is_told(stage: Stage) -> None:
    """Other systems tell of alerts, then of many at once, and of changes."""
    there, text = stage.there, stage.given.field
    ana, url = there.person("ana"), "https://example.com/?" + "a=b&" * 700
    told = Alert(
        id="1",
        key="1",
        state=State.FIRING,
        title=text,
        details=text,
        service=text,
        severity=text,
        url=url,
        links={f"{n}{text}": f"{url}{n}" for n in range(9)},
    )
    await tells(there, told)
    await tells(there, replace(told, id="2", state=State.ACKNOWLEDGED, actor=text))
    stage.collect("alert")
    await stage.sees("alert: button", ana.clicks("run:alert", channel="checkout"))
    await stage.sees("attach: form", ana.clicks("run:attach", channel="checkout"))
    await stage.sends("attach: form, sent", {"incident": "1"})
    await stage.sees("verdict: form", ana.clicks("run:not_useful", channel="checkout"))
    await stage.sends("verdict: form, sent", {"why": text})
    flood = [
        replace(told, id=f"f{n}", key=f"f{n}", title=f"{n}{text}", service=f"{n % 3}{text}")
        for n in range(40)
    ]
    await tells(there, *flood)
    stage.collect("storm")
    await stage.sees("storm: button", ana.clicks("run:show", channel="checkout"))
    await stage.sees("storm: declare", ana.clicks("run:declare", channel="checkout"))
    await stage.types("/incident alerts", "alerts")
    change = evidence.Change(
        id="1",
        what=What.DEPLOY,
        title=text,
        service=text,
        url=url,
        actor=text,
        state=text,
        version=f"v{text}",
        environment=text,
    )
    await tells(there, *(replace(change, id=f"{n}") for n in range(30)))
    await stage.types("/incident changes", "changes")


async def _grows(stage: Stage) -> None:
    """INC-1 gets as much as an incident may have, and others as many incidents."""
    there, given = stage.there, stage.given
    ana, bela = (there.person(name).id for name in ("ana", "bela"))
    book, text, at = given.book, given.field, START - timedelta(minutes=1)
    holders = [UserId(f"U{n:010}") for n in range(given.holders)]
    async with there.app.store.begin() as tx:
        incident = await tx.incident(1)
        tasks = tuple(
            Task(
                number=n + 1,
                words=escape(text if n else given.said),
                created_by=UserId(ana),
                created_at=at,
                assignee=UserId(ana) if n % 2 else None,
                done_at=at if n < given.tasks // 4 else None,
            )
            for n in range(given.tasks)
        )
        milestones = tuple(
            Milestone(name=f"{text[:50]}{n}", at=at, known=Known.STATED, key=f"m{n}")
            for n in range(given.holders)
        )
        held = tuple(
            Assignment(role=role.word, user=user, since=at)
            for role in book.roles
            if role.several
            for user in holders
        )
        changed = replace(
            incident,
            assignments=(*incident.assignments, *held),
            tasks=tasks,
            milestones=(*incident.milestones, *milestones),
        )
        await tx.apply(Change(incident=changed))
        for n in range(given.incidents):
            over = n % 10 == 0
            mine = book.roles if n < 10 else book.roles[:1]
            other = Incident(
                number=await tx.next_number(),
                title=text,
                kind=Kind.NEAR_MISS,
                severity=book.severities[0].word,
                status=book.statuses[-1 if over else 0].word,
                private=False,
                declared_by=UserId(bela),
                declared_at=at,
                summary=text,
                service=text,
                channel=ChannelId(f"C9{n:09}"),
                update=Update(words=escape(text), at=at, by=UserId(bela)),
                assignments=tuple(
                    Assignment(role=role.word, user=UserId(ana), since=at) for role in mine
                ),
                tasks=tuple(replace(one, number=1, assignee=UserId(ana)) for one in tasks[-1:]),
            )
            await tx.apply(Change(incident=other))
    await stage.sees("home", there.person("ana").opens_home())


async def _declares_again(stage: Stage) -> None:
    """While Ana fills in a form, Bela declares."""
    there, given = stage.there, stage.given
    await stage.types("declare: form", "declare")
    await there.types(f"declare {given.said}", who="bela")
    await stage.sends("declare: form, sent too late", {**_filled(given), "started": "now"})
    await stage.sends("declare: form, sent", {})
    await stage.types("/incident declare", f"declare {given.book.severities[0].word} {given.said}")
    await stage.types("declare: similar", f"declare {given.said}")
    await stage.types("/incident title", f"? {given.said}")


async def _steers(stage: Stage) -> None:
    """Roles, severity, status and updates of INC-1."""
    there, given, book = stage.there, stage.given, stage.given.book
    ana, emre = there.person("ana"), there.person("emre")
    text, said = given.field, given.said
    channel = (await there.incident()).channel_name
    role = book.roles[-1].word
    for word in FORMS:
        await stage.types(f"{word}: form", f"form {word}", channel)
    await stage.types("panel", "", channel)
    await stage.sees("panel: form", ana.clicks("run:form-update"))
    await stage.types("panel", "panel", channel)
    await stage.sees("panel: answer", ana.clicks("run:timeline"))

    await stage.types("role, asked for", f"{role}", channel)
    await stage.types("role, given", f"role {role} @chidi @emre", channel)
    await stage.types("role, released", f"role {role} none", channel)
    await stage.types("role: form", "role", channel)
    fields = [f"role_{one.word}" for one in book.roles]
    await stage.sends("role: form, sent", {fields[0]: "chidi", fields[-1]: ["ana", "bela"]})
    there.slack.faults.fails("conversations.invite", "user_disabled", times=9)
    await stage.types("role, given", f"role {book.roles[0].word} @fumiko", channel)
    there.slack.faults.clear()

    await stage.types("/incident update", f"update {said}", channel)
    await stage.types("update: form", "update", channel)
    await stage.sends("update: form, sent", {"text": text})
    await stage.types("/incident severity", f"severity {book.severities[0].word} {said}", channel)
    await stage.types("severity: form", "severity", channel)
    last = book.severities[-1].word
    await stage.sends("severity: form, sent", {"severity": last, "why": text})
    await stage.types("/incident status", f"status {book.statuses[1].word} {said}", channel)
    await stage.types("status: form", "status", channel)
    first = book.statuses[0].word
    await stage.sends("status: form, sent", {"status": first, "note": text})
    for word in ("update", "reopen", "task", *NOTES):
        await stage.types(f"{word}: form", f"form {word}", channel)
        await stage.sends(f"{word}: form, sent blank", {"text": " "})
    await stage.sees("join: button", emre.clicks("run:join", channel="incidents"))


async def _is_reminded(stage: Stage) -> None:
    """Of INC-1's commander, its updates and its end; Ana takes command, snoozes one, turns off another."""
    there, book = stage.there, stage.given.book
    channel = (await there.incident()).channel_name
    await stage.types("role, released", f"role {book.roles[0].word} none", channel)
    there.clock.passes(days=2)
    await there.app.store.write(lambda tx: tx.remind(1))  # the others have no channel to speak in
    await there.settle()
    stage.collect("remind")
    await stage.sees("take: button", there.person("ana").clicks("run:take", channel=channel))
    await stage.types("/incident remind", "remind", channel)
    await stage.types("remind, snoozed", "remind update 1h", channel)
    await stage.types("remind, off", "remind off", channel)
    await stage.types("/incident remind", "remind", channel)
    await stage.types("remind, on", "remind on", channel)


async def _records(stage: Stage) -> None:
    """What people have to say about INC-1."""
    there, given = stage.there, stage.given
    ana, bela = there.person("ana"), there.person("bela")
    text, said = given.field, given.said
    channel = (await there.incident()).channel_name
    for word in NOTES:
        await stage.types(f"/incident {word}", f"{word} {said}", channel)
        await stage.types(f"{word}: form", word, channel)
        await stage.sends(f"{word}: form, sent", {"text": text, "when": "13:40"})
    await stage.types("/incident friction", f"friction {said}", channel)
    await stage.types("note, back-dated", f"note 13:50 {said}", channel)
    await stage.does("undo", ana.clicks("run:takeback", channel=channel))
    await stage.does("answer", ana.clicks("run:confirmed", channel=channel))
    await stage.types("/incident task", f"task @bela {said}", channel)
    await stage.types("task: form", "form task", channel)
    await stage.sends("task: form, sent", {"text": text, "who": "ana"})
    number = (await there.incident()).tasks[-1].number
    await stage.types("task, done", f"task done {number}", channel)
    await stage.types("/incident milestone", "milestone started 13:58", channel)
    await stage.types("milestone: form", "form milestone", channel)
    await stage.sends("milestone: form, sent", {"name": "detected", "when": "13:59"})
    ts = await bela.writes(said, channel)
    marking = ana.message_shortcut("add_to_timeline", channel, ts)
    await stage.sees("mark: shortcut", marking)
    ts = await bela.writes(said, "checkout")
    adding = ana.message_shortcut("add_to_timeline", "checkout", ts)
    await stage.sees("add: form", adding)
    await stage.sends("add: form, sent", {})
    await stage.sees("welcome", there.person("fumiko").joins(channel))


async def _looks(stage: Stage) -> None:
    """What can be read, and taken home."""
    channel = (await stage.there.incident()).channel_name
    await stage.types("task, listed", "task", channel)
    await stage.types("milestone, listed", "milestone", channel)
    await stage.types("/incident timeline", "timeline 40", channel)
    await stage.types("/incident note", "note password=hunter2", channel)
    secret = (await stage.there.timeline())[-1].id
    await stage.types("/incident reveal", f"reveal {secret}", channel)
    await stage.types("/incident timeline", "timeline 40", channel)
    await stage.sees(
        "reveal: button", stage.there.person("ana").clicks("run:reveal", channel=channel)
    )
    await stage.types("/incident list", "list all")
    await stage.types("/incident web", "web", channel)
    await stage.types("/incident join", "join INC-1")
    await stage.types("/incident oncall", "oncall")
    await stage.types("/incident page", "page", channel)
    await stage.types("/incident help", "help")
    for word in HELPED:
        await stage.types(f"/incident help {word}", f"help {word}")


async def _errs(stage: Stage) -> None:
    """What is long and makes no sense."""
    said = stage.given.said
    channel = (await stage.there.incident()).channel_name
    for words in UNREADABLE:
        await stage.types(f"wrong: {words}", f"{words} {said}", channel)
    await stage.types("wrong: nearly a word", f"updat {said}", channel)
    await stage.types("wrong: elsewhere", f"update {said}")


async def _ends(stage: Stage) -> None:
    """INC-1 is resolved twice, and reopened twice."""
    there, given = stage.there, stage.given
    channel = (await there.incident()).channel_name
    await stage.types("/incident resolve", f"resolve {given.said}", channel)
    await stage.types("/incident reopen", f"reopen {given.said}", channel)
    await stage.types("resolve: form", "form resolve", channel)
    await stage.sends("resolve: form, sent", {"text": given.field})
    await stage.types("panel", "", channel)
    await stage.types("reopen: form", "reopen", channel)
    await stage.sends("reopen: form, sent", {"text": given.field})
    await stage.sees("home", there.person("ana").opens_home())


async def _tells(stage: Stage) -> None:
    """INC-1 is over for good, and Ana and Bela say how it was for them."""
    there, given = stage.there, stage.given
    ana, bela = there.person("ana"), there.person("bela")
    channel = (await there.incident()).channel_name
    await stage.types("/incident resolve", "resolve", channel)
    there.clock.passes(hours=1)
    await there.app.store.write(lambda tx: tx.hear(1))
    await there.settle()
    stage.collect("voice")
    space = there.slack.workspace
    direct = space.open_direct(ana.user, [space.bot])[0].id
    await stage.does("voice", ana.clicks("run:no-voice", channel=direct))
    there.slack.views.clear(ana.id)
    await stage.sees("voice: button", ana.clicks("run:form", channel=direct))
    blank = dict.fromkeys(("surprised", "hard", "helped", "believed", "whom"), "")
    await stage.sends("voice: form, sent blank", blank)
    await stage.sends("voice: form, sent", dict.fromkeys(blank, given.field[:2_000].rstrip()))
    await stage.types("voice: form", "voice INC-1")
    await there.types("voice INC-1", who="bela")
    await bela.submits({**dict.fromkeys(blank, given.field[:2_000].rstrip()), "use": "named"})
    await stage.types("review, facilitator", "review facilitator me", channel)
    await stage.types("/incident voices", "voices INC-1")
    await stage.types("voices, part", "voices INC-1 2")
    await stage.types("voice, taken back", "voice INC-1 withdraw")


async def _follows_up(stage: Stage) -> None:
    """On INC-1 in the open, and on the last one, which is private; and something is published."""
    there, given = stage.there, stage.given
    number = (await there.incidents())[0].number
    channel = (await there.incident()).channel_name
    for words in (given.said, given.field, "x", "y"):
        await stage.types("/incident followups", f"followups {words}", channel)
    await stage.types("followups, listed", "followups", channel)
    await stage.types("followups, settled", "followups done 2", channel)
    await stage.types("followups: issues", "followups issue 1", channel)
    await stage.types("followups, listed", "followups", channel)
    for words in (given.field, "x"):
        await stage.types("/incident followups", f"followups INC-{number} {words}")
    await stage.types("followups: form", f"followups INC-{number} issue all")
    async with there.app.store.read() as tx:
        origins = [one.origin for one in await tx.follow_ups(number)]
    blank = {origins[0]: " ", "confirm": ["confirm"]}
    await stage.sends("followups: form, sent blank", blank)
    await stage.sends("followups: form, sent", dict.fromkeys(origins, given.field))
    await stage.types("publish: form", f"publish INC-{number} {given.said}")
    await stage.sends(
        "publish: form, sent blank", {"title": " ", "text": " ", "confirm": ["confirm"]}
    )
    said = {"title": "What people see", "text": "It is slow."}
    await stage.sends("publish: form, sent", said)


async def _has_no_channel(stage: Stage) -> None:
    """Slack makes no channel for two more."""
    there, given = stage.there, stage.given
    there.slack.faults.fails("conversations.create", "restricted_action", times=2)
    await stage.types("/incident declare", f"declare {given.said}")
    await stage.types("declare: form", "declare")
    values = {**_filled(given), "private": "private"}
    await stage.sends("declare: form, sent", values)
    number = (await there.incidents())[0].number
    await stage.types("wrong: no channel", f"join INC-{number}")
