"""Where the record itself may not be right."""

from dataclasses import replace
from datetime import timedelta

from incibot.core.review.analyses.hygiene import HYGIENE
from incibot.core.review.telling import Telling
from incibot.core.timeline import Source
from tests.review.histories import BELA, BOOK, CHIDI, Story, checkout, talk


def told(story: Story) -> list[tuple[str, tuple[int, ...]]]:
    found = HYGIENE.read(Telling(story.history(), BOOK))
    return [(one.text, one.evidence) for one in found.statements]


def test_an_orderly_record_is_not_spoken_of() -> None:
    assert not HYGIENE.read(Telling(checkout(), BOOK))


def test_a_time_ahead_of_its_recording_and_one_of_another_year_are_told() -> None:
    story = talk(("9:01", BELA, "a"), ("9:02", BELA, "b"))
    story._put(replace(story[2], occurred_at=story[2].occurred_at + timedelta(minutes=6)))
    story._put(replace(story[3], occurred_at=story[3].occurred_at - timedelta(days=365)))
    assert told(story) == [
        (
            "To check: 1 of the record’s entries bear a time after the one at which they were recorded.",
            (2,),
        ),
        (
            "To check: 1 of the record’s entries are far from the declaration, perhaps of another year.",
            (3,),
        ),
    ]


def test_rows_out_of_order_and_times_that_are_not_exact_are_told() -> None:
    story = talk(("9:08", BELA, "a"), ("9:07", BELA, "b"), ("9:30", CHIDI, "c"))
    for number in (2, 3, 4):
        story._put(replace(story[number], source=Source(type="import")))
    story._put(replace(story[4], data={"approx": True}))
    assert told(story) == [
        ("To check: 1 of the record’s entries stand in their source after a later one.", (3,)),
        (
            "To check: 1 of the record’s entries have a time that their source does not know exactly.",
            (4,),
        ),
    ]


def test_edits_after_the_end_and_what_was_said_twice_are_told() -> None:
    words = "the index is rebuilding now"
    story = talk(
        ("9:01", BELA, words), ("9:02", BELA, words), ("9:02", CHIDI, words), ("9:05", BELA, words)
    )
    story.at("9:10").moves_to("resolved", by=BELA)
    story.at("9:20").edits(4, "the index was rebuilding then")
    assert told(story) == [
        ("To check: 1 of the record’s entries were edited after the end.", (4,)),
        ("To check: 1 of the record’s entries say the same as one shortly before.", (3,)),
    ]
