"""Logging: one line an event, with what it belongs to as fields, and no secret in any of them.

An event's name is constant and its values are fields, so that a search for the name finds them all:
`logger(__name__).info("job.done", kind="open_channel", attempt=1, ms=312)`. The words that people
write in Slack are never a field: they may be private, and the database has them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, TextIO

import structlog
from structlog.contextvars import bound_contextvars
from structlog.typing import EventDict, WrappedLogger

from incibot.core.secrets import mask, mask_named

LogFormat = Literal["json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]

_HANDLER = "incibot"
# What these say below a warning holds paths with webhook keys in them, or SQL with people's words; or
# it tells of what Bolt makes of the environment by itself, and nobody uses.
_NOISY = ("aiohttp.access", "sqlalchemy", "slack_bolt")


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; it may be made before `configure` is called."""
    return structlog.stdlib.get_logger(name)


def bind(**values: object) -> AbstractContextManager[None]:
    """Within the `with` block, each line of this task (and of those it starts) has these fields.

    Bound are `incident`, `delivery` and `job`; what was bound before comes back at the end.
    """
    return bound_contextvars(**values)


def configure(
    format: LogFormat | None = None, level: LogLevel = "info", *, stream: TextIO | None = None
) -> None:
    """Send everything that is logged, by incibot or a library, to `stream` (stdout by default).

    `json` is one object a line with `timestamp` (ISO 8601, UTC), `level`, `logger` and `event`;
    `console` is for a person; without either it depends on whether `stream` is a terminal. Of libraries nothing below `info` is shown, whatever
    the level: what they say there is whole requests. Calling it again replaces the earlier choice.
    """
    stream = stream or sys.stdout
    format = format or ("console" if stream.isatty() else "json")
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a module's logger must follow a later `configure`
    )
    handler = logging.StreamHandler(stream)
    handler.name = _HANDLER
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,  # before the mask: it makes text
                _without_secrets,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if one.name == _HANDLER]:
        root.removeHandler(earlier)
    root.addHandler(handler)

    ours = logging.getLevelNamesMapping()[level.upper()]
    logging.getLogger("incibot").setLevel(ours)
    root.setLevel(max(ours, logging.INFO))
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(ours, logging.WARNING))


def _without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _field(key, value) for key, value in event.items()}


def _field(name: str, value: object) -> object:
    """A field, whose own name may tell that it is a secret."""
    return mask_named(name, value) if isinstance(value, str) else _plain(value)


def _plain(value: object) -> object:
    """In JSON's types, each text masked; whatever is no such type as its `repr`."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return mask(value)
        case datetime():
            return value.isoformat()
        case Mapping():
            return {mask(str(key)): _field(str(key), one) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(one) for one in value]
        case _:
            return mask(repr(value))
