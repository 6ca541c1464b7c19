"""What comes to a hook, and what it tells: alerts and changes."""

from __future__ import annotations

from incibot.store.transaction.paging import Paging


class Delivering(Paging):
    """What comes to a hook, and what it tells: alerts and changes."""
