"""What comes to a hook, and what it tells: alerts and changes."""

from __future__ import annotations

from incibot.store.transaction.comparing import Comparing


class Delivering(Comparing):
    """What comes to a hook, and what it tells: alerts and changes."""
