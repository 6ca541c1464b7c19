"""Other incidents before and meanwhile."""

from dataclasses import replace

from incibot.core.history import History
from incibot.core.review.analyses.load_before import LOAD_BEFORE, load_before
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, CHIDI, DANA, PEOPLE, Story, talk


def past(day: str, *who: str, clock: str = "9:00") -> History:
    story = Story(day=day)
    story.at(clock).declares(ANA, "Mail is late")
    for one in who:
        story.says(one, "hm")  # type: ignore[arg-type]
    history = story.history()
    incident = replace(history.incident, number=3)
    return History(head=replace(history.head, incident=incident), entries=history.entries)


HERE = talk(("9:01", ANA, "a"), ("9:02", BELA, "b"), ("9:20", CHIDI, "c")).history()


def test_totals_of_the_day_and_the_week_before_and_meanwhile() -> None:
    others = [
        past("2026-11-19", ANA, DANA, clock="20:00"),
        past("2026-11-14", BELA),
        past("2026-11-20", CHIDI, clock="9:10"),
    ]
    (one,) = LOAD_BEFORE.read(Telling(HERE, BOOK, others)).statements
    assert one.text == (
        "Of 3 people who wrote, some wrote in other incidents too: 1 in the 24 hours before, "
        "2 in the 7 days before, 1 at the same time."
    )
    assert not [person.name for person in PEOPLE.values() if person.name in one.text]


def test_without_others_or_long_ago_nothing_is_said() -> None:
    assert load_before(Telling(HERE, BOOK)) is None
    assert not LOAD_BEFORE.read(Telling(HERE, BOOK, [past("2026-10-01", ANA)]))
