"""Roles and how many came."""

from incibot.core.review.coordination import COORDINATION
from incibot.core.review.telling import Telling
from tests.review.histories import BOOK, checkout


def test_every_role_has_its_times_and_the_entries_that_show_them() -> None:
    table = COORDINATION.read(Telling(checkout(), BOOK)).table
    assert table
    assert [(*row.cells, row.evidence) for row in table.rows] == [
        ("Incident commander", "Bela Kovács", "14:08", "14:26", (6, 39)),
        ("Incident commander", "Fumiko Tanaka", "14:26", "still held", (39,)),
        ("Operations", "Chidi Okafor", "14:09", "still held", (12,)),
    ]


def test_people_are_counted_as_a_whole() -> None:
    assert [one.text for one in COORDINATION.read(Telling(checkout(), BOOK)).statements] == [
        "5 people wrote.",
        "5 people joined the channel, 14:08–14:25.",
    ]
