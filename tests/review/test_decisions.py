"""Decisions, and what could be known before them."""

from incibot.core.review.decisions import DECISIONS
from incibot.core.timeline import EntryKind, Mark
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story


def test_what_was_known_in_the_fifteen_minutes_before_stands_with_it_and_nothing_later() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01").types(BELA, EntryKind.OBSERVATION, "too old to be here")
    idea = story.at("9:02").types(BELA, EntryKind.HYPOTHESIS, "It is the disk")
    out = story.at("9:03").types(BELA, EntryKind.HYPOTHESIS, "It is the weather")
    ruled_out = story.at("9:08").answers(BELA, out, "ruled_out")
    alert = story.at("9:10").hears(EntryKind.ALERT, "Disk 99 %", source="alertmanager")
    seen = story.at("9:11").types(CHIDI, EntryKind.OBSERVATION, "df says 99 %")
    graph = story.at("9:12").says(CHIDI, "here: <https://grafana.example/d/1|disk>")
    asked = story.at("9:13").says(ANA, "whose disk is it?")
    story.marks(ANA, asked, Mark.QUESTION)
    answered = story.at("9:14").says(ANA, "can we add one?")
    story.marks(ANA, answered, Mark.QUESTION)
    story.at("9:14:30").says(BELA, "yes", thread=answered)
    decision = story.at("9:20").types(ANA, EntryKind.DECISION, "Add a disk")
    story.at("9:21").says(BELA, "mine", thread=asked)
    story.at("9:22").types(CHIDI, EntryKind.OBSERVATION, "it was full since Monday", about="9:15")
    story.at("9:23").types(CHIDI, EntryKind.OBSERVATION, "known only afterwards")

    (group,) = DECISIONS.read(story.history(), BOOK).groups

    assert group.lead is not None
    assert group.lead.evidence == (decision,)
    assert [(one.evidence[0], one.text.partition(",")[0]) for one in group.statements] == [
        (idea, "Idea of 09:02"),
        (ruled_out, "**09:08** Bela Kovács"),
        (alert, "**09:10** alertmanager"),
        (seen, "**09:11** Chidi Okafor"),
        (graph, "Link posted at 09:12"),
        (asked, "Question without a reply by then"),
        (ruled_out, "3 people had written in the 15 minutes before."),
    ]


def test_an_idea_that_was_left_long_before_is_not_called_open() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01").types(BELA, EntryKind.HYPOTHESIS, "It is the disk")
    story.at("10:00").types(ANA, EntryKind.DECISION, "Restart it")
    (group,) = DECISIONS.read(story.history(), BOOK).groups
    assert group.statements == ()


def test_a_decision_that_was_taken_back_is_none() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.takes_back(story.at("9:01").types(BELA, EntryKind.DECISION, "Restart it"))
    assert not DECISIONS.read(story.history(), BOOK)
