"""Signs what leaves by a webhook, as Standard Webhooks says: whoever gets it can check who sent it."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable

from incibot.config.secret import Secret
from incibot.config.webhooks import key_of


def signed(id: str, at: int, body: bytes, secrets: Iterable[Secret]) -> dict[str, str]:
    """The headers of a webhook.

    Args:
        id: names the event: whoever gets the same twice needs it only once.
        at: when it is sent, in seconds since 1970.
    """
    content = b".".join((id.encode(), str(at).encode(), body))
    signatures = (hmac.digest(key_of(one), content, hashlib.sha256) for one in secrets)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{b64encode(one).decode()}" for one in signatures),
        "Content-Type": "application/json",
        "User-Agent": "incibot",
    }
