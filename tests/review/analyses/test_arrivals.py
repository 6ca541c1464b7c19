"""Who came, and how; as totals."""

from incibot.core.review.analyses.arrivals import ARRIVALS, How, arrivals
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, CHIDI, DANA, EMRE, PEOPLE, Story, talk


def story() -> Story:
    told = talk(("9:01", ANA, "<@U0BELA> can you look?"))
    told.at("9:02").hears(EntryKind.PAGE, "paged <@U0CHIDI>", source="pagerduty")
    told.at("9:05").says(BELA, "here")
    told.at("9:06").says(CHIDI, "here too")
    told.at("9:07").joins(DANA, inviter=ANA)
    told.at("9:40").says(EMRE, "I saw the graph, can I help?")
    return told


def test_each_came_in_one_way_and_who_declared_it_did_not_come() -> None:
    found = arrivals(Telling(story().history(), BOOK))
    assert [(one.user, one.how) for one in found] == [
        (BELA, How.ASKED),
        (CHIDI, How.PAGED),
        (DANA, How.INVITED),
        (EMRE, How.UNASKED),
    ]
    assert found[0].asked is not None


def test_it_is_told_as_totals_without_a_name() -> None:
    found = ARRIVALS.read(Telling(story().history(), BOOK))
    (one,) = found.statements
    assert one.text == (
        "4 people came besides who declared it, 09:05–09:40: 1 paged, 1 asked for by name, "
        "1 invited, 1 with nothing on record that called them."
    )
    assert not [person.name for person in PEOPLE.values() if person.name in str(found)]


def test_a_call_of_more_than_half_an_hour_ago_brought_nobody() -> None:
    late = talk(("9:01", ANA, "<@U0BELA> can you look?"), ("9:31", BELA, "here"))
    assert arrivals(Telling(late.history(), BOOK))[0].how is How.ASKED
    later = talk(("9:01", ANA, "<@U0BELA> can you look?"), ("9:32", BELA, "here"))
    assert arrivals(Telling(later.history(), BOOK))[0].how is How.UNASKED


def test_of_one_person_nothing_is_said() -> None:
    assert not ARRIVALS.read(Telling(talk(("9:05", BELA, "here")).history(), BOOK))


def test_what_was_told_afterwards_does_not_bring_anybody_earlier() -> None:
    told = talk(("9:05", BELA, "here"))
    told.at("10:00").types(CHIDI, EntryKind.NOTE, "the disk was full", about="9:01")
    assert [one.user for one in arrivals(Telling(told.history(), BOOK))] == [BELA, CHIDI]
