"""Who is at the pages: a link from Slack that opens them once, and the cookie that follows it.

A ticket and a cookie are signed texts, `TEAM.USER.UNTIL.NUMBER.NONCE.SIGNATURE` and
`TEAM.USER.UNTIL.NONCE.SIGNATURE` (`UNTIL` in seconds since 1970), each under a key of its own that is
derived from the app's Slack secret: whoever changes that secret signs everybody out.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from incibot.core.people import UserId
from incibot.errors import Refused

TICKET_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=12)


class SignedOut(Refused):
    """Nobody is signed in."""

    def __init__(self) -> None:
        super().__init__("Type /incident web in Slack to sign in.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody, in the workspace whose pages they see."""

    team: str
    user: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A link for one person. `number`: the incident that it leads to; None: the list of them."""

    who: Who
    number: int | None
    nonce: str


class Doorkeeper:
    """Writes and reads tickets and cookies. It remembers nothing: that a ticket is used is noted in the database."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def ticket(self, who: Who, *, at: datetime, number: int | None = None) -> str:
        until = int((at + TICKET_LASTS).timestamp())
        nonce = secrets.token_hex(12)
        return self._sealed("ticket", f"{who.team}.{who.user}.{until}.{number or 0}.{nonce}")

    def read_ticket(self, text: str, *, at: datetime) -> Ticket | None:
        """None for one that is not ours, or too old."""
        parts = self._opened("ticket", text, parts=5)
        if parts is None or _is_over(parts[2], at):
            return None
        who = Who(team=parts[0], user=UserId(parts[1]))
        return Ticket(who=who, number=int(parts[3]) or None, nonce=parts[4])

    def session(self, who: Who, *, at: datetime) -> str:
        until = int((at + SESSION_LASTS).timestamp())
        return self._sealed("session", f"{who.team}.{who.user}.{until}.{secrets.token_hex(12)}")

    def read_session(self, text: str, *, at: datetime) -> Who | None:
        parts = self._opened("session", text, parts=4)
        if parts is None or _is_over(parts[2], at):
            return None
        return Who(team=parts[0], user=UserId(parts[1]))

    def form_token(self, cookie: str) -> str:
        """What a form carries to show that it came from a page that this cookie was given."""
        return self._signature("form", cookie)

    def is_form_token(self, token: str, cookie: str) -> bool:
        return bool(cookie) and hmac.compare_digest(
            token.encode(errors="replace"), self.form_token(cookie).encode()
        )

    def _sealed(self, purpose: str, payload: str) -> str:
        return f"{payload}.{self._signature(purpose, payload)}"

    def _opened(self, purpose: str, text: str, *, parts: int) -> list[str] | None:
        payload, _, signature = text.rpartition(".")
        genuine = self._signature(purpose, payload).encode()
        if not hmac.compare_digest(signature.encode(errors="replace"), genuine):
            return None
        found = payload.split(".")
        return found if len(found) == parts else None

    def _signature(self, purpose: str, payload: str) -> str:
        key = hmac.digest(self._secret, f"incibot/web/{purpose}/1".encode(), "sha256")
        digest = hmac.digest(key, payload.encode(errors="replace"), "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")


def _is_over(until: str, at: datetime) -> bool:
    return at >= datetime.fromtimestamp(int(until), UTC)
