"""When people sought help, and when those whom they named were there."""

from datetime import timedelta

from incibot.core.review.analyses.help import HELP, sought
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, CHIDI, talk


def test_the_waits_of_those_who_were_named_and_not_there_yet_are_told_without_names() -> None:
    story = talk(
        ("9:01", CHIDI, "hello"),
        ("9:02", ANA, "does anyone know the index? cc <@U0BELA> <@U0CHIDI>"),
        ("9:11", BELA, "here"),
        ("9:20", CHIDI, "paging the database team"),
    )
    (one,) = HELP.read(Telling(story.history(), BOOK)).statements
    assert one.text == (
        "Help may have been sought 2 times, first at 09:02; people who were named wrote after 9 min."
    )
    assert one.rank is Rank.PATTERN
    assert sought(Telling(story.history(), BOOK))[0].waits == (timedelta(minutes=9),)


def test_without_such_words_nothing_is_said() -> None:
    story = talk(("9:01", BELA, "<@U0CHIDI> good morning"), ("9:02", CHIDI, "morning"))
    assert not HELP.read(Telling(story.history(), BOOK))
