"""The whole timeline, at the end of the review."""

from incibot.core.review.record import RECORD
from incibot.core.review.telling import Telling
from incibot.core.timeline import Mark
from tests.review.histories import ANA, BELA, BOOK, Story, checkout, odds_and_ends


def test_every_entry_is_in_it_in_the_order_of_time() -> None:
    for history in (checkout(), odds_and_ends()):
        told = [
            entry
            for group in RECORD.read(Telling(history, BOOK)).groups
            for one in group.statements
            for entry in one.evidence
        ]
        assert list(dict.fromkeys(told)) == [entry.id for entry in history.entries]


def test_an_edit_keeps_the_earlier_wording_and_a_deletion_only_that_it_was() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    one = story.at("9:01:07").says(BELA, "11 %")
    story.at("9:02").edits(one, "12 %")
    two = story.at("9:03").says(BELA, "my password")
    story.marks(ANA, two, Mark.KEY_MOMENT)
    story.at("9:04").deletes(two)

    (group,) = RECORD.read(Telling(story.history(), BOOK)).groups

    assert [(one.text, one.quote) for one in group.statements[1:]] == [
        ("**09:01:07** Bela Kovács, edited 09:02", "12 %"),
        ("earlier wording, until 09:02", "11 %"),
        ("**09:03** Bela Kovács: message deleted 09:04", ""),
    ]


def test_a_day_is_a_heading_and_other_days_are_dated() -> None:
    groups = RECORD.read(Telling(odds_and_ends(), BOOK)).groups
    assert [group.title for group in groups] == ["2026-11-20", "2026-11-21"]
    assert groups[0].statements[0].text == (
        "**02:30** Ana Alves, note, written down 2026-11-21 03:25"
    )
    assert groups[1].statements[0].text.startswith("**03:00** ")


def test_where_the_clocks_change_each_time_bears_its_offset() -> None:
    story = Story(day="2026-10-25", zone="Europe/Lisbon")  # at 01:00 UTC it is 01:00 again
    story.at("00:30").declares(ANA, "Search is slow")
    story.at("01:30").says(ANA, "still slow")
    (group,) = RECORD.read(Telling(story.history(), BOOK)).groups
    assert [one.text.partition("** ")[0] for one in group.statements] == [
        "**01:30+0100",
        "**01:30+0000",
    ]


def test_those_who_join_one_after_the_other_share_a_line_with_all_their_entries() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01:02").joins(ANA)
    story.at("9:02").joins(BELA)
    story.at("2 9:00").joins(ANA)
    first, second = RECORD.read(Telling(story.history(), BOOK)).groups
    assert first.statements[-1].text == "**09:01:02–09:02** Joined: Ana Alves, Bela Kovács"
    assert first.statements[-1].evidence == (2, 3)
    assert second.statements[0].text == "**09:00** Ana Alves joined"


def test_a_reply_names_the_moment_of_its_thread() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    root = story.at("9:01:30").says(ANA, "is it the disk?")
    story.at("9:02:10").says(BELA, "no", thread=root)
    (group,) = RECORD.read(Telling(story.history(), BOOK)).groups
    assert group.statements[-1].text == "**09:02:10** Bela Kovács, in the thread of 09:01:30"
