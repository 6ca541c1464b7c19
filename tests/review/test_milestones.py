"""Milestones, how each is known, and where things seemed better."""

from incibot.core.review.milestones import MILESTONES_TABLE
from incibot.core.review.section import Findings
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story, checkout, odds_and_ends


def rows(found: Findings) -> list[tuple[str, ...]]:
    assert found.table
    return [row.cells for row in found.table.rows]


def test_each_says_how_it_is_known_and_may_be_not_known() -> None:
    assert rows(MILESTONES_TABLE.read(Telling(odds_and_ends(), BOOK))) == [
        ("started", "not known", "", ""),
        ("detected", "2026-11-21 05:00", "said by Ana Alves, at 2026-11-21 04:00", "stated"),
        ("declared", "18:30", "set in incibot at that time", "system"),
        ("mitigated", "not known", "", ""),
        ("resolved", "not known", "", ""),
        ("backup started", "2026-11-21 03:30", "said by Ana Alves, at 2026-11-21 04:10", "stated"),
    ]


def test_earlier_times_and_an_unusual_order_are_told() -> None:
    texts = [one.text for one in MILESTONES_TABLE.read(Telling(odds_and_ends(), BOOK)).statements]
    assert texts[:2] == [
        "Also on record for “resolved”: 2026-11-21 04:30.",
        "On record, “declared” (18:30) is before “detected” (2026-11-21 05:00).",
    ]


def test_things_that_seemed_better_for_a_while_are_told_and_asked_about() -> None:
    found = MILESTONES_TABLE.read(Telling(checkout(), BOOK))
    relapse = found.statements[-1]
    assert relapse.text == (
        "Things seemed better at 14:22 (mitigated); status went back to identified at 14:24"
    )
    assert relapse.quote == "the old pods keep the flag for a while"
    assert [one.text for one in found.questions] == [
        "Things looked better at 14:22. What did you read as recovery?"
    ]


def test_going_on_from_better_to_over_is_no_relapse() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:10").moves_to("mitigated", by=BELA)
    story.at("9:20").moves_to("resolved", by=BELA)
    assert not MILESTONES_TABLE.read(Telling(story.history(), BOOK)).statements
