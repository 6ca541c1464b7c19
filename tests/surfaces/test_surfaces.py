"""Slack would take whatever incibot shows, however little or much people gave it."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incibot.core.incident import Incident, Task, Update
from incibot.core.jobs import KINDS
from incibot.core.markup import escape, unescape
from incibot.core.people import Assignment, ChannelId, UserId
from incibot.core.playbook import Kind, Playbook, Reminder, Role
from incibot.core.reminders import Stand
from incibot.core.timeline import EntryKind, Recorded, Source
from incibot.playground.limits import UPDATE_TEXT_MAX, validate_message, validate_view
from incibot.slack import blocks, cards
from incibot.slack.commands import COMMANDS, declare, panel, role
from incibot.slack.home import home
from incibot.store.jobs import Parked
from tests.bench import START, Bench, text_of
from tests.surfaces.emitted import FORMS, GIVEN, SURFACES, TEXTS, Given, Shown, emitted, longest
from tests.surfaces.judges import blockkit_takes, slack_sdk_takes

Json = dict[str, Any]

# What each job shows, and the jobs that show nothing: a new job must say which it is.
SHOWN_BY_JOB = {
    "ShowCard": "card",
    "Announce": "announce",
    "Echo": "echo of note",
    "Relay": "relay",
    "Brief": "brief",
    "Welcome": "welcome",
    "Tell": "tell",
    "DeliverExport": "export",
    "DraftReview": "review",
    "ShowHome": "home",
    "ShowHomes": "home",
    "Remind": "remind",
    "ShowAlert": "alert",
    "ShowStorm": "storm",
    "TellChanges": "changes",
    "AskVoice": "voice",
}
SILENT_JOBS = {
    *("OpenChannel", "DressChannel", "Invite", "PinCard"),
    *("LearnPerson", "Capture", "CatchUp", "ReadDelivery"),
    *("MakeIssue", "ReadIssue", "Publish", "SendWebhook", "Page", "TellOnCall", "HandOver"),
}

A_PAGE = re.compile(r"<!(?:channel|here|everyone|subteam)")
WHOLE = re.compile(r"<[@#!]?[^<>\n]+>|&(?:amp|lt|gt);")


def named(given: Given) -> str:
    return given.name


# --- What was played -----------------------------------------------------------------------------


@pytest.mark.parametrize("given", GIVEN, ids=named)
@pytest.mark.parametrize("surface", SURFACES)
def test_slack_would_take_it(surface: str, given: Given) -> None:
    found = [one for one in emitted(given).shown if one.surface == surface]
    assert found
    for shown in found:
        assert list(faults(shown)) == []


@pytest.mark.parametrize("given", GIVEN, ids=named)
def test_every_surface_has_a_name_in_the_list(given: Given) -> None:
    assert {one.surface for one in emitted(given).shown} == set(SURFACES)


@pytest.mark.parametrize("given", GIVEN, ids=named)
def test_every_subcommand_was_typed_and_every_form_opened_and_sent(given: Given) -> None:
    played = emitted(given)
    assert {command.word for command in COMMANDS} <= played.typed
    assert {command.word for command in COMMANDS if command.submit} == played.sent
    opened = {one.payload.get("callback_id") for one in played.shown if one.kind == "modal"}
    assert {*FORMS, *played.sent} <= opened


def test_every_job_and_every_card_is_a_surface() -> None:
    assert set(KINDS) == set(SHOWN_BY_JOB) | SILENT_JOBS
    assert set(SHOWN_BY_JOB.values()) <= set(SURFACES)
    made = {
        name
        for name, one in vars(cards).items()
        if inspect.isfunction(one)
        and not name.startswith("_")
        and one.__annotations__.get("return") == "tuple[str, list[Block]]"
    }
    assert made == set(BUILDERS) & made
    assert made == {"card", "announcement", "echo", "relay", "brief", "welcome", "remind"}


def test_whatever_a_card_may_say_was_not_done_has_a_name_that_people_use() -> None:
    of_incidents = {name for name, job in KINDS.items() if "incident" in job.__dataclass_fields__}
    assert set(cards.DEEDS) == of_incidents - {"ShowCard"}, "no card tells of itself"


@pytest.mark.parametrize("given", GIVEN, ids=named)
def test_a_card_keeps_its_buttons_whatever_else_is_on_it(given: Given) -> None:
    for shown in emitted(given).shown:
        if shown.surface in ("card", "announce"):
            kinds = [block["type"] for block in shown.payload["blocks"]]
            assert "actions" in kinds
            assert kinds[-1] == "context", "who declared it"


# --- The judges ------------------------------------------------------------------------------------


def faults(shown: Shown) -> Iterator[str]:
    """What is wrong with it."""
    if shown.kind == "errors":
        for place, text in shown.payload.items():
            if not place or not text.strip():
                yield f"an error that says nothing: {place!r}: {text!r}"
        return
    payload = shown.payload
    if shown.kind == "message":
        yield from map(str, validate_message(payload))
        if not (payload["text"] or "").strip() or len(payload["text"]) >= UPDATE_TEXT_MAX:
            yield f"a fallback of {len(payload['text'] or '')} characters"
        yield from _misread(payload["text"] or "")
    else:
        yield from map(str, validate_view(payload))
    yield from _misread_texts(payload["blocks"])
    for judge in (slack_sdk_takes, blockkit_takes):
        try:
            judge(shown.kind, payload)
        except Exception as error:  # noqa: BLE001 - whatever the judge raises is its verdict
            yield f"{judge.__name__}: {type(error).__name__}: {str(error)[:300]}"


def _misread_texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _misread_texts(one)
    elif isinstance(part, dict):
        text = part.get("text")
        if isinstance(text, str):
            if not text.strip():
                yield f"a text that says nothing: {part}"
            if part["type"] == "mrkdwn":
                if part.get("verbatim") is not True:
                    yield f"Slack would look for names in {text[:100]!r}"
                yield from _misread(text)
        for one in part.values():
            yield from _misread_texts(one)


def _misread(words: str) -> Iterator[str]:
    """What Slack would take for a page, and what was cut in two."""
    if page := A_PAGE.search(words):
        yield f"pages people: {words[page.start() :][:100]!r}"
    for mark in ("<", "&"):
        if mark in WHOLE.sub("", words):
            yield f"a {mark} that opens nothing: {words[-100:]!r}"


# --- Any text at all -------------------------------------------------------------------------------

ANA, BELA = UserId("U000000001"), UserId("U000000002")


def _incident(words: str, text: str, **more: Any) -> Incident:
    title = " ".join(text.split()) or "x"
    tasks = [Task(number=n, words=words, created_by=ANA, created_at=START) for n in range(1, 20)]
    return Incident(
        number=1,
        title=title,
        kind=Kind.INCIDENT,
        severity="sev1",
        status="investigating",
        private=False,
        declared_by=ANA,
        declared_at=START,
        summary=text,
        service=text,
        channel=ChannelId("C000000001"),
        update=Update(words=words, at=START, by=BELA),
        assignments=(Assignment(role="commander", user=ANA, since=START),),
        tasks=tuple(replace(task, assignee=ANA if task.number % 2 else None) for task in tasks),
        **more,
    )


def _entry(words: str, text: str, kind: EntryKind = EntryKind.NOTE, **more: Any) -> Recorded:
    return Recorded(
        **{
            "id": 1,
            "incident": 1,
            "key": "note:1",
            "kind": kind,
            "kind_first": kind,
            "occurred_at": START,
            "recorded_at": START,
            "words": words,
            "by": None,
            "by_name": text,
            "source": Source(),
            "data": {"read_as": "20 November 2026, 13:50 (Europe/Lisbon)", "task": 1},
            **more,
        }
    )


def _book(text: str) -> Playbook:
    line = " ".join(text.split()) or "x"
    return replace(
        Playbook(), roles=(Role(word="commander", title=line, duties=(escape(line),) * 3),)
    )


def _message(shown: tuple[str, Sequence[Json]]) -> Json:
    return {"text": blocks.fallback(shown[0]), "blocks": list(shown[1])}


def _parked(text: str) -> list[Parked]:
    return [
        Parked(
            id=n,
            key="k",
            kind="Invite",
            incident=1,
            attempts=1,
            last_error=f"{n}: {text}",
            created_at=START,
        )
        for n in range(7)
    ]


# Each takes words in Slack's notation and a plain text.
BUILDERS: dict[str, Callable[[str, str], Json]] = {
    "card": lambda words, text: _message(
        cards.card(_incident(words, text), _book(text), parked=_parked(text), page="https://a.b")
    ),
    "announcement": lambda words, text: _message(
        cards.announcement(_incident(words, text), _book(text), page="https://a.b")
    ),
    "echo": lambda words, text: _message(cards.echo(_entry(words, text), number=1)),
    "echo of a hypothesis": lambda words, text: _message(
        cards.echo(_entry(words, text, EntryKind.HYPOTHESIS), number=1)
    ),
    "echo, taken back": lambda words, text: _message(
        cards.echo(_entry(words, text, retracted_at=START), number=1)
    ),
    "relay": lambda words, text: _message(
        cards.relay(_incident(words, text), _entry(words, text, EntryKind.UPDATE))
    ),
    "brief": lambda words, text: _message(
        cards.brief(
            _incident(words, text),
            _book(text).roles[0],
            _book(text),
            head=f"You are *{blocks.title(_book(text).roles[0].title, 100)}*",
            outcomes={},
            recent=[
                _entry(words, text, kind)
                for kind in (EntryKind.DECISION, EntryKind.HYPOTHESIS, EntryKind.QUESTION)
                for _ in range(6)
            ],
        )
    ),
    "remind": lambda words, text: _message(
        cards.remind(
            _incident(words, text),
            _book(text),
            [
                cards.Reminded(reminder=reminder, stand=stand, since=START, until=START, by=BELA)
                for stand in Stand
                for reminder in Reminder
            ],
            named=True,
        )
    ),
    "welcome": lambda words, text: _message(
        cards.welcome(
            _incident(words, text),
            _book(text),
            last=[_entry(words, text)] * 6,
            closing="Write as you would anyway.",
        )
    ),
    "an answer": lambda words, text: _message((f"Said: {words}", blocks.said(words))),
    "home": lambda words, text: home(
        ANA,
        _book(text),
        going=[_incident(words, text)] * 40,
        to_write=[_incident(words, text)] * 10,
        to_read=[_incident(words, text)] * 10,
        page=lambda number: "https://a.b",
    ),
    "panel": lambda words, text: panel.view(_incident(words, text), _book(text)),
    "roles": lambda words, text: role.panel(_incident(words, text), _book(text)),
    "declare form": lambda words, text: declare.view(
        _book(text),
        by=ANA,
        nearby=[_incident(words, text)] * 9,
        title=text,
        summary=text,
        link="https://a.b/archives/C1/p1",
    ),
    "a form that remembers": lambda words, text: blocks.modal(
        text,
        [
            blocks.section(words),
            blocks.field(
                text, blocks.text_input(initial=text, placeholder=text), block_id="a", hint=text
            ),
        ],
        callback="add",
        submit=f"Send {text}",
        metadata={"words": words, "name": text[:100], "number": 1},
    ),
}

PIECES = st.one_of(
    st.text(max_size=20).map(escape),
    st.sampled_from(
        [
            *map(escape, TEXTS.values()),
            "<!channel>",
            "<!here|here>",
            "<!everyone>",
            "<!subteam^S123|@oncall>",
            "<!subteam^S123>",
            "<@U000000001>",
            "<@U000000001|ana>",
            "<#C000000001|general>",
            "<https://example.com/?a=b&amp;c=d|a label>",
            f"<https://example.com/{'a' * 2_500}|a label>",
            f"<https://example.com/{'a' * 3_500}>",
            f"<https://example.com/|{'a' * 2_500}&amp;>",
            "<!date^1700000000^{time}|14:00>",
            "\u0301" * 3_500,
            " " * 3_500,
            "\n" * 60,
            "x" * 2_990,
        ]
    ),
)
WORDS = st.lists(st.tuples(PIECES, st.sampled_from([1, 1, 1, 2, 40, 700])), max_size=6).map(
    lambda pieces: "".join(piece * times for piece, times in pieces)[:60_000]
)
PLAIN = WORDS.map(lambda words: unescape(words)[:3_000])


def _whole(words: str) -> str:
    """Without what the end of the text has cut."""
    return re.sub(r"(?:<[^<>]*|&\w{0,3})\Z", "", words)


@pytest.mark.parametrize("name", BUILDERS)
@given(words=WORDS.map(_whole), text=PLAIN)
@example(words="", text="")
@example(words=" \n ", text=" \n ")
def test_slack_would_take_any_text(name: str, words: str, text: str) -> None:
    payload = BUILDERS[name](words, text)
    kind = payload.get("type", "message")
    assert list(faults(Shown(surface=name, kind=kind, payload=payload))) == []


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("text", TEXTS)
def test_slack_would_take_the_longest_text_of_each_sort(name: str, text: str) -> None:
    words = _whole(longest(escape(TEXTS[text]), 40_000))
    payload = BUILDERS[name](words, longest(TEXTS[text], 3_000))
    kind = payload.get("type", "message")
    assert list(faults(Shown(surface=name, kind=kind, payload=payload))) == []


# --- What is kept of a text ------------------------------------------------------------------------


@given(WORDS.map(_whole))
def test_what_fits_into_a_message_is_shown_whole(words: str) -> None:
    shown = "".join(block["text"]["text"] for block in blocks.said(words))
    meant = "".join(blocks.quiet(words).split())
    if len(blocks.quiet(words).strip()) <= blocks.SAID and meant:
        assert "".join(shown.split()) == meant
    elif meant:
        assert shown.endswith("…")


@given(st.lists(WORDS.map(blocks.section), max_size=50))
def test_no_block_is_left_out_where_the_texts_are_too_long(made: list[Json]) -> None:
    shown = blocks.fitting(made)
    assert len(shown) == len(made)
    assert sum(len(block["text"]["text"]) for block in shown) <= blocks.MESSAGE_TEXT
    for before, after in zip(made, shown, strict=True):
        if len(before["text"]["text"]) <= blocks.MESSAGE_TEXT // 50:
            assert after == before, "a short text gives nothing up for a long one"


@given(st.text(), WORDS)
def test_what_a_form_remembers_can_be_read_again(name: str, words: str) -> None:
    found = json.loads(blocks.packed({"number": 7, "name": name[:100], "words": words}))
    assert found["number"] == 7
    assert found["name"] == name[:100]
    assert found["words"] == words or found["words"].endswith("…")


@given(st.lists(st.text(min_size=1), unique=True))
def test_options_of_long_names_can_be_told_apart(names: list[str]) -> None:
    values = [blocks.value_of(f"{'service ' * 20}{name}") for name in names]
    assert len(set(values)) == len(names)
    assert all(len(value) <= blocks.BUTTON for value in values)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("<!channel> look", "@channel look"),
        ("<!here|here> and <!everyone>", "@here and @everyone"),
        ("<!subteam^S1|@oncall>", "@oncall"),
        ("<!subteam^S1>", "@S1"),
        ("<!channel|<!here>>", "@channel@here>"),
        ("<@U1> <#C1|general>", "<@U1> <#C1|general>"),
        ("&lt;!channel&gt;", "&lt;!channel&gt;"),
        (f"<https://a.b/{'c' * 2_000}|the graph>", "the graph"),
        (f"<https://a.b/{'c' * 2_000}>", "…"),
    ],
)
def test_words_shown_again_page_nobody(words: str, shown: str) -> None:
    assert blocks.quiet(words) == shown
    assert blocks.fallback(words) == shown
    assert blocks.mrkdwn(words)["text"] == shown


async def test_a_note_names_people_and_pages_no_channel(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await there.types("note @bela and @channel: it is back", channel=channel)
    echo = text_of(there.ours(channel)[-1])
    assert f"<@{there.person('bela').id}|bela> and @channel: it is back" in echo
    (entry,) = [one for one in await there.timeline() if one.kind is EntryKind.NOTE]
    assert "<!channel>" in entry.words, "the record keeps what was said"


async def test_a_form_with_nothing_but_white_space_says_what_is_missing(there: Bench) -> None:
    ana = there.person("ana")
    await there.types("")
    answer = await ana.submits({"title": " \n", "summary": " ", "started": " "})
    assert answer.errors is not None
    assert list(answer.errors) == ["title"]
