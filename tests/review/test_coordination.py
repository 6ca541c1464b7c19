"""Roles and how many came."""

from incibot.core.review.coordination import COORDINATION
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story, checkout


def test_every_role_has_its_times_and_the_entries_that_show_them() -> None:
    table = COORDINATION.read(Telling(checkout(), BOOK)).table
    assert table
    assert [(*row.cells, row.evidence) for row in table.rows] == [
        ("Incident commander", "Bela Kovács", "14:08", "14:26", (6, 39)),
        ("Incident commander", "Fumiko Tanaka", "14:26", "still held", (39,)),
        ("Operations", "Chidi Okafor", "14:09", "still held", (12,)),
    ]


def test_those_who_left_are_counted_as_a_whole() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    assert COORDINATION.read(Telling(story.history(), BOOK)).statements == ()

    gone = [story.at(f"9:0{minute}").leaves(who) for minute, who in ((1, ANA), (2, BELA))]
    (told,) = COORDINATION.read(Telling(story.history(), BOOK)).statements
    assert told.text == "2 people left the channel, 09:01–09:02."
    assert told.evidence == tuple(gone)
