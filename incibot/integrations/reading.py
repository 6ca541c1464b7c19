"""What another system answers, read with care: a part that is not there is empty, and breaks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def listed(value: Any, name: str) -> list[Mapping[str, Any]]:
    """The mappings in the list of that name."""
    found = mapped(value).get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(value: Any, name: str) -> str:
    """On one line."""
    found = mapped(value).get(name)
    return " ".join(found.split()) if isinstance(found, str) else ""


def moment(value: Any) -> datetime | None:
    """A time with its zone, in UTC; None for whatever is none."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo else None
