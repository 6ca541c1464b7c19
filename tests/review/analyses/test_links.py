"""Links that people posted."""

from incibot.core.review.analyses.links import LINKS, links
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, CHIDI, DANA, talk

GRAPH = "<https://grafana.example/d/search/latency?token=s3cret|graph>"


def test_places_are_counted_without_queries_and_shared_ones_come_first() -> None:
    story = talk(
        ("9:01", BELA, "<https://logs.example/q/1> <https://logs.example/q/2>"),
        ("9:02", BELA, "<https://logs.example/q/1>"),
        ("9:03", BELA, "<https://logs.example/q/1>"),
        ("9:04", BELA, "<https://logs.example/q/1>"),
        ("9:05", ANA, GRAPH),
        ("9:06", CHIDI, GRAPH),
        ("9:07", DANA, GRAPH),
    )
    found = links(Telling(story.history(), BOOK))
    assert [(one.name, len(one.entries), one.people) for one in found] == [
        ("grafana.example/d/search", 3, 3),
        ("logs.example/q/1", 4, 1),
        ("logs.example/q/2", 1, 1),
    ]
    table = LINKS.read(Telling(story.history(), BOOK)).table
    assert table
    assert table.rows[0].cells[1:] == ("3", "09:05")
    assert "s3cret" not in str(table)


def test_of_two_messages_with_a_link_nothing_is_said() -> None:
    story = talk(("9:01", BELA, GRAPH), ("9:02", BELA, GRAPH), ("9:03", BELA, "<http://[>"))
    assert not LINKS.read(Telling(story.history(), BOOK))
