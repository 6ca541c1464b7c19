"""When alerts share a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incibot.core.evidence import severity_for
from incibot.core.storms import LONGEST, QUIET, Room

AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("since", "last_at", "joined"),
    [
        (None, None, None),
        (AT - SECOND, AT - SECOND, 3),
        (AT - QUIET, AT - QUIET, None),
        (AT - QUIET - SECOND, AT - QUIET + SECOND, 3),
        (AT - LONGEST, AT - SECOND, 4),
    ],
)
def test_a_storm_is_on_until_it_is_quiet_and_gets_a_new_message_by_and_by(
    since: datetime | None, last_at: datetime | None, joined: int | None
) -> None:
    room = Room(channel=None, storm=3, since=since, last_at=last_at)
    assert room.joined(at=AT) == joined


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("SEV2", "sev2"),
        ("P1", "sev1"),
        ("sev-3", "sev3"),
        ("critical", "sev1"),
        ("Warning", "sev3"),
        ("P9", ""),
        ("", ""),
        ("spicy", ""),
    ],
)
def test_a_products_word_for_how_bad_it_is_means_ours_where_that_is_plain(
    said: str, ours: str
) -> None:
    assert severity_for(said, ["sev1", "sev2", "sev3", "sev4"]) == ours
