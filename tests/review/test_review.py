"""What holds for every section of a review, and for the family of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core import review
from incibot.core.history import History
from incibot.core.playbook import Depth, ReviewPlan
from incibot.core.review import SECTIONS, read, sections
from incibot.core.review.analyses import ANALYSES
from incibot.core.review.section import Findings, Rank, Section, Statement, nothing
from incibot.core.timeline import EntryKind, Mark
from tests.review.histories import ANA, BELA, BOOK, PEOPLE, Story, checkout, odds_and_ends

SHAPES = {  # what the members lean on
    *("__init__", "section", "telling", "headings", "merge", "talk", "possible"),
    *("language", "pictures", "prose", "erasing"),
}


def statements(found: Findings) -> list[Statement]:
    inside = [one for group in found.groups for one in (group.lead, *group.statements) if one]
    return [*found.statements, *inside]


def test_every_file_of_the_sections_is_registered_and_tested() -> None:
    folder = Path(review.__path__[0])
    modules = {section.read.__module__ for section in SECTIONS if section.read is not nothing}
    files = {path.stem for path in folder.glob("*.py")} - SHAPES
    tested = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}

    assert {name.rpartition(".")[2] for name in modules} == files
    assert files <= tested
    assert len({section.id for section in SECTIONS}) == len(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda one: one.id)
def test_a_section_that_says_nothing_of_its_own_is_filled_or_asks_people(section: Section) -> None:
    if section.read is nothing:
        filled = {one.section for one in ANALYSES}
        assert section.always or section.unmissed or section.id in filled
        assert section.prompts or section.unmissed


def test_a_statement_without_evidence_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="needs evidence"):
        Statement(text="It was the disk.", evidence=(), rank=Rank.SYSTEM)


@st.composite
def told(draw: st.DrawFn) -> History:
    """An incident in which anything may happen, in any order."""
    story = Story(zone=draw(st.sampled_from(["UTC", "America/New_York", "Asia/Tokyo"])))
    people = st.sampled_from([ANA, BELA])
    words = st.text("ab<>&|`*_~\n“”#-!:1. 🤔", min_size=1, max_size=30)
    story.at("9:00").declares(ANA, draw(words.filter(str.strip)))
    for _ in range(draw(st.integers(0, 12))):
        story.now += timedelta(minutes=draw(st.integers(0, 400)))
        any_entry = draw(st.integers(1, len(story.entries)))
        who = draw(people)
        match draw(st.integers(0, 9)):
            case 0 | 1:
                story.says(who, draw(words))
            case 2:
                kinds = st.sampled_from([EntryKind.DECISION, EntryKind.HYPOTHESIS, EntryKind.NOTE])
                about = draw(st.sampled_from(["", "8:00", "9:30"]))
                story.types(who, draw(kinds), draw(words), about=about)
            case 3:
                story.marks(who, any_entry, draw(st.sampled_from(Mark)))
            case 4:
                story.edits(any_entry, draw(words))
            case 5:
                story.deletes(any_entry)
            case 6:
                story.takes_back(any_entry)
            case 7 if story.incident:
                others = [one.word for one in BOOK.statuses if one.word != story.incident.status]
                story.moves_to(draw(st.sampled_from(others)), draw(words), by=who)
            case 8:
                story.hears(
                    draw(st.sampled_from([EntryKind.ALERT, EntryKind.CHANGE])), "x", source="s"
                )
            case _:
                story.sets("detected", draw(st.sampled_from(["8:30", "2 9:00"])), by=who)
    return story.history()


@given(told())
def test_every_statement_rests_on_entries_of_the_record(history: History) -> None:
    known = {entry.id for entry in history.entries}
    for found in read(history, BOOK).values():
        asked = [one for group in found.groups for one in group.questions]
        for one in (*statements(found), *found.questions, *asked):
            assert one.evidence
            assert set(one.evidence) <= known
        for row in found.table.rows if found.table else ():
            assert set(row.evidence) <= known


@given(told())
def test_the_same_record_gives_the_same_findings_whenever_it_is_read(history: History) -> None:
    later = replace(history.head, at=datetime(2030, 1, 1, tzinfo=UTC))
    assert read(history, BOOK) == read(replace(history, head=later), BOOK)


def test_of_an_empty_record_nothing_is_stated() -> None:
    empty = History(head=checkout().head, entries=())
    assert not [one for found in read(empty, BOOK).values() for one in statements(found)]


def test_what_a_rule_of_words_found_says_which_rule_and_nothing_else_does() -> None:
    for history in (checkout(), odds_and_ends()):
        for found in read(history, BOOK).values():
            for one in statements(found):
                assert bool(one.rule) == (one.rank is Rank.PATTERN)


def test_pseudonyms_leave_no_name() -> None:
    history = checkout()
    unnamed = History(head=history.head.pseudonymous(), entries=history.entries)
    text = str(read(unnamed, BOOK))
    assert "Responder 1" in text
    assert not [person.name for person in PEOPLE.values() if person.name in text]


def test_a_team_says_which_sections_it_wants_in_which_order_and_what_they_are_called() -> None:
    plan = ReviewPlan(
        sections=("enquiry", "short", "tasks"),
        leave_out=("tasks", "A12"),
        titles={"short": "At a glance"},
    )
    book = replace(BOOK, review=plan)
    found = read(checkout(), book)
    assert list(found) == ["enquiry", "short"]
    assert not found["enquiry"]
    assert [one.title for one in sections(plan)] == ["Lines of enquiry", "At a glance"]


def test_each_depth_holds_what_the_one_before_it_holds() -> None:
    counts = []
    for depth in Depth:
        found = read(checkout(), replace(BOOK, review=ReviewPlan(depth=depth)))
        counts.append({id: {one.text for one in statements(each)} for id, each in found.items()})
    brief, standard, deep = counts
    assert list(brief) == ["about", "short", "unfolding", "milestones", "questions", "aside"]
    assert all(brief[id] <= standard[id] for id in brief)
    assert all(standard[id] <= deep[id] for id in standard)
    assert len(brief["unfolding"]) < len(standard["unfolding"])


def test_a_team_sets_a_threshold_of_its_own() -> None:
    plan = ReviewPlan(thresholds={"A10.shortest": 20})
    assert "Quiet" in str(read(checkout(), BOOK)["hard"])
    assert "Quiet" not in str(read(checkout(), replace(BOOK, review=plan))["hard"])
