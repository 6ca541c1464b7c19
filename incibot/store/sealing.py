"""What is kept and must not be read by who gets at the database: sealed with a key that is not in it."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from incibot.errors import Unopenable


def new_key() -> str:
    """A key for INCIBOT_ENCRYPTION_KEYS."""
    return Fernet.generate_key().decode()


class Seal:
    """Seals with the first of the keys, and opens what was sealed with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    def close(self, text: str) -> str:
        return self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises Unopenable where no key fits, or somebody has changed it."""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise Unopenable("none of INCIBOT_ENCRYPTION_KEYS opens a token that is kept") from None

    def renew(self, sealed: str) -> str:
        """The same, sealed with the first key. Raises Unopenable like `open`."""
        return self.close(self.open(sealed))
