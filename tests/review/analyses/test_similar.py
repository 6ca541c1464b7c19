"""Other incidents."""

from dataclasses import replace

from incibot.core.history import History
from incibot.core.review.analyses.similar import SIMILAR, similar
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story, talk


def other(number: int, title: str, service: str = "") -> History:
    story = Story(day="2026-10-01")
    story.at("9:00").declares(ANA, title, service=service, severity="sev3")
    history = story.history()
    incident = replace(history.incident, number=number)
    return History(head=replace(history.head, incident=incident), entries=history.entries)


def test_without_others_nothing_is_said() -> None:
    assert not SIMILAR.read(Telling(talk(("9:01", BELA, "as in INC-3")).history(), BOOK))


def test_one_that_was_named_comes_first_then_the_same_service() -> None:
    history = talk(("9:01", BELA, "as in INC-3, I think"), service="Search").history()
    past = [
        other(3, "Mail is late"),
        other(4, "Search is slow", "search"),
        other(5, "Search is slow"),
    ]
    named, same = SIMILAR.read(Telling(history, BOOK, past)).statements
    assert named.text == "INC-3, Mail is late (2026-10-01): named in the channel; it was sev3."
    assert (named.evidence, named.rank) == ((2,), Rank.SYSTEM)
    assert same.text == (
        "INC-4, Search is slow (2026-10-01): the same service; both speak of search, slow; it was sev3."
    )
    assert same.rank is Rank.PATTERN


def test_among_many_those_whose_words_are_alike_are_found_and_at_most_three() -> None:
    history = talk(("9:01", BELA, "hm")).history()
    few = [other(number, "Search is slow") for number in range(10, 15)]
    many = [other(number, f"Mail {chr(number)}abc is late") for number in range(100, 120)]
    assert similar(Telling(history, BOOK, few)) == ()
    found = similar(Telling(history, BOOK, [*many, *few]))
    assert [one.incident.number for one in found] == [14, 13, 12]
    assert similar(Telling(history, BOOK, [*few, *many])) == found


def test_an_incident_is_not_like_itself() -> None:
    history = talk(("9:01", BELA, "hm"), service="Search").history()
    assert similar(Telling(history, BOOK, [history])) == ()
