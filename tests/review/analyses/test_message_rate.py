"""Messages over time."""

from datetime import timedelta

from incibot.core.review.analyses.message_rate import MESSAGE_RATE, message_rate
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story


def story(minutes: list[int]) -> Story:
    told = Story()
    told.at("9:00").declares(ANA, "Search is slow")
    start = told.now
    for minute in minutes:
        told.now = start + timedelta(minutes=minute)
        told.says(BELA, "word")
    return told


def test_stretches_of_ten_minutes_are_counted() -> None:
    found = message_rate(Telling(story([1, 2, 11, 35]).history(), BOOK))
    assert found.length == timedelta(minutes=10)
    assert [f"{at:%H:%M} {count}" for at, count in found.counts.items()] == [
        "09:00 2", "09:10 1", "09:30 1",
    ]  # fmt: skip


def test_of_many_stretches_they_grow_longer_and_lose_no_message() -> None:
    found = message_rate(Telling(story([0, *range(3, 60 * 24 * 3, 60)]).history(), BOOK))
    assert found.length == timedelta(minutes=80)
    assert len(found.counts) <= 96
    assert sum(found.counts.values()) == 73


def test_a_table_needs_twenty_messages() -> None:
    assert not MESSAGE_RATE.read(Telling(story([1] * 19).history(), BOOK))
    found = MESSAGE_RATE.read(Telling(story([1] * 10 + [11] * 10).history(), BOOK))
    assert found.table
    assert [row.cells[:2] for row in found.table.rows] == [("09:00", "10"), ("09:10", "10")]
    assert [row.evidence for row in found.table.rows] == [(2,), (12,)]
