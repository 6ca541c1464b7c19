"""What Slack would refuse is refused, where it is, and nothing else is."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from blockkit_corpus import (
    BAD,
    DIVIDER,
    GOOD,
    Case,
    Json,
    actions,
    asks,
    button,
    confirm,
    context,
    element,
    home,
    image,
    message,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    rich,
    rich_section,
    said,
    section,
    select,
    table,
    text_input,
    video,
)
from hypothesis import given
from hypothesis import strategies as st

from incibot.playground import limits
from incibot.playground.limits import (
    Problem,
    channel_name_problem,
    validate_blocks,
    validate_message,
    validate_view,
)
from tests.surfaces.judges import blockkit_takes, slack_sdk_takes


def problems(case: Case) -> list[Problem]:
    check = validate_message if case.kind == "message" else validate_view
    return check(case.payload)


def named(case: Case) -> str:
    return case.name


# --- The corpus --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_what_slack_takes_has_no_problem(case: Case) -> None:
    assert problems(case) == []


@pytest.mark.parametrize("case", BAD, ids=named)
def test_what_slack_refuses_has_one_problem_and_it_points_there(case: Case) -> None:
    found = problems(case)
    assert [(problem.pointer, problem.code) for problem in found] == [(case.pointer, case.code)]


def test_the_cases_of_the_corpus_have_names_of_their_own() -> None:
    names = [case.name for case in (*GOOD, *BAD)]
    assert len(set(names)) == len(names)


def test_every_fault_is_told_not_only_the_first() -> None:
    found = validate_blocks([section(""), {"type": "nope"}], surface="message")
    assert [problem.pointer for problem in found] == ["/blocks/0/text/text", "/blocks/1/type"]


@pytest.mark.parametrize(
    ("payload", "said_by_slack"),
    [
        (
            message(section("x" * 3_001)),
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            message(section("")),
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (message(*[DIVIDER] * 51), "no more than 50 items allowed [json-pointer:/blocks]"),
        (
            message(section(accessory=select(0))),
            "must provide at least 1 items [json-pointer:/blocks/0/accessory/options]",
        ),
        (
            message(actions(button(), button())),
            '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
        ),
        (
            message({"type": "header", "text": "h"}),
            "must provide an object [json-pointer:/blocks/0/text]",
        ),
        (message({"type": "nope"}), "unsupported type: nope [json-pointer:/blocks/0/type]"),
        (
            message({**DIVIDER, "foo": 1}),
            "invalid additional property: foo [json-pointer:/blocks/0]",
        ),
    ],
)
def test_a_message_is_refused_in_slacks_words(payload: Json, said_by_slack: str) -> None:
    assert [str(problem) for problem in validate_message(payload)] == [said_by_slack]


@pytest.mark.parametrize(
    ("view", "said_by_slack"),
    [
        (
            modal(title=plain("x" * 25)),
            "must be less than 25 characters [json-pointer:/view/title/text]",
        ),
        (
            {"type": "modal", "blocks": []},
            "missing required field: title [json-pointer:/view]",
        ),
        (
            {"type": "modal", "title": plain(), "blocks": [asks(text_input())]},
            "must define `submit` to use an `input` block in modals "
            "[json-pointer:/view/blocks/0/input]",
        ),
    ],
)
def test_a_view_is_refused_in_slacks_words(view: Json, said_by_slack: str) -> None:
    assert [str(problem) for problem in validate_view(view)] == [said_by_slack]


def test_the_initial_option_may_be_in_any_group() -> None:
    groups = [
        {"label": plain(), "options": options(2)},
        {"label": plain(), "options": [option("9")]},
    ]
    held = element("static_select", option_groups=groups, initial_option=option("9"))
    assert check(message(section(accessory=held))) == []


# --- Exactly at the limit, and one over --------------------------------------------------------


def in_actions(held: Json) -> Json:
    return message(actions(held))


def in_modal(held: Json) -> Json:
    return modal(asks(held))


def chosen(**more: Any) -> Json:
    return in_actions(element("static_select", **more))


LENGTHS: dict[str, tuple[int, Callable[[str], Json]]] = {
    "header": (150, lambda s: message({"type": "header", "text": plain(s)})),
    "section": (3_000, lambda s: message(section(s))),
    "section field": (2_000, lambda s: message({"type": "section", "fields": [plain(s)]})),
    "context": (3_000, lambda s: message(context(mrkdwn(s)))),
    "block_id": (255, lambda s: message({**DIVIDER, "block_id": s})),
    "markdown": (12_000, lambda s: message({"type": "markdown", "text": s})),
    "alt_text": (2_000, lambda s: message(image(alt_text=s))),
    "image title": (2_000, lambda s: message(image(title=plain(s)))),
    "image_url": (3_000, lambda s: message(image(image_url=f"https://{s[8:]}"))),
    "video title": (200, lambda s: message(video(title=plain(s)))),
    "video author": (50, lambda s: message(video(author_name=s))),
    "video description": (200, lambda s: message(video(description=plain(s)))),
    "video provider": (50, lambda s: message(video(provider_name=s))),
    "action_id": (255, lambda s: in_actions(button(action_id=s))),
    "button": (75, lambda s: in_actions(button(text=plain(s)))),
    "button value": (2_000, lambda s: in_actions(button(value=s))),
    "button url": (3_000, lambda s: in_actions(button(url=f"https://{s[8:]}"))),
    "button label": (75, lambda s: in_actions(button(accessibility_label=s))),
    "confirm title": (100, lambda s: in_actions(button(confirm=confirm(title=plain(s))))),
    "confirm text": (300, lambda s: in_actions(button(confirm=confirm(text=mrkdwn(s))))),
    "confirm yes": (30, lambda s: in_actions(button(confirm=confirm(confirm=plain(s))))),
    "confirm no": (30, lambda s: in_actions(button(confirm=confirm(deny=plain(s))))),
    "option": (75, lambda s: chosen(options=[option("1", s)])),
    "option value": (150, lambda s: chosen(options=[option(s)])),
    "option description": (75, lambda s: chosen(options=[option(description=plain(s))])),
    "radio option": (
        75,
        lambda s: in_actions(element("radio_buttons", options=[{**option(), "text": mrkdwn(s)}])),
    ),
    "checkbox description": (
        75,
        lambda s: in_actions(element("checkboxes", options=[option(description=mrkdwn(s))])),
    ),
    "select placeholder": (150, lambda s: in_actions(select(placeholder=plain(s)))),
    "group label": (
        75,
        lambda s: chosen(option_groups=[{"label": plain(s), "options": options(1)}]),
    ),
    "placeholder": (150, lambda s: in_modal(text_input(placeholder=plain(s)))),
    "initial_value": (3_000, lambda s: in_modal(text_input(initial_value=s))),
    "label": (2_000, lambda s: modal({**asks(text_input()), "label": plain(s)})),
    "hint": (2_000, lambda s: modal(asks(text_input(), hint=plain(s)))),
    "title": (24, lambda s: modal(title=plain(s))),
    "submit": (24, lambda s: modal(submit=plain(s))),
    "close": (24, lambda s: modal(close=plain(s))),
    "private_metadata": (3_000, lambda s: modal(private_metadata=s)),
    "callback_id": (255, lambda s: home(callback_id=s)),
    "external_id": (255, lambda s: home(external_id=s)),
}
EMPTY_ALLOWED = {"private_metadata", "callback_id", "external_id"}


def check(payload: Json) -> list[Problem]:
    return validate_view(payload) if "type" in payload else validate_message(payload)


@pytest.mark.parametrize("name", LENGTHS)
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(name: str) -> None:
    limit, build = LENGTHS[name]
    assert check(build("x" * limit)) == []
    [problem] = check(build("x" * (limit + 1)))
    assert problem.message == f"must be less than {limit + 1} characters"


@pytest.mark.parametrize("name", [name for name in LENGTHS if not name.endswith("url")])
def test_an_empty_text_is_refused_except_where_slack_sends_it_itself(name: str) -> None:
    _, build = LENGTHS[name]
    expected = [] if name in EMPTY_ALLOWED else ["must be more than 0 characters"]
    assert [problem.message for problem in check(build(""))] == expected


def test_length_is_counted_in_characters_and_not_in_bytes() -> None:
    assert check(message({"type": "header", "text": plain("é" * 150)})) == []
    assert check(message({"type": "header", "text": plain("🔥" * 150)})) == []
    assert check(message({"type": "header", "text": plain("🔥" * 151)})) != []


COUNTS: dict[str, tuple[int, Callable[[int], Json]]] = {
    "blocks of a message": (50, lambda n: message(*[DIVIDER] * n)),
    "blocks of a modal": (100, lambda n: modal(*[DIVIDER] * n)),
    "blocks of a home": (100, lambda n: home(*[DIVIDER] * n)),
    "fields": (10, lambda n: message({"type": "section", "fields": [plain()] * n})),
    "context": (10, lambda n: message(context(*[mrkdwn()] * n))),
    "actions": (
        25,
        lambda n: message(actions(*(button(action_id=f"a{i}") for i in range(n)))),
    ),
    "options": (100, lambda n: in_actions(select(n))),
    "groups": (
        100,
        lambda n: chosen(option_groups=[{"label": plain(), "options": options(1)}] * n),
    ),
    "options of a group": (
        100,
        lambda n: chosen(option_groups=[{"label": plain(), "options": options(n)}]),
    ),
    "overflow": (5, lambda n: in_actions(element("overflow", options=options(n)))),
    "radio_buttons": (10, lambda n: in_actions(element("radio_buttons", options=options(n)))),
    "checkboxes": (10, lambda n: in_actions(element("checkboxes", options=options(n)))),
    "rows": (100, lambda n: message(table(n))),
    "columns": (20, lambda n: message(table(1, n))),
    "attachments": (100, lambda n: message(attachments=[{"text": "x"}] * n)),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_list_may_be_as_long_as_its_limit_and_no_longer(name: str) -> None:
    limit, build = COUNTS[name]
    assert check(build(limit)) == []
    [problem] = check(build(limit + 1))
    assert problem.message == f"no more than {limit} items allowed"


def listed(**more: Any) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": [rich_section()], **more}


NUMBERS: dict[str, tuple[int, int, Callable[[int], Json]]] = {
    "min_length": (0, 3_000, lambda n: in_modal(text_input(min_length=n))),
    "max_length": (1, 3_000, lambda n: in_modal(text_input(max_length=n))),
    "max_files": (1, 10, lambda n: in_modal(element("file_input", max_files=n))),
    "initial_date_time": (
        1_000_000_000,
        9_999_999_999,
        lambda n: in_modal(element("datetimepicker", initial_date_time=n)),
    ),
    "indent": (0, 8, lambda n: message(rich(listed(indent=n)))),
    "border": (0, 1, lambda n: message(rich(listed(border=n)))),
    "skin_tone": (
        1,
        6,
        lambda n: message(rich(rich_section({"type": "emoji", "name": "wave", "skin_tone": n}))),
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_may_be_from_its_least_to_its_most(name: str) -> None:
    least, most, build = NUMBERS[name]
    assert check(build(least)) == []
    assert check(build(most)) == []
    assert [problem.message for problem in check(build(least - 1))] == [
        f"must be greater than or equal to {least}"
    ]
    assert [problem.message for problem in check(build(most + 1))] == [
        f"must be less than or equal to {most}"
    ]


@pytest.mark.parametrize(
    ("least", "build"),
    [
        (0, lambda n: message(rich(listed(offset=n)))),
        (0, lambda n: in_actions(element("external_select", min_query_length=n))),
        (0, lambda n: in_actions(element("multi_external_select", min_query_length=n))),
        (1, lambda n: in_actions(element("multi_users_select", max_selected_items=n))),
    ],
)
def test_a_number_without_a_most_has_its_least(least: int, build: Callable[[int], Json]) -> None:
    assert check(build(least)) == []
    assert check(build(10_000)) == []
    [problem] = check(build(least - 1))
    assert problem.message == f"must be greater than or equal to {least}"


def test_the_limits_that_the_methods_hold_themselves_are_slacks() -> None:
    assert (limits.MESSAGE_TEXT_MAX, limits.UPDATE_TEXT_MAX) == (40_000, 4_000)
    assert (limits.TOPIC_MAX, limits.PURPOSE_MAX) == (250, 250)
    assert (limits.BOOKMARK_TITLE_MAX, limits.BOOKMARK_LINK_MAX) == (256, 2_048)


def test_the_blocks_of_a_message_hold_twelve_thousand_characters_in_all() -> None:
    full = [section("x" * 3_000)] * 3 + [{"type": "section", "fields": [plain("x" * 1_499)] * 2}]
    assert check(message(*full, rich(rich_section(said("xx"))))) == []
    [problem] = check(message(*full, rich(rich_section(said("xxx")))))
    assert problem.code == "msg_blocks_too_long"


def test_the_labels_of_buttons_do_not_count_towards_the_text_of_a_message() -> None:
    pressed = actions(*(button(action_id=str(n), text=plain("x" * 75)) for n in range(25)))
    assert check(message(*[section("x" * 3_000)] * 4, pressed)) == []


def test_a_view_may_have_250_kilobytes_and_no_more() -> None:
    fields = {"type": "section", "fields": [plain("x" * 2_000)] * 10}
    view = modal(*[fields] * 12, section("x"))
    size = len(json.dumps(view, separators=(",", ":")))
    missing = 250 * 1024 - size
    view["blocks"] += [section("x" * 1_900) for _ in range(missing // 2_000)]
    missing = 250 * 1024 - len(json.dumps(view, separators=(",", ":")))
    view["blocks"][12]["text"]["text"] = "x" * (1 + missing)
    assert validate_view(view) == []
    view["blocks"][12]["text"]["text"] += "x"
    assert [problem.code for problem in validate_view(view)] == ["view_too_large"]


# --- Messages ----------------------------------------------------------------------------------


def test_long_text_is_slacks_to_cut_and_no_problem_of_the_message() -> None:
    assert check({"channel": "C1", "text": "x" * (limits.MESSAGE_TEXT_MAX + 1)}) == []


def test_null_is_as_good_as_absent() -> None:
    assert check({"text": "x", "blocks": None, "attachments": None, "metadata": None}) == []


def test_empty_blocks_and_metadata_take_away_what_an_update_finds() -> None:
    assert check({"text": "x", "blocks": [], "attachments": [], "metadata": {}}) == []


def test_metadata_may_hold_anything_in_its_payload() -> None:
    metadata = {"event_type": "incident_job", "event_payload": {"job": 5, "of": ["a", None]}}
    assert check({"text": "x", "metadata": metadata}) == []


def test_blocks_that_only_messages_take_are_refused_elsewhere() -> None:
    blocks = [{"type": "markdown", "text": "x"}]
    assert validate_blocks(blocks, surface="message") == []
    for problem in (
        *validate_blocks(blocks, surface="modal"),
        *validate_blocks(blocks, surface="home"),
    ):
        assert str(problem) == "unsupported type: markdown [json-pointer:/blocks/0/type]"


# --- Names of channels -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("inc-2026-02-28_database", None),
        ("a", None),
        ("x" * 80, None),
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("---", "invalid_name_punctuation"),
        ("?!", "invalid_name_punctuation"),
        ("Upper", "invalid_name_specials"),
        ("two words", "invalid_name_specials"),
        (" ", "invalid_name_specials"),
        ("a.b", "invalid_name_specials"),
        ("a\n", "invalid_name_specials"),
        ("été", "invalid_name_specials"),
    ],
)
def test_a_channels_name_is_refused_and_not_repaired(name: str, code: str | None) -> None:
    assert channel_name_problem(name) == code


@given(st.text(alphabet="abcxyz0189-_", min_size=1, max_size=80).filter(lambda s: s.strip("-_")))
def test_small_letters_digits_and_dashes_make_a_channels_name(name: str) -> None:
    assert channel_name_problem(name) is None


# --- Any value at all --------------------------------------------------------------------------

# A lone surrogate is no text, yet JSON can say it.
WORDS = st.text("a/~ é🔥\ud800", max_size=5) | st.sampled_from(["type", "text", "divider"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=10,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value within a value."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


@st.composite
def damaged(draw: st.DrawFn) -> Case:
    """A good payload of which one part was replaced by something else, or taken away."""
    case = draw(st.sampled_from(GOOD))
    payload = copy.deepcopy(case.payload)
    path = draw(st.sampled_from([path for path in places(payload) if path]))
    holder: Any = payload
    for step in path[:-1]:
        holder = holder[step]
    if draw(st.booleans()):
        holder[path[-1]] = draw(JSON)
    else:
        del holder[path[-1]]
    return Case(name=case.name, kind=case.kind, payload=payload)


@given(JSON)
def test_no_value_is_too_strange_to_be_judged(value: Any) -> None:
    assert all(p.pointer.startswith("/view") for p in validate_view(value))
    for surface in ("message", "modal", "home"):
        found = validate_blocks(value, surface=surface)
        assert all(p.pointer.startswith("/blocks") for p in found)
        assert bool(found) == (value != [])


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "metadata"]), JSON))
def test_no_message_is_too_strange_to_be_judged(payload: dict[str, Any]) -> None:
    assert all(isinstance(problem, Problem) for problem in validate_message(payload))


@given(damaged())
def test_a_damaged_payload_is_judged_and_the_pointers_lead_into_it(case: Case) -> None:
    root = case.payload if case.kind == "message" else {"view": case.payload}
    for problem in problems(case):
        value: Any = root
        steps = problem.pointer.split("/")[1:]
        if problem.code == "no_text" or steps[-1] == "input":
            continue
        for step in steps:
            value = value[int(step)] if isinstance(value, list) else value[step]


# --- Others' judgement -------------------------------------------------------------------------


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_blockkit_takes_what_we_take(case: Case) -> None:
    blockkit_takes(case.kind, case.payload)


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_slack_sdk_takes_what_we_take_and_gives_the_same_back(case: Case) -> None:
    slack_sdk_takes(case.kind, case.payload)


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_an_unknown_key_is_found_wherever_it_is_put(case: Case) -> None:
    root = case.payload["blocks"]
    for path in places(root):
        payload = copy.deepcopy(case.payload)
        holder: Any = payload["blocks"]
        for step in path:
            holder = holder[step]
        if isinstance(holder, dict):
            holder["unheard_of"] = 1
            found = problems(Case(name=case.name, kind=case.kind, payload=payload))
            assert "invalid additional property: unheard_of" in [p.message for p in found]
