"""Others' judgement of a payload: slack_sdk's models and PyPI's blockkit, each blind to what the other sees."""

from __future__ import annotations

import copy
import inspect
import json
import logging
from datetime import date, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

import blockkit.core as bk
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = dict[str, Any]
Kind = Literal["message", "modal", "home"]


def slack_sdk_takes(kind: Kind, payload: Json) -> None:
    """slack_sdk reads it, finds nothing wrong with it, and writes the same again.

    Raises:
        Exception: it does not.
    """
    unknown = _Kept()
    logger = logging.getLogger("slack_sdk.models")
    logger.addHandler(unknown)
    try:
        given = copy.deepcopy(payload)
        if kind == "message":
            blocks = [block for one in given["blocks"] if (block := Block.parse(one)) is not None]
            for block in blocks:
                block.validate_json()
            built = [block.to_dict() for block in blocks]
        else:
            view = View(**given)
            view.validate_json()
            built = view.to_dict()["blocks"]
    finally:
        logger.removeHandler(unknown)
    assert json.loads(json.dumps(built)) == payload["blocks"]
    assert unknown.said == [], "slack_sdk logs the keys that it does not know"


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def blockkit_takes(kind: Kind, payload: Json) -> None:
    """blockkit's classes can be built of it.

    Raises:
        Exception: they cannot.
    """
    if kind == "message":
        blocks = _as_blockkit("blocks", payload["blocks"])
        bk.Message(text=payload.get("text"), blocks=blocks).build()  # type: ignore[no-untyped-call]
    else:
        _as_blockkit("view", payload).build()


def _classes() -> dict[str, type[bk.Component]]:
    """blockkit's class for each `type`."""
    found: dict[str, type[bk.Component]] = {}
    for cls in vars(bk).values():
        if inspect.isclass(cls) and issubclass(cls, bk.Component):
            fields = cls()._fields
            if "type" in fields and fields["type"].value is not None:
                found[fields["type"].value] = cls
    return {**found, "plain_text": bk.Text, "mrkdwn": bk.Text}


_BY_TYPE = _classes()
_BY_KEY = {
    "options": bk.Option,
    "initial_option": bk.Option,
    "initial_options": bk.Option,
    "option_groups": bk.OptionGroup,
    "confirm": bk.Confirm,
    "filter": bk.ConversationFilter,
    "dispatch_action_config": bk.DispatchActionConfig,
    "slack_file": bk.SlackFile,
    "style": bk.RichStyle,
    "column_settings": bk.ColumnSettings,
}
_IN_PYTHON = {
    "initial_date": date.fromisoformat,
    "initial_time": time.fromisoformat,
    "timezone": ZoneInfo,
}


def _as_blockkit(key: str, value: Any) -> Any:
    """Build a JSON value with blockkit's classes, which refuse what they think unsound."""
    if isinstance(value, list):
        return [_as_blockkit(key, item) for item in value]
    if key in _IN_PYTHON:
        return _IN_PYTHON[key](value)
    if not isinstance(value, dict):
        return value
    cls = _BY_TYPE[value["type"]] if "type" in value else _BY_KEY[key]
    if cls is bk.Image and key == "elements":
        cls = bk.ImageEl
    given = {
        name: _as_blockkit(name, inner)
        for name, inner in value.items()
        if name != "type" or cls is bk.Text
    }
    built = cls(**given)
    built.validate()
    return built
