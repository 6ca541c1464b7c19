"""What a source is: how its deliveries are known to be genuine, and what they tell."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from incibot.config import Hook
from incibot.core.evidence import Evidence
from incibot.errors import IncibotError
from incibot.integrations.http import Http

_NONE: Mapping[str, str] = MappingProxyType({})
# Which headers are kept with a delivery, by the words of their names: what says what it is, and
# nothing that may prove who sent it.
_TELLING = frozenset(
    {"ce", "delivery", "event", "hook", "message", "request", "resource", "sns"}
    | {"type", "webhook"}
)
_PROVING = re.compile(r"auth|cookie|credential|password|secret|signature|token|api-?key")
_LONG = 1000  # characters of a header's value; longer ones tell nothing that a source needs
# What a reader of foreign documents stumbles over, besides what it says itself.
STUMBLES = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)


class Unreadable(IncibotError):
    """The delivery is genuine, and its body is not as its sender documents it. `str()` says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A request to a hook.

    Attributes:
        headers: by their names in lower case.
        at: when it came (UTC).
    """

    headers: Mapping[str, str]
    body: bytes
    at: datetime
    query: Mapping[str, str] = field(default_factory=lambda: _NONE)

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


Verify = Callable[[Delivery, Hook, Http], Awaitable[bool]]
Respond = Callable[[Delivery, Hook, Http], Awaitable[None]]


async def _nothing(_delivery: Delivery, _hook: Hook, _http: Http) -> None:
    """Most senders wait for no answer but that of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of sender.

    Attributes:
        word: what stands in the address and in the team's file.
        title: what people call it.
        verify: whether the delivery comes from somebody who knows one of the hook's secrets.
        read: what it tells; nothing, where it tells of nothing that concerns us. Raises Unreadable.
        id: the product's own name of this delivery, the same at each try; empty where it has none:
            then the same body is the same delivery.
        sample: a delivery as the product would send it, signed with the hook's first secret, of
            something that is marked as a test.
        proof: the key of a hook without which nobody can be known to be the sender.
        check: what is wrong with what the file says of a hook, a line each.
        options: the headers that answer a sender who asks beforehand (by the method OPTIONS)
            whether it may send; None where it may not, or where none asks.
        respond: does what the sender waits for before it sends more, such as confirming that we want
            it; again and again does no harm. Asked before `read`, of what is genuine. Raises
            Unreadable, CallRefused, CallBusy.
    """

    word: str
    title: str
    verify: Verify
    read: Callable[[Delivery, Hook], Sequence[Evidence]]
    id: Callable[[Delivery], str]
    sample: Callable[[Hook, datetime], Delivery]
    proof: Literal["secret", "topics"] = "secret"
    check: Callable[[Hook], Sequence[str]] = lambda _hook: ()
    options: Callable[[Mapping[str, str]], Mapping[str, str] | None] = lambda _headers: None
    respond: Respond = _nothing


def kept_headers(headers: Mapping[str, str], hook: Hook) -> dict[str, str]:
    """The headers without which a delivery could not be read again; none with a secret in it."""
    return {
        name: value
        for name, value in headers.items()
        if _TELLING & set(name.split("-"))
        and not _PROVING.search(name)
        and len(value) <= _LONG
        and not any(one.reveal() in value for one in hook.secret)
    }


def signed_by(*, header: str, prefix: str = "", digest: str = "sha256") -> Verify:
    """Genuine is what bears the hex HMAC of its raw body, by one of the secrets."""

    async def verify(delivery: Delivery, hook: Hook, _http: Http) -> bool:
        given = delivery.header(header).strip()
        if not given.startswith(prefix):
            return False
        return matches(given.removeprefix(prefix), hook, delivery.body, digest)

    return verify


def signature(secret: str, body: bytes, digest: str = "sha256") -> str:
    """The hex HMAC of the body."""
    return hmac.new(secret.encode(), body, digest).hexdigest()


def matches(given: str, hook: Hook, body: bytes, digest: str = "sha256") -> bool:
    """Whether that is the body's signature by one of the hook's secrets. Each is tried, in even time."""
    found = [same(given, signature(one.reveal(), body, digest)) for one in hook.secret]
    return any(found)


def bears(*headers: str) -> Verify:
    """Genuine is what has one of the secrets in one of these headers.

    As it is, after `Bearer`, or as the password of `Basic`, whoever the user is.
    """

    async def verify(delivery: Delivery, hook: Hook, _http: Http) -> bool:
        given = [_token(delivery.header(name).strip()) for name in headers]
        found = [same(text, secret.reveal()) for text in given for secret in hook.secret]
        return any(found)

    return verify


def _token(given: str) -> str:
    scheme, _, rest = given.partition(" ")
    if scheme.casefold() == "bearer":
        return rest.strip()
    if scheme.casefold() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return given


def same(one: str, other: str) -> bool:
    """Whether they are the same, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(errors="surrogateescape"), other.encode())
