"""The key moments of each phase, forward in time."""

from itertools import pairwise

from incibot.core.review.analyses.key_moments import FILLED, KEY_MOMENTS
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind, Mark
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story, checkout


def moments(story: Story, chapter: int = 0) -> list[int]:
    """The ids of a chapter's moments, in the order told; what is said of the whole stretch aside."""
    statements = KEY_MOMENTS.read(Telling(story.history(), BOOK)).groups[chapter].statements
    return [one.evidence[0] for one in statements if one.text.startswith(("**", "Known"))]


def test_the_chapters_are_the_phases_and_run_forward() -> None:
    groups = KEY_MOMENTS.read(Telling(checkout(), BOOK)).groups
    assert [group.title for group in groups] == [
        "Before “started” (until 14:05)",
        "Not yet noticed (14:05–14:06)",
        "Noticed, not declared (14:06–14:08)",
        "Response (14:08–14:41)",
        "Recovery and confirmation (14:41–14:50)",
        "After “resolved” (from 14:50)",
    ]


def test_what_people_marked_is_kept_however_much_there_is() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    marked = []
    for minute in range(1, 31):
        one = story.at(f"9:{minute:02}").says(BELA, f"word {minute}")
        if minute % 2:
            story.marks(ANA, one, Mark.KEY_MOMENT)
            marked.append(one)
    assert moments(story)[1:] == marked
    assert len(marked) > FILLED.value


def test_a_quiet_chapter_is_filled_with_what_weighs_most_and_unmarked_talk_stays_out() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01").says(BELA, "hello")
    action = story.at("9:02").types(ANA, EntryKind.ACTION, "Restarted the index")
    graph = story.at("9:03").says(BELA, "<https://grafana.example/d/1>")
    assert moments(story) == [1, action, graph]


def test_a_chapter_of_talk_alone_shows_its_first_words() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:05").moves_to("resolved", by=ANA)
    words = story.at("9:06").says(BELA, "thanks")
    story.at("9:07").says(CHIDI, "good night")
    assert moments(story, 1) == [words]


def test_what_became_known_only_later_stands_apart_at_the_end_of_its_chapter() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    decision = story.at("9:10").types(ANA, EntryKind.DECISION, "Restart it")
    story.at("9:20").moves_to("mitigated", by=ANA)
    told = story.at("9:30").types(BELA, EntryKind.OBSERVATION, "The disk was full", about="9:05")

    assert moments(story) == [1, decision, 3, told]
    last = KEY_MOMENTS.read(Telling(story.history(), BOOK)).groups[0].statements[-1]
    assert last.text.startswith(
        "Known only later: **09:05** Bela Kovács, observation, written down"
    )


def test_what_was_written_down_later_is_told_again_where_people_learnt_it() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:20").moves_to("mitigated", by=ANA)
    story.at("9:25").types(ANA, EntryKind.ACTION, "Added a disk")
    told = story.at("9:30").types(BELA, EntryKind.NOTE, "The disk was full", about="9:05")
    story.at("9:40").moves_to("resolved", by=ANA)
    story.at("9:50").types(BELA, EntryKind.NOTE, "It was full on Monday too", about="9:06")

    response, recovery, after = KEY_MOMENTS.read(Telling(story.history(), BOOK)).groups

    assert [one.text.partition(":")[0] for one in response.statements[-2:]] == [
        "Known only later",
        "Known only later",
    ]
    learnt = recovery.statements[1]
    assert learnt.text == "**09:30** Bela Kovács, note of 09:05, written down now"
    assert (learnt.quote, learnt.evidence) == ("The disk was full", (told,))
    assert after.title == "After “resolved” (from 09:40)"  # it holds nothing else
    assert after.statements[-1].text == "**09:50** Bela Kovács, note of 09:06, written down now"


def test_what_was_written_down_in_its_own_chapter_stands_where_it_was_written() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    told = story.at("9:10").types(BELA, EntryKind.NOTE, "The disk was full", about="9:02")
    decision = story.at("9:05").types(ANA, EntryKind.DECISION, "Restart it")
    story.at("9:20").moves_to("mitigated", by=ANA)
    (chapter,) = KEY_MOMENTS.read(Telling(story.history(), BOOK)).groups
    assert [one.evidence[0] for one in chapter.statements][1:4] == [1, decision, told]


def test_a_relapse_is_kept_with_what_came_before_it() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    for minute in range(1, 9):
        story.at(f"9:{minute:02}").types(BELA, EntryKind.DECISION, f"try {minute}")
    better = story.at("9:10").moves_to("mitigated", by=ANA)
    back = story.at("9:20").moves_to("investigating", by=ANA)
    story.at("9:30").moves_to("mitigated", by=ANA)
    assert {better, back} <= set(moments(story))


def test_ideas_in_view_when_a_chapter_begins_are_told_and_old_ones_are_not() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01").types(BELA, EntryKind.HYPOTHESIS, "It is the disk")
    story.at("9:50").types(BELA, EntryKind.HYPOTHESIS, "It is the network")
    story.at("10:00").moves_to("mitigated", by=ANA)
    story.at("10:05").says(ANA, "watching")
    story.at("10:10").moves_to("resolved", by=ANA)
    recovery = KEY_MOMENTS.read(Telling(story.history(), BOOK)).groups[1].statements
    assert [one.quote for one in recovery if one.text.startswith("Open when")] == [
        "It is the network"
    ]


def test_with_few_marks_the_reader_is_told_that_a_rule_chose() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    (statement,) = KEY_MOMENTS.read(Telling(story.history(), BOOK)).statements
    assert "chosen by rule" in statement.text
    assert KEY_MOMENTS.read(Telling(checkout(), BOOK)).statements == ()


def test_of_many_that_weigh_the_same_the_whole_stretch_is_told_and_not_its_beginning() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    notes = [
        story.at(f"9:{minute:02}").types(BELA, EntryKind.NOTE, f"Step {minute}")
        for minute in range(1, 31)
    ]
    told = moments(story)[1:]
    assert len(told) == FILLED.value - 1
    assert (told[0], told[-1]) == (notes[0], notes[-1])
    gaps = [later - earlier for earlier, later in pairwise(told)]
    assert max(gaps) - min(gaps) <= 1


def test_what_is_worded_as_a_turn_of_the_story_weighs_more_than_what_is_not() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    for minute in range(1, 31):
        story.at(f"9:{minute:02}").says(BELA, "hm")
    turns = [
        story.at("9:31").says(BELA, "I think it is the cache"),
        story.at("9:32").says(CHIDI, "let's warm it"),
        story.at("9:33").says(CHIDI, "slow again"),
    ]
    assert moments(story)[1:] == turns
