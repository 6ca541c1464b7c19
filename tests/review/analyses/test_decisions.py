"""Decisions, and what could be known before them."""

from hypothesis import given

from incibot.core.history import History
from incibot.core.review.analyses.decisions import DECISIONS
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind, Mark
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story
from tests.review.test_review import told


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

    (group,) = DECISIONS.read(Telling(story.history(), BOOK)).groups

    assert group.lead is not None
    assert group.lead.evidence == (decision,)
    assert [(one.evidence[0], one.text.partition(",")[0]) for one in group.statements] == [
        (idea, "**09:02** Bela Kovács"),
        (ruled_out, "**09:08** Bela Kovács"),
        (alert, "**09:10** alertmanager"),
        (seen, "**09:11** Chidi Okafor"),
        (graph, "**09:12** Chidi Okafor"),
        (asked, "**09:13** Ana Alves"),
        (ruled_out, "3 people had written in the 15 minutes before."),
    ]
    texts = {one.evidence[0]: one.text for one in group.statements}
    assert texts[idea].endswith("idea, without an outcome by then")
    assert texts[graph].endswith("a link")
    assert texts[asked].endswith("question, without a reply by then")


def test_what_was_told_afterwards_counts_from_when_it_was_told() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    told = story.at("9:30").types(CHIDI, EntryKind.OBSERVATION, "the disk is full", about="8:00")
    story.at("9:40").types(ANA, EntryKind.DECISION, "Add a disk")
    (group,) = DECISIONS.read(Telling(story.history(), BOOK)).groups
    assert [(one.evidence, one.text) for one in group.statements] == [
        ((told,), "**09:30** Chidi Okafor, observation of 08:00, written down now")
    ]


def test_a_later_decision_tells_only_what_is_new_and_names_the_rest() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    old = story.at("9:01").types(BELA, EntryKind.OBSERVATION, "the disk is full")
    idea = story.at("9:08").types(BELA, EntryKind.HYPOTHESIS, "It is the index")
    seen = story.at("9:09").types(BELA, EntryKind.OBSERVATION, "the index grew")
    story.at("9:10").types(ANA, EntryKind.DECISION, "Look at the index")
    new = story.at("9:15").types(CHIDI, EntryKind.ACTION, "Dropped the index")
    story.at("9:20").types(ANA, EntryKind.DECISION, "Build it anew")

    first, second = DECISIONS.read(Telling(story.history(), BOOK)).groups

    assert [one.evidence[0] for one in first.statements[:3]] == [old, idea, seen]
    assert [(one.evidence, one.text) for one in second.statements[:3]] == [
        ((new,), "**09:15** Chidi Okafor, action"),
        ((idea, seen), "Known already at the decision of 09:10, and told above."),
        ((idea,), "Of it, still without an outcome or a reply."),
    ]


@given(told())
def test_all_that_was_known_before_a_decision_stands_with_it_or_above(history: History) -> None:
    told_in_full: set[int] = set()
    for group in DECISIONS.read(Telling(history, BOOK)).groups:
        here = {one.evidence[0] for one in group.statements if one.text.startswith("**")}
        carried = {
            entry
            for one in group.statements
            if one.text.startswith("Known already")
            for entry in one.evidence
        }
        assert not here & told_in_full  # nothing is told twice
        assert carried <= told_in_full  # what is named is told above
        told_in_full |= here


def test_an_idea_that_was_left_long_before_is_not_called_open() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01").types(BELA, EntryKind.HYPOTHESIS, "It is the disk")
    story.at("10:00").types(ANA, EntryKind.DECISION, "Restart it")
    (group,) = DECISIONS.read(Telling(story.history(), BOOK)).groups
    assert group.statements == ()


def test_a_decision_that_was_taken_back_is_none() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.takes_back(story.at("9:01").types(BELA, EntryKind.DECISION, "Restart it"))
    assert not DECISIONS.read(Telling(story.history(), BOOK))
