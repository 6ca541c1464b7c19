"""Milestones, and how each is known."""

from incibot.core.review.milestones import MILESTONES_TABLE
from incibot.core.review.section import Findings
from incibot.core.review.telling import Telling
from tests.review.histories import BOOK, odds_and_ends


def rows(found: Findings) -> list[tuple[str, ...]]:
    assert found.table
    return [row.cells for row in found.table.rows]


def test_each_says_how_it_is_known_and_may_be_not_known() -> None:
    assert rows(MILESTONES_TABLE.read(Telling(odds_and_ends(), BOOK))) == [
        ("started", "not known", "", ""),
        ("detected", "2026-11-21 05:00", "said by Ana Alves, at 2026-11-21 04:00", "stated"),
        ("declared", "18:30", "set in incibot at that time", "system"),
        ("mitigated", "not known", "", ""),
        ("resolved", "not known", "", ""),
        ("backup started", "2026-11-21 03:30", "said by Ana Alves, at 2026-11-21 04:10", "stated"),
    ]


def test_earlier_times_and_an_unusual_order_are_told() -> None:
    texts = [one.text for one in MILESTONES_TABLE.read(Telling(odds_and_ends(), BOOK)).statements]
    assert texts[:2] == [
        "Also on record for “resolved”: 2026-11-21 04:30.",
        "On record, “declared” (18:30) is before “detected” (2026-11-21 05:00).",
    ]
