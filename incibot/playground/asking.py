"""One call of the Web API: which method it names, its arguments read strictly, and its pages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from incibot.playground.records import Channel, Kind, User
from incibot.playground.terms import Json, Refusal

if TYPE_CHECKING:
    from incibot.playground.web_api import WebApi

Scopes: TypeAlias = Mapping[Kind, tuple[str, ...]]
"""By kind of conversation, the scopes of which a call needs one."""

READ: Final[Scopes] = {
    "public": ("channels:read",),
    "private": ("groups:read",),
    "im": ("im:read",),
    "mpim": ("mpim:read",),
}
WRITE: Final[Scopes] = {
    "public": ("channels:manage", "channels:write"),
    "private": ("groups:write",),
    "im": ("im:write",),
    "mpim": ("mpim:write",),
}
INVITE: Final[Scopes] = {
    **WRITE,
    "public": ("channels:manage", "channels:write.invites"),
    "private": ("groups:write", "groups:write.invites"),
}
TOPIC: Final[Scopes] = {
    **WRITE,
    "public": ("channels:manage", "channels:write.topic"),
    "private": ("groups:write", "groups:write.topic"),
}
HISTORY: Final[Scopes] = {
    "public": ("channels:history",),
    "private": ("groups:history",),
    "im": ("im:history",),
    "mpim": ("mpim:history",),
}
TYPES: Final[Mapping[str, Kind]] = {
    "public_channel": "public",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}
PAGE_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of the Web API.

    Attributes:
        required: arguments without which the answer is `invalid_arguments`.
        scopes: the token needs one of these; empty for none, or where it depends on the conversation.
        tier: Slack's rate limit tier; 0 for a limit of its own.
        json: whether arguments may come as a JSON body.
        app_token: it takes an app-level token instead of the bot's.
        no_token: it takes none; the app shows its client id and secret.
        post_only: GET is refused.
    """

    name: str
    run: Callable[[Asked], Json]
    required: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    tier: int = 3
    json: bool = True
    app_token: bool = False
    no_token: bool = False
    post_only: bool = False


METHODS: Final[dict[str, Method]] = {}


def method(
    name: str,
    *required: str,
    scopes: Sequence[str] = (),
    tier: int = 3,
    json: bool = True,
    app_token: bool = False,
    no_token: bool = False,
    post_only: bool = False,
) -> Callable[[Callable[[Asked], Json]], Callable[[Asked], Json]]:
    """Put a function into `METHODS`."""

    def put(run: Callable[[Asked], Json]) -> Callable[[Asked], Json]:
        METHODS[name] = Method(
            name=name,
            run=run,
            required=required,
            scopes=tuple(scopes),
            tier=tier,
            json=json,
            app_token=app_token,
            no_token=no_token,
            post_only=post_only,
        )
        return run

    return put


class Asked:
    """One call: its arguments, read strictly, and what it may touch."""

    def __init__(self, api: WebApi, name: str, args: Json) -> None:
        self.api = api
        self.name = name
        self.args = args
        self.workspace = api.workspace
        self.views = api.views
        self.faults = api.faults
        self.warnings: list[str] = []

    @property
    def bot(self) -> User:
        """The caller."""
        return self.workspace.bot

    # --- Arguments ------------------------------------------------------------------------------

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers and booleans count as what they look like in a form."""
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(value)
        if not isinstance(value, str):
            raise self.wrong("must be a string", name)
        return value

    def given(self, name: str) -> str | None:
        """A string, or None where it is absent or empty."""
        return self.text(name) or None

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean, in any of the spellings that Slack takes."""
        value = self.text(name).lower()
        if value in ("", "none", "null"):
            return default
        if value in ("1", "true", "t", "yes"):
            return True
        if value in ("0", "false", "f", "no"):
            return False
        raise self.wrong("must be a boolean", name)

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.given(name)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise self.wrong("must be an integer", name) from None

    def parsed(self, name: str, broken: str) -> Any:
        """A JSON value: decoded already in a JSON body, a string of JSON in a form; None if absent.

        Args:
            broken: the error for what is no JSON at all.
        """
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(broken) from None

    def listed(self, name: str) -> list[str]:
        """A comma-separated list."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    @staticmethod
    def wrong(message: str, name: str) -> Refusal:
        """`invalid_arguments` about one argument."""
        return Refusal("invalid_arguments", f"[ERROR] {message} [json-pointer:/{name}]")

    # --- Conversations ---------------------------------------------------------------------------

    def channel(self, name: str = "channel", scopes: Scopes | None = None) -> Channel:
        """The conversation that an argument names by id, if the bot may see it and has the scope."""
        channel = self.workspace.seen_by(self.bot, self.text(name))
        if scopes is not None:
            self.need(scopes[channel.kind])
        return channel

    def need(self, scopes: Sequence[str]) -> None:
        """Raises `missing_scope` unless the token has one of these."""
        granted = self.api.scopes()
        if scopes and not granted.intersection(scopes):
            provided = ",".join(sorted(granted))
            raise Refusal("missing_scope", needed=scopes[0], provided=provided)

    def kinds(self) -> set[Kind]:
        """The argument `types`, for each of which the token needs the scope to read."""
        asked = self.listed("types") or ["public_channel"]
        if not set(asked) <= set(TYPES):
            raise Refusal("invalid_types")
        kinds = {TYPES[one] for one in asked}
        for kind in sorted(kinds):
            self.need(READ[kind])
        return kinds

    # --- Pages -----------------------------------------------------------------------------------

    def limit(self, default: int, most: int = PAGE_MAX) -> int:
        """The argument `limit`."""
        limit = self.number("limit", default)
        if not 1 <= limit <= most:
            raise Refusal("invalid_limit")
        return limit

    def page(self, items: Sequence[Any], limit: int) -> tuple[list[Any], str]:
        """The page that `cursor` asks for, and the cursor of the next one (empty at the end)."""
        start = self._start()
        if start > len(items):
            raise Refusal("invalid_cursor")
        if self.faults.short_pages:
            # Slack filters after paging: pages come short, and sometimes empty.
            turn = self.workspace.ids.number("page") % 3
            taken = (limit, max(1, limit // 2), 0)[turn]
        else:
            taken = limit
        end = min(start + taken, len(items))
        return list(items[start:end]), self._cursor(end) if end < len(items) else ""

    def _start(self) -> int:
        cursor = self.given("cursor")
        if cursor is None:
            return 0
        try:
            name, _, place = base64.b64decode(cursor, validate=True).decode().partition(":")
            place = place.partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            raise Refusal("invalid_cursor") from None
        if name != self.name or not place.isdigit():
            raise Refusal("invalid_cursor")
        return int(place)

    def _cursor(self, place: int) -> str:
        # Another cursor each time, and always one that ends in "=", which URLs must escape.
        plain = f"{self.name}:{place}:{self.workspace.ids.number('cursor')}"
        plain += "." * ((1 - len(plain)) % 3)
        return base64.b64encode(plain.encode()).decode()
