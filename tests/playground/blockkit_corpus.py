"""Payloads that Slack takes and payloads that it refuses, each bad one wrong in a single place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["message", "modal", "home"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`pointer` is where the one problem is; None if there is none."""

    name: str
    kind: Kind
    payload: Json
    pointer: str | None = None
    code: str = ""


# --- The small pieces --------------------------------------------------------------------------


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "1", text: str = "x", **more: Any) -> Json:
    return {"text": plain(text), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(str(number)) for number in range(count)]


def confirm(**more: Any) -> Json:
    return {
        "title": plain("Close it?"),
        "text": plain("It can be opened again."),
        "confirm": plain("Close"),
        "deny": plain("Keep open"),
        **more,
    }


def element(kind: str, **more: Any) -> Json:
    return {"type": kind, "action_id": "a", **more}


def button(**more: Any) -> Json:
    return element("button", **{"text": plain("Go"), **more})


def select(count: int = 2, **more: Any) -> Json:
    return element("static_select", options=options(count), **more)


def text_input(**more: Any) -> Json:
    return element("plain_text_input", **more)


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def asks(held: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": held, **more}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A", **more}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def said(text: str = "x", **more: Any) -> Json:
    return {"type": "text", "text": text, **more}


def video(**more: Any) -> Json:
    return {
        "type": "video",
        "alt_text": "A talk",
        "title": plain("A talk"),
        "thumbnail_url": "https://example.com/a.png",
        "video_url": "https://example.com/embed/a",
        **more,
    }


def table(rows: int = 1, columns: int = 1, **more: Any) -> Json:
    cell = {"type": "raw_text", "text": "x"}
    return {"type": "table", "rows": [[cell] * columns] * rows, **more}


DIVIDER: Json = {"type": "divider"}


def message(*blocks: Json, **more: Any) -> Json:
    return {"channel": "C012AB3CD", "text": "What happened", "blocks": list(blocks), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("Declare"),
        "submit": plain("Declare"),
        "blocks": list(blocks),
        **more,
    }


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}


# --- What Slack takes --------------------------------------------------------------------------


def every_rich_element() -> list[Json]:
    return [
        said("bold", style={"bold": True, "italic": True, "strike": True}),
        said("code", style={"code": True}),
        {"type": "user", "user_id": "U012AB3CD"},
        {"type": "usergroup", "usergroup_id": "S012AB3CD"},
        {"type": "channel", "channel_id": "C012AB3CD"},
        {"type": "link", "url": "https://example.com", "text": "here"},
        {"type": "emoji", "name": "fire"},
        {"type": "broadcast", "range": "here"},
        {
            "type": "date",
            "timestamp": 1_700_000_000,
            "format": "{date_short_pretty} {time}",
            "fallback": "14 November",
        },
        {"type": "color", "value": "#C0FFEE"},
    ]


def every_rich_text() -> Json:
    elements = every_rich_element()
    return rich(
        rich_section(*elements),
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "offset": 2,
            "border": 1,
            "elements": [rich_section(said("one")), rich_section(said("two"))],
        },
        {"type": "rich_text_preformatted", "elements": [said("$ uptime")], "border": 0},
        {"type": "rich_text_quote", "elements": [said("It works here.")]},
    )


def every_select() -> list[Json]:
    groups = [
        {"label": plain("Severity"), "options": options(3)},
        {"label": plain("Other"), "options": [option("9")]},
    ]
    kinds: list[Json] = [
        select(3, initial_option=option("2")),
        element("static_select", option_groups=groups),
        element("multi_static_select", options=options(3), initial_options=options(2)),
        element("external_select", min_query_length=1, initial_option=option()),
        element("multi_external_select", min_query_length=2, initial_options=options(1)),
        element("users_select", initial_user="U012AB3CD"),
        element("multi_users_select", initial_users=["U012AB3CD", "W012AB3CD"]),
        element(
            "conversations_select",
            initial_conversation="C012AB3CD",
            filter={"include": ["public", "private"], "exclude_bot_users": True},
        ),
        element("multi_conversations_select", default_to_current_conversation=True),
        element("channels_select", initial_channel="C012AB3CD"),
        element("multi_channels_select", initial_channels=["C012AB3CD"]),
    ]
    for kind in kinds:
        kind["placeholder"] = plain("Choose")
        if kind["type"].startswith("multi_"):
            kind["max_selected_items"] = 3
    return kinds


def every_picker() -> list[Json]:
    return [
        element("datepicker", initial_date="2026-02-28", placeholder=plain("Day")),
        element("timepicker", initial_time="23:59", timezone="Europe/Berlin"),
        element("radio_buttons", options=options(2), initial_option=option("1")),
        element("checkboxes", options=options(2), initial_options=[option("0")]),
    ]


def every_input() -> list[Json]:
    return [
        *every_select(),
        *every_picker(),
        element("datetimepicker", initial_date_time=1_700_000_000),
        text_input(
            multiline=True,
            min_length=3,
            max_length=3_000,
            initial_value="What we saw",
            placeholder=plain("What we saw"),
            dispatch_action_config={"trigger_actions_on": ["on_character_entered"]},
        ),
        element("email_text_input", initial_value="a@example.com"),
        element("url_text_input", initial_value="https://example.com"),
        element("file_input", filetypes=["png", "pdf"], max_files=10),
        element("rich_text_input", initial_value=rich(rich_section(said()))),
    ]


def numbered(elements: list[Json]) -> list[Json]:
    return [{**each, "action_id": f"a{number}"} for number, each in enumerate(elements)]


def good() -> Iterator[Case]:
    yield Case(
        name="header, section, divider, actions and context",
        kind="message",
        payload=message(
            {"type": "header", "text": plain("Database slow")},
            section("hi", accessory=button(), block_id="first"),
            {"type": "section", "fields": [mrkdwn("*Severity*"), plain("SEV2")]},
            DIVIDER,
            actions(
                button(
                    action_id="a1",
                    style="danger",
                    value="v",
                    url="https://example.com",
                    confirm=confirm(style="danger"),
                    accessibility_label="Close the incident",
                ),
                select(3, action_id="a2"),
                element("overflow", action_id="a3", options=options(5)),
            ),
            context(
                mrkdwn("c"),
                plain("d"),
                image(),
                {"type": "image", "slack_file": {"id": "F012AB3CD"}, "alt_text": "A"},
            ),
            image(title=plain("Load")),
        ),
    )
    yield Case(
        name="every select and picker in actions",
        kind="message",
        payload=message(actions(*numbered([*every_select(), *every_picker()]))),
    )
    yield Case(name="every kind of rich text", kind="message", payload=message(every_rich_text()))
    yield Case(
        name="markdown, file and video",
        kind="message",
        payload=message(
            {"type": "markdown", "text": "# What we learned"},
            {"type": "file", "external_id": "ABC", "source": "remote"},
            video(author_name="Ada", description=plain("About queues")),
        ),
    )
    yield Case(
        name="a table",
        kind="message",
        payload=message(table(2, 3, column_settings=[{"align": "right", "is_wrapped": True}])),
    )
    yield Case(name="an input in a message", kind="message", payload=message(asks(text_input())))
    for number, held in enumerate(every_input()):
        yield Case(
            name=f"modal with input {number}, {held['type']}",
            kind="modal",
            payload=modal(asks(held, hint=plain("Hint"), optional=True, block_id="b")),
        )
    yield Case(
        name="modal with every property",
        kind="modal",
        payload=modal(
            asks(text_input(focus_on_load=True)),
            close=plain("Cancel"),
            callback_id="declare",
            external_id="declare-1",
            private_metadata='{"v":1}',
            clear_on_close=True,
            notify_on_close=False,
        ),
    )
    yield Case(
        name="modal that only shows",
        kind="modal",
        payload={"type": "modal", "title": plain("Timeline"), "blocks": [section()]},
    )
    yield Case(name="home", kind="home", payload=home(DIVIDER, section(accessory=button())))
    yield Case(
        name="blocks without text", kind="message", payload={"channel": "C1", "blocks": [DIVIDER]}
    )


# --- What Slack refuses ------------------------------------------------------------------------


def bad_blocks() -> Iterator[tuple[str, str, Json]]:
    """A name, the pointer below the block, and a block that no surface takes."""
    yield "unknown block", "/type", {"type": "nope"}
    yield "block without a type", "", {"text": plain()}
    yield "type that is no string", "/type", {"type": ["divider"]}
    yield "unknown property", "", {**DIVIDER, "colour": "red"}
    yield "long block_id", "/block_id", {**DIVIDER, "block_id": "b" * 256}
    yield "empty block_id", "/block_id", {**DIVIDER, "block_id": ""}
    yield "long header", "/text/text", {"type": "header", "text": plain("h" * 151)}
    yield "mrkdwn header", "/text/type", {"type": "header", "text": mrkdwn()}
    yield "header with a bare string", "/text", {"type": "header", "text": "h"}
    yield "header without text", "", {"type": "header"}
    yield "section without text or fields", "", {"type": "section"}
    yield "long section", "/text/text", section("x" * 3_001)
    yield "empty section", "/text/text", section("")
    yield "section with null", "/text", {"type": "section", "text": None}
    yield "eleven fields", "/fields", {"type": "section", "fields": [mrkdwn()] * 11}
    yield "no field", "/fields", {"type": "section", "fields": []}
    yield (
        "long field",
        "/fields/1/text",
        {"type": "section", "fields": [mrkdwn(), mrkdwn("x" * 2_001)]},
    )
    yield "emoji in mrkdwn", "/text", {"type": "section", "text": {**mrkdwn(), "emoji": True}}
    yield (
        "verbatim in plain_text",
        "/text",
        {"type": "section", "text": {**plain(), "verbatim": True}},
    )
    yield "input as an accessory", "/accessory/type", section(accessory=text_input())
    yield (
        "datetimepicker as an accessory",
        "/accessory/type",
        section(accessory=element("datetimepicker")),
    )
    yield "eleven in context", "/elements", context(*[mrkdwn()] * 11)
    yield "nothing in context", "/elements", context()
    yield "button in context", "/elements/0/type", context(button())
    yield (
        "26 actions",
        "/elements",
        actions(*(button(action_id=str(number)) for number in range(26))),
    )
    yield "no action", "/elements", actions()
    yield "actions that are no list", "/elements", {"type": "actions", "elements": button()}
    yield "action_id twice", "/elements/1/action_id", actions(button(), button())
    yield "input among actions", "/elements/0/type", actions(text_input())
    yield "image among actions", "/elements/0/type", actions(image())
    yield "input without an element", "", {"type": "input", "label": plain()}
    yield "image without alt_text", "", {"type": "image", "image_url": "https://example.com/a.png"}
    yield "image without a source", "", {"type": "image", "alt_text": "A"}
    yield "image with two sources", "", image(slack_file={"id": "F012AB3CD"})
    yield "image from nowhere", "/image_url", image(image_url="a.png")
    yield (
        "image file without id or url",
        "/slack_file",
        {
            "type": "image",
            "alt_text": "A",
            "slack_file": {},
        },
    )
    yield "long alt_text", "/alt_text", image(alt_text="a" * 2_001)
    yield "long image title", "/title/text", image(title=plain("t" * 2_001))
    yield "video without a title", "", {k: v for k, v in video().items() if k != "title"}
    yield "rich text without elements", "", {"type": "rich_text"}
    yield "text straight in rich text", "/elements/0/type", rich(said())
    yield "empty rich text", "/elements/0/elements/0/text", rich(rich_section(said("")))
    yield "unknown rich element", "/elements/0/elements/0/type", rich(rich_section({"type": "x"}))
    yield (
        "unknown rich style",
        "/elements/0/elements/0/style",
        rich(rich_section(said(style={"blink": True}))),
    )
    yield (
        "user who is no user",
        "/elements/0/elements/0/user_id",
        rich(rich_section({"type": "user", "user_id": "ada"})),
    )
    yield (
        "unknown broadcast",
        "/elements/0/elements/0/range",
        rich(rich_section({"type": "broadcast", "range": "all"})),
    )
    yield (
        "colour that is none",
        "/elements/0/elements/0/value",
        rich(rich_section({"type": "color", "value": "red"})),
    )
    yield (
        "date without a format",
        "/elements/0/elements/0",
        rich(rich_section({"type": "date", "timestamp": 1})),
    )
    listed = {"type": "rich_text_list", "elements": [rich_section(said())]}
    yield "list without a style", "/elements/0", rich(listed)
    yield "list too deep", "/elements/0/indent", rich({**listed, "style": "bullet", "indent": 9})
    yield (
        "list in a list",
        "/elements/0/elements/0/type",
        rich({**listed, "style": "bullet", "elements": [{**listed, "style": "bullet"}]}),
    )
    yield from bad_elements()


def bad_elements() -> Iterator[tuple[str, str, Json]]:
    acting = [
        ("unknown element", "/type", element("nope")),
        ("long button", "/text/text", button(text=plain("x" * 76))),
        ("mrkdwn button", "/text/type", button(text=mrkdwn())),
        ("unknown style", "/style", button(style="warning")),
        ("long value", "/value", button(value="v" * 2_001)),
        ("long action_id", "/action_id", button(action_id="a" * 256)),
        ("button to nowhere", "/url", button(url="example")),
        ("long url", "/url", button(url="https://" + "x" * 3_000)),
        ("long label", "/accessibility_label", button(accessibility_label="x" * 76)),
        ("focus on a button", "", button(focus_on_load=True)),
        (
            "long confirm title",
            "/confirm/title/text",
            button(confirm=confirm(title=plain("t" * 101))),
        ),
        (
            "long confirm text",
            "/confirm/text/text",
            button(confirm=confirm(text=mrkdwn("t" * 301))),
        ),
        ("long confirm", "/confirm/confirm/text", button(confirm=confirm(confirm=plain("y" * 31)))),
        ("long deny", "/confirm/deny/text", button(confirm=confirm(deny=plain("n" * 31)))),
        ("confirm with a type", "/confirm", button(confirm=confirm(type="confirm"))),
        ("no options", "/options", select(0)),
        ("101 options", "/options", select(101)),
        ("select without options", "", element("static_select")),
        (
            "options and groups",
            "",
            select(1, option_groups=[{"label": plain(), "options": options(1)}]),
        ),
        (
            "long group label",
            "/option_groups/0/label/text",
            element(
                "static_select",
                option_groups=[{"label": plain("x" * 76), "options": options(1)}],
            ),
        ),
        (
            "long option",
            "/options/0/text/text",
            element("static_select", options=[option("1", "x" * 76)]),
        ),
        (
            "long option value",
            "/options/0/value",
            element("static_select", options=[option("v" * 151)]),
        ),
        (
            "mrkdwn option",
            "/options/0/text/type",
            element("static_select", options=[{"text": mrkdwn(), "value": "1"}]),
        ),
        (
            "link on an option",
            "/options/0",
            element("static_select", options=[option(url="https://example.com")]),
        ),
        (
            "long description",
            "/options/0/description/text",
            element("static_select", options=[option(description=plain("x" * 76))]),
        ),
        ("initial option not offered", "/initial_option", select(2, initial_option=option("99"))),
        (
            "one initial option not offered",
            "/initial_options/1",
            element(
                "multi_static_select",
                options=options(2),
                initial_options=[option("1"), option("9")],
            ),
        ),
        (
            "initial option in no group",
            "/initial_option",
            element(
                "static_select",
                option_groups=[{"label": plain(), "options": options(2)}],
                initial_option=option("2"),
            ),
        ),
        (
            "nobody may be chosen",
            "/max_selected_items",
            element("multi_users_select", max_selected_items=0),
        ),
        ("user by name", "/initial_user", element("users_select", initial_user="@ada")),
        ("empty filter", "/filter", element("conversations_select", filter={})),
        (
            "unknown filter",
            "/filter/include/0",
            element("conversations_select", filter={"include": ["dm"]}),
        ),
        ("six in overflow", "/options", element("overflow", options=options(6))),
        ("eleven radio buttons", "/options", element("radio_buttons", options=options(11))),
        ("eleven checkboxes", "/options", element("checkboxes", options=options(11))),
        ("no such day", "/initial_date", element("datepicker", initial_date="2026-02-30")),
        ("date in words", "/initial_date", element("datepicker", initial_date="tomorrow")),
        ("no such time", "/initial_time", element("timepicker", initial_time="24:00")),
        (
            "milliseconds",
            "/initial_date_time",
            element("datetimepicker", initial_date_time=1_700_000_000_000),
        ),
        (
            "truth for a time",
            "/initial_date_time",
            element("datetimepicker", initial_date_time=True),
        ),
    ]
    for name, pointer, held in acting:
        yield name, f"/elements/0{pointer}", actions(held)
    asking = [
        ("button in an input", "/type", button()),
        ("long placeholder", "/placeholder/text", text_input(placeholder=plain("p" * 151))),
        ("max_length", "/max_length", text_input(max_length=3_001)),
        ("max_length of none", "/max_length", text_input(max_length=0)),
        ("min_length", "/min_length", text_input(min_length=-1)),
        ("min over max", "/min_length", text_input(min_length=5, max_length=4)),
        ("multiline as a word", "/multiline", text_input(multiline="yes")),
        ("number without decimals said", "", element("number_input")),
        (
            "number in words",
            "/initial_value",
            element("number_input", is_decimal_allowed=True, initial_value="ten"),
        ),
        (
            "number over its maximum",
            "/initial_value",
            element("number_input", is_decimal_allowed=True, initial_value="10", max_value="9.5"),
        ),
        ("eleven files", "/max_files", element("file_input", max_files=11)),
        (
            "unknown trigger",
            "/dispatch_action_config/trigger_actions_on/0",
            text_input(dispatch_action_config={"trigger_actions_on": ["on_blur"]}),
        ),
        (
            "unsound initial rich text",
            "/initial_value/elements/0/type",
            element("rich_text_input", initial_value=rich(said())),
        ),
    ]
    for name, pointer, held in asking:
        yield name, f"/element{pointer}", asks(held)
    yield "mrkdwn label", "/label/type", {**asks(text_input()), "label": mrkdwn()}
    yield "long input label", "/label/text", {**asks(text_input()), "label": plain("x" * 2_001)}
    yield "long hint", "/hint/text", asks(text_input(), hint=plain("x" * 2_001))


def bad_messages() -> Iterator[tuple[str, str, str, Json]]:
    """A name, the pointer, the code and the payload."""
    code = "invalid_blocks"
    yield "51 blocks", "/blocks", code, message(*[DIVIDER] * 51)
    yield (
        "block_id twice",
        "/blocks/1/block_id",
        code,
        message({**DIVIDER, "block_id": "x"}, {**DIVIDER, "block_id": "x"}),
    )
    yield "two tables", "/blocks/1", code, message(table(), table())
    yield "101 rows", "/blocks/0/rows", code, message(table(101))
    yield "21 columns", "/blocks/0/rows/0", code, message(table(1, 21))
    yield (
        "21 column settings",
        "/blocks/0/column_settings",
        code,
        message(table(column_settings=[{"align": "left"}] * 21)),
    )
    yield (
        "long markdown",
        "/blocks/0/text",
        code,
        message({"type": "markdown", "text": "x" * 12_001}),
    )
    yield "blocks as a string", "/blocks", "invalid_blocks_format", message(blocks="[]")
    yield (
        "too much text in all",
        "/blocks",
        "msg_blocks_too_long",
        message(*[section("x" * 3_000)] * 4, section("x")),
    )
    yield "nothing to say", "/text", "no_text", {"channel": "C1", "text": "", "blocks": []}
    yield "text that is a number", "/text", "invalid_arguments", message(DIVIDER, text=5)
    yield (
        "markdown beside text",
        "/markdown_text",
        "markdown_text_conflict",
        {"channel": "C1", "text": "x", "markdown_text": "x"},
    )
    yield (
        "101 attachments",
        "/attachments",
        "too_many_attachments",
        message(attachments=[{"text": "x"}] * 101),
    )
    yield (
        "attachments as an object",
        "/attachments",
        "invalid_attachments",
        message(attachments={}),
    )
    yield (
        "bad block in an attachment",
        "/attachments/1/blocks/0/text/text",
        code,
        message(attachments=[{"text": "x"}, {"blocks": [section("")]}]),
    )
    meta = "invalid_metadata_format"
    yield "metadata as a string", "/metadata", meta, message(metadata="x")
    yield "metadata without a type", "/metadata", meta, message(metadata={"event_payload": {}})
    yield (
        "metadata of an empty type",
        "/metadata/event_type",
        meta,
        message(metadata={"event_type": "", "event_payload": {}}),
    )
    yield (
        "metadata with a list",
        "/metadata/event_payload",
        meta,
        message(metadata={"event_type": "job", "event_payload": []}),
    )


def bad_views() -> Iterator[tuple[str, str, Json]]:
    """A name, the pointer and the view."""
    yield "unknown view", "/view/type", {**home(), "type": "drawer"}
    yield "unknown property of a view", "/view", modal(DIVIDER, foo=1)
    yield "long title", "/view/title/text", modal(DIVIDER, title=plain("x" * 25))
    yield "long submit", "/view/submit/text", modal(DIVIDER, submit=plain("x" * 25))
    yield "long close", "/view/close/text", modal(DIVIDER, close=plain("x" * 25))
    yield "mrkdwn title", "/view/title/type", modal(DIVIDER, title=mrkdwn())
    yield "modal without a title", "/view", {"type": "modal", "blocks": [DIVIDER]}
    yield "modal without blocks", "/view", {"type": "modal", "title": plain()}
    yield (
        "input without submit",
        "/view/blocks/1/input",
        {"type": "modal", "title": plain(), "blocks": [DIVIDER, asks(text_input())]},
    )
    yield "101 blocks in a modal", "/view/blocks", modal(*[DIVIDER] * 101)
    yield "101 blocks in a home", "/view/blocks", home(*[DIVIDER] * 101)
    yield (
        "long private_metadata",
        "/view/private_metadata",
        modal(DIVIDER, private_metadata="x" * 3_001),
    )
    yield "long callback_id", "/view/callback_id", modal(DIVIDER, callback_id="x" * 256)
    yield "long external_id", "/view/external_id", modal(DIVIDER, external_id="x" * 256)
    yield "home with submit", "/view", home(DIVIDER, submit=plain())
    yield "home with a title", "/view", home(DIVIDER, title=plain())
    yield "markdown in a modal", "/view/blocks/0/type", modal({"type": "markdown", "text": "x"})
    yield "table in a home", "/view/blocks/0/type", home(table())
    yield (
        "two with the focus",
        "/view/blocks/1/element/focus_on_load",
        modal(asks(text_input(focus_on_load=True)), asks(text_input(focus_on_load=True))),
    )
    yield (
        "block_id twice in a view",
        "/view/blocks/1/block_id",
        modal({**DIVIDER, "block_id": "x"}, {**DIVIDER, "block_id": "x"}),
    )


def bad() -> Iterator[Case]:
    for name, pointer, block in bad_blocks():
        yield Case(
            name=f"{name}, in a message",
            kind="message",
            payload=message(DIVIDER, block),
            pointer=f"/blocks/1{pointer}",
            code="invalid_blocks",
        )
        yield Case(
            name=f"{name}, in a modal",
            kind="modal",
            payload=modal(DIVIDER, block),
            pointer=f"/view/blocks/1{pointer}",
            code="invalid_arguments",
        )
    for name, pointer, code, payload in bad_messages():
        yield Case(name=name, kind="message", payload=payload, pointer=pointer, code=code)
    for name, pointer, view in bad_views():
        kind: Kind = "home" if view["type"] == "home" else "modal"
        yield Case(name=name, kind=kind, payload=view, pointer=pointer, code="invalid_arguments")


GOOD = tuple(good())
BAD = tuple(bad())
