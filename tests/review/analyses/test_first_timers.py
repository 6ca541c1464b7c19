"""Those in their first incident, as a total."""

from incibot.core.history import History
from incibot.core.review.analyses.first_timers import FIRST_TIMERS, first_timers
from incibot.core.review.telling import Telling
from tests.review.analyses.test_load_before import past
from tests.review.histories import ANA, BELA, BOOK, CHIDI, talk

HERE = talk(("9:01", ANA, "a"), ("9:02", BELA, "b"), ("9:20", CHIDI, "c")).history()


def test_those_who_wrote_in_none_before_are_counted() -> None:
    others = [past("2026-10-01", ANA), past("2026-10-02", ANA), past("2026-12-01", BELA)]
    assert first_timers(Telling(HERE, BOOK, others)) == {BELA, CHIDI}
    (one,) = FIRST_TIMERS.read(Telling(HERE, BOOK, others)).statements
    assert one.text == (
        "2 people were in an incident for the first time, as far as the record goes back."
    )


def test_of_few_incidents_or_where_people_are_unnamed_and_few_nothing_is_said() -> None:
    others = [past("2026-10-01", ANA), past("2026-10-02", ANA), past("2026-10-03", ANA)]
    assert not FIRST_TIMERS.read(Telling(HERE, BOOK, others[:2]))
    unnamed = History(head=HERE.head.pseudonymous(), entries=HERE.entries)
    assert not FIRST_TIMERS.read(Telling(unnamed, BOOK, others))
