"""Webhooks that go out, signed as Standard Webhooks says."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from incibot.config.document import Section
from incibot.config.secret import Secret
from incibot.core.outgoing import EVENTS
from incibot.core.playbook import Playbook

PREFIX = "whsec_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is told of events. Names as in the file.

    Attributes:
        name: what people call it; the address's host, where the file names none.
        secret: with each of these what is sent is signed; two, while one is on its way out.
        events: of which it is told; of all where none is named.
        private: whether it is told of private incidents too.
    """

    name: str
    address: str
    secret: tuple[Secret, ...] = ()
    events: tuple[str, ...] = EVENTS
    private: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        return (urlsplit(self.address).hostname or "",)


def webhooks(
    top: Section, key: str, environ: Mapping[str, str], _book: Playbook
) -> tuple[Webhook, ...]:
    found = []
    for one in top.sections(key, Webhook):
        if not one.has("address"):
            one.problems.append(f"{one.path}.address: is missing; it wants an address")
        if not one.has("secret"):
            one.problems.append(
                f"{one.path}.secret: is missing; it wants the name of the setting that holds it"
            )
        address = one.address("address")
        secrets = one.secrets("secret", environ)
        if not all(map(is_signing_secret, secrets)):
            one.problems.append(
                f"{one.path}.secret: is no signing secret; it wants whsec_ and 24 to 64 bytes in "
                "base64, such as `openssl rand -base64 32` makes"
            )
        found.append(
            Webhook(
                name=one.pattern(
                    "name", _NAME, "letters, digits, . - and _", default=_host(address)
                ),
                address=address,
                secret=secrets,
                events=one.choices("events", EVENTS) if one.has("events") else EVENTS,
                private=one.flag("private"),
            )
        )
    top.each_once(key, (one.name for one in found))
    return tuple(found)


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "")[:60]


def is_signing_secret(secret: Secret) -> bool:
    try:
        return 24 <= len(key_of(secret)) <= 64
    except binascii.Error:
        return False


def key_of(secret: Secret) -> bytes:
    """The bytes that a signing secret stands for. Raises binascii.Error for what is no base64."""
    return b64decode(secret.reveal().removeprefix(PREFIX), validate=True)
