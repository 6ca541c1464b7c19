"""Between the first sign and the declaration."""

from incibot.core.review.analyses.first_signs import FIRST_SIGNS, before_declaring
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, Story, talk


def test_what_was_on_record_before_is_counted_and_the_first_three_are_named() -> None:
    story = Story()
    for minute in (5, 10, 20, 30):
        story.at(f"8:{minute:02}").hears(EntryKind.ALERT, "latency", source="alertmanager")
    story.at("9:00").declares(ANA, "Search is slow")
    found = FIRST_SIGNS.read(Telling(story.history(), BOOK))
    (one,) = found.statements
    assert one.text == (
        "55 min lie between the first sign and the declaration; 4 entries are on record from then "
        "(08:05, 08:10, 08:20 and on)."
    )
    assert one.evidence == (1, 2, 3)
    assert [question.evidence for question in found.questions] == [(1, 4)]


def test_a_short_time_is_told_and_not_asked_about() -> None:
    story = Story()
    story.at("8:50").hears(EntryKind.ALERT, "latency", source="alertmanager")
    story.at("9:00").declares(ANA, "Search is slow")
    found = FIRST_SIGNS.read(Telling(story.history(), BOOK))
    assert found.statements
    assert found.questions == ()


def test_where_it_was_declared_first_nothing_is_said() -> None:
    story = talk(("9:01", BELA, "looking"))
    assert before_declaring(Telling(story.history(), BOOK)) == ()
    assert not FIRST_SIGNS.read(Telling(story.history(), BOOK))
