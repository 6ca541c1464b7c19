"""Alerts and changes, as people ask for them."""

from __future__ import annotations

from incibot.store.transaction.delivering import Delivering


class Evidencing(Delivering):
    """Alerts and changes, as people ask for them."""
