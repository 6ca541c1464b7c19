"""What Slack refuses: the limits of Block Kit, views, messages and names, and a validator for them.

The limits are data (`BLOCKS`, `ELEMENTS`, `VIEWS`, `SURFACES`, ...), made of a few kinds of rule; one
small walker holds any JSON value against them. Lengths are in characters, one for each code point.

A payload is looked at in two passes, because the later checks make sense only of a sound one: first
its form (`SURFACES`, `VIEWS`), then what holds between its parts (one focus, the total of text,
the size of a view).
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

# --- Names and plain text ----------------------------------------------------------------------

MESSAGE_TEXT_MAX = 40_000
"""`text` of a posted message: Slack cuts what is longer and warns `message_truncated`."""
UPDATE_TEXT_MAX = 4_000
"""`text` of an updated message: Slack refuses what is longer with `msg_too_long`."""
MARKDOWN_TEXT_MAX = 12_000
MESSAGE_BLOCK_TEXT_MAX = 12_000
"""All text in the blocks of one message. Slack has been seen to refuse from here to 13,200."""
MESSAGE_BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
VIEW_BYTES_MAX = 250 * 1024
ATTACHMENTS_MAX = 100
TABLES_MAX = 1
TOPIC_MAX = 250
PURPOSE_MAX = 250
BOOKMARK_TITLE_MAX = 256
BOOKMARK_LINK_MAX = 2_048
CHANNEL_NAME_MAX = 80

CHANNEL_NAME_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("invalid_name_required", re.compile(r"\A\Z")),
    ("invalid_name_maxlength", re.compile(rf"(?s)\A.{{{CHANNEL_NAME_MAX + 1},}}\Z")),
    ("invalid_name_punctuation", re.compile(rf"\A[{re.escape(string.punctuation)}]+\Z")),
    ("invalid_name_specials", re.compile(r"[^a-z0-9_-]")),
)
"""Slack's error and the pattern of the names that earn it; the first that fits is the answer."""


def channel_name_problem(name: str) -> str | None:
    """Slack's error code for a channel name that it refuses, or None. Slack repairs no name."""
    for code, refused in CHANNEL_NAME_RULES:
        if refused.search(name):
            return code
    return None


# --- The kinds of rule -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Str:
    """A string.

    Attributes:
        min, max: its length in characters; `max` None is unlimited.
        choices: the only values allowed, if any are named.
        form: a name in `FORMS`; empty for any text.
    """

    min: int = 1
    max: int | None = None
    choices: tuple[str, ...] = ()
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Int:
    """A whole number from `min` to `max`, both allowed."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bool:
    """true or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """An object with whatever fields it likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A list.

    Attributes:
        item: the rule of each item.
        min, max: how many; `max` None is unlimited.
        distinct: a field whose value no two items may share.
        at_most: for an item's `type`, how many of it there may be.
        nullable: whether an item may be null.
    """

    item: Rule
    min: int = 1
    max: int | None = None
    distinct: str = ""
    at_most: Mapping[str, int] = field(default_factory=dict)
    nullable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An object with these fields and no others.

    Attributes:
        fields: the rule of each field.
        required: fields that must be there.
        any_of: fields of which at least one must be there.
        one_of: fields of which exactly one must be there.
        within: pairs (chosen, offered): every option in the first field must equal one that is
            offered by the second, be it a list of options or of groups of options.
        ordered: pairs (low, high) of numbers, or of strings of digits: low may not exceed high.
    """

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    within: tuple[tuple[str, str], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """An object whose `type` says which of these shapes it must have."""

    kinds: Mapping[str, Shape]


Rule: TypeAlias = Str | Int | Bool | Anything | Many | Shape | Typed


# --- Forms of strings --------------------------------------------------------------------------

FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    name: (re.compile(rf"(?:{pattern})\Z", re.ASCII), message)
    for name, pattern, message in (
        ("date", r"\d{4}-\d{2}-\d{2}", "must be a date in the format YYYY-MM-DD"),
        ("time", r"(?:[01]\d|2[0-3]):[0-5]\d", "must be a time in the format HH:mm"),
        ("number", r"-?\d+(?:\.\d+)?", "must be a number"),
        ("colour", r"#?(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})", "must be a hexadecimal colour"),
        ("url", r"[A-Za-z][A-Za-z0-9+.-]*:\S+", "must be a valid URL"),
        ("web address", r"https?://\S+", "must be a valid URL"),
        ("user id", r"[UW][A-Z0-9]+", "must be a valid user id"),
        ("channel id", r"C[A-Z0-9]+", "must be a valid channel id"),
        ("conversation id", r"[CDG][A-Z0-9]+", "must be a valid conversation id"),
        ("usergroup id", r"S[A-Z0-9]+", "must be a valid usergroup id"),
    )
}
"""The pattern that a string of this form matches from its start, and what Slack says otherwise."""


# --- Composition objects -----------------------------------------------------------------------

BOOL = Bool()
ID = Str(max=255)
URL = Str(max=3_000, form="url")
WEB_ADDRESS = Str(max=3_000, form="web address")
USER = Str(form="user id")
CHANNEL = Str(form="channel id")
CONVERSATION = Str(form="conversation id")


def plain_text(most: int) -> Typed:
    """A text object that may not be mrkdwn."""
    return Typed(kinds={"plain_text": _text_shape(most, "emoji")})


def any_text(most: int) -> Typed:
    """A text object of either type."""
    return Typed(
        kinds={
            "plain_text": _text_shape(most, "emoji"),
            "mrkdwn": _text_shape(most, "verbatim"),
        }
    )


def _text_shape(most: int, flag: str) -> Shape:
    return Shape(fields={"text": Str(max=most), flag: BOOL}, required=("text",))


CONFIRM = Shape(
    fields={
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": Str(choices=("primary", "danger")),
    },
    required=("title", "text", "confirm", "deny"),
)

OPTION_FIELDS: Mapping[str, Rule] = {
    "text": plain_text(75),
    "value": Str(max=150),
    "description": plain_text(75),
}
OPTION = Shape(fields=OPTION_FIELDS, required=("text", "value"))
MENU_OPTION = Shape(fields={**OPTION_FIELDS, "url": URL}, required=("text", "value"))
FORMATTED_OPTION = Shape(
    fields={**OPTION_FIELDS, "text": any_text(75), "description": any_text(75)},
    required=("text", "value"),
)
OPTIONS = Many(item=OPTION, max=100)
OPTION_GROUPS = Many(
    item=Shape(fields={"label": plain_text(75), "options": OPTIONS}, required=("label", "options")),
    max=100,
)

CONVERSATION_FILTER = Shape(
    fields={
        "include": Many(item=Str(choices=("im", "mpim", "private", "public"))),
        "exclude_external_shared_channels": BOOL,
        "exclude_bot_users": BOOL,
    },
    any_of=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
DISPATCH_ACTION_CONFIG = Shape(
    fields={
        "trigger_actions_on": Many(item=Str(choices=("on_enter_pressed", "on_character_entered")))
    },
    required=("trigger_actions_on",),
)
SLACK_FILE = Shape(fields={"id": ID, "url": WEB_ADDRESS}, one_of=("id", "url"))


# --- Rich text ---------------------------------------------------------------------------------

RICH_TEXT_STYLE = Shape(
    fields=dict.fromkeys(
        (
            "bold",
            "italic",
            "strike",
            "underline",
            "code",
            "highlight",
            "client_highlight",
            "unlink",
        ),
        BOOL,
    )
)


def _rich(required: tuple[str, ...], **fields: Rule) -> Shape:
    return Shape(fields={**fields, "style": RICH_TEXT_STYLE}, required=required)


RICH_TEXT_ELEMENTS: Mapping[str, Shape] = {
    "text": _rich(("text",), text=Str()),
    "user": _rich(("user_id",), user_id=USER),
    "usergroup": _rich(("usergroup_id",), usergroup_id=Str(form="usergroup id")),
    "channel": _rich(("channel_id",), channel_id=CONVERSATION),
    "link": _rich(("url",), url=URL, text=Str(), unsafe=BOOL),
    "emoji": _rich(("name",), name=Str(), unicode=Str(), skin_tone=Int(min=1, max=6)),
    "broadcast": _rich(("range",), range=Str(choices=("here", "channel", "everyone"))),
    "date": _rich(("timestamp", "format"), timestamp=Int(), format=Str(), url=URL, fallback=Str()),
    "color": _rich(("value",), value=Str(form="colour")),
}
RICH_TEXT_RUN = Many(item=Typed(kinds=RICH_TEXT_ELEMENTS), min=0)
BORDER = Int(min=0, max=1)
RICH_TEXT_SECTION = Shape(fields={"elements": RICH_TEXT_RUN}, required=("elements",))
RICH_TEXT = Shape(
    fields={
        "elements": Many(
            item=Typed(
                kinds={
                    "rich_text_section": RICH_TEXT_SECTION,
                    "rich_text_list": Shape(
                        fields={
                            "style": Str(choices=("bullet", "ordered")),
                            "elements": Many(
                                item=Typed(kinds={"rich_text_section": RICH_TEXT_SECTION})
                            ),
                            "indent": Int(min=0, max=8),
                            "offset": Int(min=0),
                            "border": BORDER,
                        },
                        required=("style", "elements"),
                    ),
                    "rich_text_preformatted": Shape(
                        fields={"elements": RICH_TEXT_RUN, "border": BORDER},
                        required=("elements",),
                    ),
                    "rich_text_quote": Shape(
                        fields={"elements": RICH_TEXT_RUN, "border": BORDER},
                        required=("elements",),
                    ),
                }
            )
        ),
        "block_id": ID,
    },
    required=("elements",),
)


# --- Elements ----------------------------------------------------------------------------------

IMAGE_FIELDS: Mapping[str, Rule] = {
    "image_url": WEB_ADDRESS,
    "slack_file": SLACK_FILE,
    "alt_text": Str(max=2_000),
}
IMAGE_ELEMENT = Shape(
    fields=IMAGE_FIELDS, required=("alt_text",), one_of=("image_url", "slack_file")
)

ASKED: Mapping[str, Rule] = {"action_id": ID, "focus_on_load": BOOL}
"""What every element that takes an answer may have, beside its own."""
CONFIRMED: Mapping[str, Rule] = {**ASKED, "confirm": CONFIRM}
PROMPTED: Mapping[str, Rule] = {**CONFIRMED, "placeholder": plain_text(150)}
TYPED_IN: Mapping[str, Rule] = {
    **ASKED,
    "placeholder": plain_text(150),
    "dispatch_action_config": DISPATCH_ACTION_CONFIG,
}
SEVERAL: Mapping[str, Rule] = {**PROMPTED, "max_selected_items": Int(min=1)}

ELEMENTS: Mapping[str, Shape] = {
    "button": Shape(
        fields={
            "text": plain_text(75),
            "action_id": ID,
            "url": URL,
            "value": Str(max=2_000),
            "style": Str(choices=("primary", "danger")),
            "confirm": CONFIRM,
            "accessibility_label": Str(max=75),
        },
        required=("text",),
    ),
    "static_select": Shape(
        fields={
            **PROMPTED,
            "options": OPTIONS,
            "option_groups": OPTION_GROUPS,
            "initial_option": OPTION,
        },
        one_of=("options", "option_groups"),
        within=(("initial_option", "options"), ("initial_option", "option_groups")),
    ),
    "multi_static_select": Shape(
        fields={
            **SEVERAL,
            "options": OPTIONS,
            "option_groups": OPTION_GROUPS,
            "initial_options": OPTIONS,
        },
        one_of=("options", "option_groups"),
        within=(("initial_options", "options"), ("initial_options", "option_groups")),
    ),
    "external_select": Shape(
        fields={**PROMPTED, "min_query_length": Int(min=0), "initial_option": OPTION}
    ),
    "multi_external_select": Shape(
        fields={**SEVERAL, "min_query_length": Int(min=0), "initial_options": OPTIONS}
    ),
    "users_select": Shape(fields={**PROMPTED, "initial_user": USER}),
    "multi_users_select": Shape(fields={**SEVERAL, "initial_users": Many(item=USER)}),
    "conversations_select": Shape(
        fields={
            **PROMPTED,
            "initial_conversation": CONVERSATION,
            "default_to_current_conversation": BOOL,
            "response_url_enabled": BOOL,
            "filter": CONVERSATION_FILTER,
        }
    ),
    "multi_conversations_select": Shape(
        fields={
            **SEVERAL,
            "initial_conversations": Many(item=CONVERSATION),
            "default_to_current_conversation": BOOL,
            "filter": CONVERSATION_FILTER,
        }
    ),
    "channels_select": Shape(
        fields={**PROMPTED, "initial_channel": CHANNEL, "response_url_enabled": BOOL}
    ),
    "multi_channels_select": Shape(fields={**SEVERAL, "initial_channels": Many(item=CHANNEL)}),
    "overflow": Shape(
        fields={
            "action_id": ID,
            "confirm": CONFIRM,
            "options": Many(item=MENU_OPTION, max=5),
        },
        required=("options",),
    ),
    "radio_buttons": Shape(
        fields={
            **CONFIRMED,
            "options": Many(item=FORMATTED_OPTION, max=10),
            "initial_option": FORMATTED_OPTION,
        },
        required=("options",),
        within=(("initial_option", "options"),),
    ),
    "checkboxes": Shape(
        fields={
            **CONFIRMED,
            "options": Many(item=FORMATTED_OPTION, max=10),
            "initial_options": Many(item=FORMATTED_OPTION, max=10),
        },
        required=("options",),
        within=(("initial_options", "options"),),
    ),
    "datepicker": Shape(fields={**PROMPTED, "initial_date": Str(form="date")}),
    "timepicker": Shape(fields={**PROMPTED, "initial_time": Str(form="time"), "timezone": Str()}),
    "datetimepicker": Shape(
        # Ten digits: seconds since 1970, not milliseconds.
        fields={
            **CONFIRMED,
            "initial_date_time": Int(min=1_000_000_000, max=9_999_999_999),
        }
    ),
    "plain_text_input": Shape(
        fields={
            **TYPED_IN,
            "initial_value": Str(max=3_000),
            "multiline": BOOL,
            "min_length": Int(min=0, max=3_000),
            "max_length": Int(min=1, max=3_000),
        },
        ordered=(("min_length", "max_length"),),
    ),
    "number_input": Shape(
        fields={
            **TYPED_IN,
            "is_decimal_allowed": BOOL,
            "initial_value": Str(form="number"),
            "min_value": Str(form="number"),
            "max_value": Str(form="number"),
        },
        required=("is_decimal_allowed",),
        ordered=(
            ("min_value", "max_value"),
            ("min_value", "initial_value"),
            ("initial_value", "max_value"),
        ),
    ),
    "email_text_input": Shape(fields={**TYPED_IN, "initial_value": Str()}),
    "url_text_input": Shape(fields={**TYPED_IN, "initial_value": Str()}),
    "rich_text_input": Shape(
        fields={**TYPED_IN, "initial_value": Typed(kinds={"rich_text": RICH_TEXT})}
    ),
    "file_input": Shape(
        fields={
            "action_id": ID,
            "filetypes": Many(item=Str()),
            "max_files": Int(min=1, max=10),
        }
    ),
    "image": IMAGE_ELEMENT,
}


# --- Which element may sit in which block ------------------------------------------------------

_EVERYWHERE = (
    "checkboxes",
    "datepicker",
    "timepicker",
    "radio_buttons",
    "static_select",
    "multi_static_select",
    "external_select",
    "multi_external_select",
    "users_select",
    "multi_users_select",
    "conversations_select",
    "multi_conversations_select",
    "channels_select",
    "multi_channels_select",
)
SECTION_ACCESSORIES = (*_EVERYWHERE, "button", "overflow", "image")
ACTIONS_ELEMENTS = (*_EVERYWHERE, "button", "overflow", "datetimepicker", "rich_text_input")
INPUT_ELEMENTS = (
    *_EVERYWHERE,
    "datetimepicker",
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
)


def _elements(names: Sequence[str]) -> Typed:
    return Typed(kinds={name: ELEMENTS[name] for name in names})


# --- Blocks ------------------------------------------------------------------------------------


def _block(*required: str, any_of: tuple[str, ...] = (), **fields: Rule) -> Shape:
    return Shape(fields={**fields, "block_id": ID}, required=required, any_of=any_of)


BLOCKS: Mapping[str, Shape] = {
    "header": _block("text", text=plain_text(150)),
    "section": _block(
        any_of=("text", "fields"),
        text=any_text(3_000),
        fields=Many(item=any_text(2_000), max=10),
        accessory=_elements(SECTION_ACCESSORIES),
        expand=BOOL,
    ),
    "context": _block(
        "elements",
        elements=Many(item=Typed(kinds={**any_text(3_000).kinds, "image": IMAGE_ELEMENT}), max=10),
    ),
    "actions": _block(
        "elements",
        elements=Many(item=_elements(ACTIONS_ELEMENTS), max=25, distinct="action_id"),
    ),
    "divider": _block(),
    "input": _block(
        "label",
        "element",
        label=plain_text(2_000),
        element=_elements(INPUT_ELEMENTS),
        hint=plain_text(2_000),
        optional=BOOL,
        dispatch_action=BOOL,
    ),
    "image": Shape(
        fields={**IMAGE_FIELDS, "title": plain_text(2_000), "block_id": ID},
        required=("alt_text",),
        one_of=("image_url", "slack_file"),
    ),
    "rich_text": RICH_TEXT,
    "markdown": _block("text", text=Str(max=MARKDOWN_TEXT_MAX)),
    "file": _block("external_id", "source", external_id=ID, source=Str(choices=("remote",))),
    "video": _block(
        "alt_text",
        "title",
        "thumbnail_url",
        "video_url",
        alt_text=Str(),
        title=plain_text(200),
        title_url=WEB_ADDRESS,
        description=plain_text(200),
        thumbnail_url=WEB_ADDRESS,
        video_url=WEB_ADDRESS,
        author_name=Str(max=50),
        provider_name=Str(max=50),
        provider_icon_url=WEB_ADDRESS,
    ),
    "table": _block(
        "rows",
        rows=Many(
            item=Many(
                item=Typed(
                    kinds={
                        "raw_text": Shape(fields={"text": Str()}, required=("text",)),
                        "rich_text": RICH_TEXT,
                    }
                ),
                max=20,
            ),
            max=100,
        ),
        column_settings=Many(
            item=Shape(
                fields={
                    "align": Str(choices=("left", "center", "right")),
                    "is_wrapped": BOOL,
                }
            ),
            max=20,
            nullable=True,
        ),
    ),
}


# --- Surfaces ----------------------------------------------------------------------------------

Surface: TypeAlias = Literal["message", "modal", "home"]

_VIEW_BLOCKS = (
    "header",
    "section",
    "context",
    "actions",
    "divider",
    "input",
    "image",
    "rich_text",
    "video",
)


def _surface(names: Sequence[str], most: int) -> Many:
    return Many(
        item=Typed(kinds={name: BLOCKS[name] for name in names}),
        min=0,
        max=most,
        distinct="block_id",
        at_most={"table": TABLES_MAX},
    )


SURFACES: Mapping[Surface, Many] = {
    "message": _surface(tuple(BLOCKS), MESSAGE_BLOCKS_MAX),
    "modal": _surface(_VIEW_BLOCKS, VIEW_BLOCKS_MAX),
    "home": _surface(_VIEW_BLOCKS, VIEW_BLOCKS_MAX),
}

# A view that Slack sends has "" where these were not set, and takes it back.
_VIEW_FIELDS: Mapping[str, Rule] = {
    "private_metadata": Str(min=0, max=3_000),
    "callback_id": Str(min=0, max=255),
    "external_id": Str(min=0, max=255),
}

VIEWS = Typed(
    kinds={
        "modal": Shape(
            fields={
                **_VIEW_FIELDS,
                "blocks": SURFACES["modal"],
                "title": plain_text(24),
                "submit": plain_text(24),
                "close": plain_text(24),
                "clear_on_close": BOOL,
                "notify_on_close": BOOL,
                "submit_disabled": BOOL,
            },
            required=("title", "blocks"),
        ),
        "home": Shape(fields={**_VIEW_FIELDS, "blocks": SURFACES["home"]}, required=("blocks",)),
    }
)

METADATA = Shape(
    fields={"event_type": Str(), "event_payload": Anything()},
    required=("event_type", "event_payload"),
)

COUNTED_TEXT: Mapping[str, tuple[str, ...]] = {
    "header": ("text",),
    "section": ("text", "fields"),
    "context": ("elements",),
    "rich_text": ("elements",),
    "markdown": ("text",),
    "table": ("rows",),
    "video": ("title", "description"),
    "input": ("label", "hint"),
    "image": ("title",),
}
"""The fields of a block whose text counts towards `MESSAGE_BLOCK_TEXT_MAX`: what a reader reads,
without the labels of things to press."""


# --- The validator -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that Slack would refuse.

    Attributes:
        message: what is wrong, in Slack's words where they are known.
        pointer: a JSON pointer to where, such as ``/blocks/0/text/text``.
        code: the `error` that Slack would answer the call with.
    """

    message: str
    pointer: str
    code: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Found: TypeAlias = tuple[str, str]
"""A message and a JSON pointer."""


def validate_blocks(blocks: object, *, surface: Surface) -> list[Problem]:
    """What Slack would refuse of a list of blocks on that surface; pointers start at /blocks."""
    return _blocks(blocks, surface, "/blocks")


def validate_view(view: object) -> list[Problem]:
    """What Slack would refuse of a view; pointers start at /view.

    The code is `invalid_arguments`, but `view_too_large` for a view of more than 250 KB.
    """
    at = "/view"
    found = list(_walk(VIEWS, view, at))
    if not found and isinstance(view, Mapping):
        found = [*_without_submit(view, at), *_second_focus(view, at)]
    problems = [Problem(message, pointer, "invalid_arguments") for message, pointer in found]
    if not problems and _bytes(view) > VIEW_BYTES_MAX:
        problems = [Problem(f"must be at most {VIEW_BYTES_MAX} bytes", at, "view_too_large")]
    return problems


def validate_message(payload: Mapping[str, object]) -> list[Problem]:
    """What Slack would refuse of a message: its text, blocks, attachments and metadata.

    `payload` holds the arguments of a call such as `chat.postMessage`, lists and objects decoded
    from JSON; null is as good as absent, and other arguments are not looked at. A long `text` is no
    problem here: a post is cut at `MESSAGE_TEXT_MAX`, and `UPDATE_TEXT_MAX` is for `chat.update`.
    """
    problems = [*_text(payload), *_attachments(payload), *_metadata(payload)]
    blocks = payload.get("blocks")
    if blocks is not None:
        found = _blocks(blocks, "message", "/blocks")
        if not found and _text_of(blocks) > MESSAGE_BLOCK_TEXT_MAX:
            found = [
                Problem(
                    f"must have less than {MESSAGE_BLOCK_TEXT_MAX + 1} characters of text in all",
                    "/blocks",
                    "msg_blocks_too_long",
                )
            ]
        problems += found
    return problems


def _blocks(blocks: object, surface: Surface, at: str) -> list[Problem]:
    if not isinstance(blocks, list):
        return [Problem("must provide an array", at, "invalid_blocks_format")]
    return [
        Problem(message, pointer, "invalid_blocks")
        for message, pointer in _walk(SURFACES[surface], blocks, at)
    ]


def _text(payload: Mapping[str, object]) -> Iterator[Problem]:
    for name in ("text", "markdown_text"):
        if not isinstance(payload.get(name, ""), str | None):
            yield Problem("must provide a string", f"/{name}", "invalid_arguments")
    if not any(payload.get(name) for name in ("text", "markdown_text", "blocks", "attachments")):
        yield Problem("must provide text, blocks or attachments", "/text", "no_text")
    markdown = payload.get("markdown_text")
    if isinstance(markdown, str) and markdown:
        if payload.get("text") or payload.get("blocks"):
            yield Problem(
                "must not be sent with text or blocks", "/markdown_text", "markdown_text_conflict"
            )
        if len(markdown) > MARKDOWN_TEXT_MAX:
            message = f"must be less than {MARKDOWN_TEXT_MAX + 1} characters"
            yield Problem(message, "/markdown_text", "msg_too_long")


def _attachments(payload: Mapping[str, object]) -> Iterator[Problem]:
    attachments = payload.get("attachments")
    if attachments is None:
        return
    if not isinstance(attachments, list):
        yield Problem("must provide an array", "/attachments", "invalid_attachments")
        return
    if len(attachments) > ATTACHMENTS_MAX:
        message = f"no more than {ATTACHMENTS_MAX} items allowed"
        yield Problem(message, "/attachments", "too_many_attachments")
    for number, attachment in enumerate(attachments):
        at = f"/attachments/{number}"
        if not isinstance(attachment, Mapping):
            yield Problem("must provide an object", at, "invalid_attachments")
        elif "blocks" in attachment:
            yield from _blocks(attachment["blocks"], "message", f"{at}/blocks")


def _metadata(payload: Mapping[str, object]) -> list[Problem]:
    metadata = payload.get("metadata")
    # {} is how chat.update is told to remove what was there.
    if metadata is None or metadata == {}:
        return []
    return [
        Problem(message, pointer, "invalid_metadata_format")
        for message, pointer in _walk(METADATA, metadata, "/metadata")
    ]


def _without_submit(view: Mapping[str, object], at: str) -> Iterator[Found]:
    """A modal with an input needs a button to send it. Takes a view of sound form."""
    if view["type"] == "modal" and "submit" not in view:
        for number, block in enumerate(_list(view["blocks"])):
            if _mapping(block)["type"] == "input":
                # Slack's pointer ends so, though there is no such field.
                message = "must define `submit` to use an `input` block in modals"
                yield message, f"{at}/blocks/{number}/input"


def _second_focus(view: Mapping[str, object], at: str) -> Iterator[Found]:
    """Only one element may ask for the focus. Takes a view of sound form."""
    focused: list[str] = []
    for number, block in enumerate(_list(view["blocks"])):
        parts = _mapping(block)
        where = f"{at}/blocks/{number}"
        held: list[tuple[str, object]] = [
            (f"{where}/{name}", parts[name]) for name in ("element", "accessory") if name in parts
        ]
        held += [
            (f"{where}/elements/{place}", element)
            for place, element in enumerate(_list(parts.get("elements")))
        ]
        focused += [
            f"{place}/focus_on_load"
            for place, element in held
            if _mapping(element).get("focus_on_load") is True
        ]
    for pointer in focused[1:]:
        yield "only one element can have `focus_on_load` set to true", pointer


def _text_of(blocks: object) -> int:
    """How many characters of text a reader finds in blocks of sound form."""
    return sum(
        _length(block[name])
        for block in map(_mapping, _list(blocks))
        for name in COUNTED_TEXT.get(str(block["type"]), ())
        if name in block
    )


def _length(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(map(_length, value))
    parts = _mapping(value)
    return sum(_length(parts[name]) for name in ("text", "elements") if name in parts)


def _bytes(view: object) -> int:
    """The size of a view of sound form, as compact JSON in UTF-8."""
    compact = json.dumps(view, ensure_ascii=False, separators=(",", ":"))
    return len(compact.encode("utf-8", "surrogatepass"))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


# --- The walker --------------------------------------------------------------------------------


def _walk(rule: Rule, value: object, at: str) -> Iterator[Found]:
    match rule:
        case Str():
            yield from _string(rule, value, at)
        case Int():
            yield from _integer(rule, value, at)
        case Bool():
            if not isinstance(value, bool):
                yield "must provide a boolean", at
        case Anything():
            if not isinstance(value, Mapping):
                yield "must provide an object", at
        case Many():
            yield from _many(rule, value, at)
        case Shape():
            yield from _shape(rule, value, at, named=False)
        case Typed():
            yield from _typed(rule, value, at)


def _string(rule: Str, value: object, at: str) -> Iterator[Found]:
    if not isinstance(value, str):
        yield "must provide a string", at
    elif len(value) < rule.min:
        yield f"must be more than {rule.min - 1} characters", at
    elif rule.max is not None and len(value) > rule.max:
        yield f"must be less than {rule.max + 1} characters", at
    elif rule.choices and value not in rule.choices:
        yield f"must be a valid enum value, one of: {', '.join(rule.choices)}", at
    elif rule.form:
        pattern, message = FORMS[rule.form]
        if not pattern.match(value) or (rule.form == "date" and not _in_calendar(value)):
            yield message, at


def _in_calendar(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _integer(rule: Int, value: object, at: str) -> Iterator[Found]:
    # true and false are whole numbers to Python, not to Slack.
    if not isinstance(value, int) or isinstance(value, bool):
        yield "must provide an integer", at
    elif rule.min is not None and value < rule.min:
        yield f"must be greater than or equal to {rule.min}", at
    elif rule.max is not None and value > rule.max:
        yield f"must be less than or equal to {rule.max}", at


def _many(rule: Many, value: object, at: str) -> Iterator[Found]:
    if not isinstance(value, list):
        yield "must provide an array", at
        return
    if len(value) < rule.min:
        yield f"must provide at least {rule.min} items", at
    if rule.max is not None and len(value) > rule.max:
        yield f"no more than {rule.max} items allowed", at
    seen: set[str] = set()
    count = dict.fromkeys(rule.at_most, 0)
    for number, item in enumerate(value):
        if item is None and rule.nullable:
            continue
        where = f"{at}/{number}"
        yield from _walk(rule.item, item, where)
        parts = _mapping(item)
        name = parts.get(rule.distinct)
        if isinstance(name, str):
            if name in seen:
                yield f'`{rule.distinct}` "{name}" already exists', f"{where}/{rule.distinct}"
            seen.add(name)
        kind = parts.get("type")
        if isinstance(kind, str) and kind in count:
            count[kind] += 1
            if count[kind] > rule.at_most[kind]:
                yield f"no more than {rule.at_most[kind]} of type {kind} allowed", where


def _typed(rule: Typed, value: object, at: str) -> Iterator[Found]:
    if not isinstance(value, Mapping):
        yield "must provide an object", at
    elif "type" not in value:
        yield "missing required field: type", at
    elif not isinstance(value["type"], str):
        yield "must provide a string", f"{at}/type"
    elif value["type"] not in rule.kinds:
        yield f"unsupported type: {value['type']}", f"{at}/type"
    else:
        yield from _shape(rule.kinds[value["type"]], value, at, named=True)


def _shape(rule: Shape, value: object, at: str, *, named: bool) -> Iterator[Found]:
    """`named`: whether the object has a `type` beside its fields."""
    if not isinstance(value, Mapping):
        yield "must provide an object", at
        return
    found = [
        *_wrong_fields(rule, value, at, named=named),
        *(
            fault
            for name in rule.fields
            if name in value
            for fault in _walk(rule.fields[name], value[name], f"{at}/{name}")
        ),
    ]
    yield from found
    if not found:
        yield from _not_offered(rule, value, at)
        yield from _disordered(rule, value, at)


def _wrong_fields(
    rule: Shape, value: Mapping[object, object], at: str, *, named: bool
) -> Iterator[Found]:
    for name in value:
        if name not in rule.fields and not (named and name == "type"):
            yield f"invalid additional property: {name}", at
    for name in rule.required:
        if name not in value:
            yield f"missing required field: {name}", at
    if rule.any_of and not any(name in value for name in rule.any_of):
        yield f"must define either {_either(rule.any_of)}", at
    given = [name for name in rule.one_of if name in value]
    if rule.one_of and not given:
        yield f"must define either {_either(rule.one_of)}", at
    elif len(given) > 1:
        yield f"must define only one of {_either(rule.one_of)}", at


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _not_offered(rule: Shape, value: Mapping[str, object], at: str) -> Iterator[Found]:
    for chosen, offered in rule.within:
        if chosen not in value or offered not in value:
            continue
        options: list[object] = []
        for entry in _list(value[offered]):
            parts = _mapping(entry)
            options += _list(parts["options"]) if "options" in parts else [entry]
        choice = value[chosen]
        places = (
            [(f"{at}/{chosen}/{number}", option) for number, option in enumerate(choice)]
            if isinstance(choice, list)
            else [(f"{at}/{chosen}", choice)]
        )
        for where, option in places:
            if option not in options:
                yield f"must exactly match one of the provided `{offered}`", where


def _disordered(rule: Shape, value: Mapping[str, object], at: str) -> Iterator[Found]:
    for low, high in rule.ordered:
        if low in value and high in value and float(str(value[low])) > float(str(value[high])):
            yield f"must be less than or equal to `{high}`", f"{at}/{low}"
