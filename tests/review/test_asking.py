"""The questions: their form, on what they are asked, and that they stay few."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from string import Formatter

import pytest
from hypothesis import given, settings

from incibot.core.history import History
from incibot.core.people import ChannelId
from incibot.core.review.asking import TEMPLATES, Kit, Occasion, Template, ask, whom
from incibot.core.review.asking.occasions import occasions
from incibot.core.review.asking.sheets import ALIKE, EACH, IN_DRAFT, IN_MEETING, choose
from incibot.core.review.language import Level, check
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind, Mark
from tests.review.histories import (
    ANA,
    BELA,
    BOOK,
    CHIDI,
    DANA,
    EMRE,
    FUMIKO,
    PEOPLE,
    Story,
    checkout,
    odds_and_ends,
)
from tests.review.test_review import told

NEUTRAL = {"t": "10:12", "t2": "10:40", "q": "“the words”", "x": "the thing"}
ASKS = re.compile(
    r"(?:[^?]*[:.,] )?(?:how|what|when|where|which|tell me|for whom|whom else|who else)\b",
    re.IGNORECASE,
)
NEVER = re.compile(r"\b(?:why|should|ought|fault|mistake|wrong|failed|correct)\b", re.IGNORECASE)
YES_OR_NO = re.compile(
    r"(?:^|[.?,] )(?:is|are|was|were|do|does|did|have|has|could|can|would|will)\b[^.?]*\?",
    re.IGNORECASE,
)


def kit(history: History) -> Kit:
    return ask(Telling(history, BOOK))


def ids(history: History) -> set[str]:
    return {one.template.id for one in occasions(Telling(history, BOOK))}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.id)
def test_each_asks_how_things_looked_and_nobody_to_justify_themselves(template: Template) -> None:
    text = template.text.format(**NEUTRAL)
    asked = [one.strip() for one in re.findall(r"[^?]+\?", text)]
    assert asked
    assert text.endswith("?")
    assert all(ASKS.match(one) for one in asked), asked
    assert not NEVER.search(text)
    assert not YES_OR_NO.search(text)
    assert {name for _, name, _, _ in Formatter().parse(template.text) if name} <= NEUTRAL.keys()
    assert template.trigger
    assert template.audience
    assert not [one for one in check(text) if one.level is Level.FLAG]


def test_there_are_fifty_and_two_are_asked_in_private_first() -> None:
    assert sorted(one.id for one in TEMPLATES) == [f"Q{n:02}" for n in range(1, 51)]
    assert {one.id for one in TEMPLATES if one.private_first} == {"Q06", "Q33"}


def test_the_tests_of_form_would_find_what_they_look_for() -> None:
    assert not ASKS.match("Did you check it?")
    assert YES_OR_NO.search("At ten you left. Did you check it?")
    assert YES_OR_NO.search("What was it, and is it plain?") is None
    assert NEVER.search("Why did you restart it?")


def asked(id: str, history: History) -> list[Occasion]:
    return [one for one in occasions(Telling(history, BOOK)) if one.template.id == id]


def of_the_record() -> History:
    """With one of each kind of place that is asked about."""
    story = Story()
    story.at("8:30").hears(EntryKind.CHANGE, "Deployed search 41", source="github")
    story.at("9:00").declares(ANA, "Search is slow", commander=ANA)
    story.at("9:01").gives("comms", EMRE, by=ANA)
    story.at("9:02").sets("detected", "8:40", by=ANA)
    story.at("9:03")
    first = story.types(BELA, EntryKind.HYPOTHESIS, "It is the disk")
    story.at("9:04")
    seen = story.says(CHIDI, "the disk is at 20 %", thread=first)
    story.marks(BELA, seen, Mark.OBSERVATION)
    story.at("9:05").answers(CHIDI, first, "ruled_out")
    story.at("9:06").types(BELA, EntryKind.HYPOTHESIS, "It is the index")
    story.at("9:07").types(DANA, EntryKind.SURPRISE, "reads are fine")
    story.at("9:08").types(ANA, EntryKind.DECISION, "Rebuild the index")
    story.at("9:09").types(ANA, EntryKind.DECISION, "We hold off until ten")
    story.at("9:10").types(ANA, EntryKind.DECISION, "Shards one by one rather than all at once")
    story.at("9:11").types(CHIDI, EntryKind.ACTION, "Failing over to the second cluster")
    story.at("9:12")
    slow = story.types(DANA, EntryKind.QUESTION, "who owns the indexer?")
    story.at("9:13").types(DANA, EntryKind.QUESTION, "and the crawler?")
    story.at("9:14").rates("sev1", by=ANA)
    story.at("9:15").moves_to("mitigated", by=ANA)
    story.at("9:16").moves_to("investigating", by=ANA)
    story.at("9:17").says(DANA, "obviously it is the new mapping")
    story.at("9:40").says(BELA, "the search team", thread=slow)
    story.at("9:41").gives("commander", BELA, by=ANA)
    story.at("9:50").updates(EMRE, "Search answers slowly. Next word at ten.")
    return story.history()


def by_their_words() -> History:
    """With one of each kind of place that a rule of words finds, and what other systems told."""
    story = Story()
    graph = "<https://grafana.example/d/search>"
    story.at("8:00").hears(EntryKind.CHANGE, "Deployed search 41", source="github")
    story.at("8:30").hears(EntryKind.ALERT, "SearchErrorRate is high", source="alertmanager")
    story.at("8:58").says(CHIDI, f"odd: {graph}", channel=ChannelId("C0SEARCH"))
    story.at("9:00").declares(ANA, "Search is slow", service="search", commander=ANA)
    story.opens_the_channel()
    story.at("9:01").says(ANA, "I look at the pods")
    story.at("9:02").says(BELA, "the ceo is asking how it stands")
    story.at("9:03").says(BELA, "I cannot reach the dashboard")
    story.at("9:04").says(BELA, "I opened the runbook for it")
    story.at("9:05").says(BELA, "the pods restarted automatically")
    story.at("9:06").says(BELA, "back in about 20 minutes")
    story.at("9:07").says(BELA, "the disk was almost full")
    story.at("9:08").says(ANA, f"can somebody look at it? <@{EMRE}>")
    for minute in range(9, 15):
        story.at(f"9:{minute:02}").says(
            BELA, f"search keeps each WAL for a while, this is of {minute}"
        )
    story.at("9:15").says(DANA, f"same as here: {graph}")
    story.at("9:16").says(DANA, f"and now {graph}")
    for minute in range(17, 28):
        story.at(f"9:{minute:02}").says(DANA, f"maybe it is number {minute}, not sure")
    for minute in range(28, 31):
        story.at(f"9:{minute:02}").says(FUMIKO, "just joined, where are we?")
    story.at("9:31").says(EMRE, "here now")
    return story.history()


def with_others(*, past: int = 3) -> Telling:
    """After other incidents, at which some of the people were."""
    others = []
    for day in range(past):
        other = Story(day=f"2026-11-{19 - day}")
        other.at("20:00").declares(ANA, "Search is empty", service="search")
        other.at("20:01").says(ANA, "I look at the pods")
        earlier = other.history()
        incident = replace(earlier.incident, number=day + 1)
        others.append(replace(earlier, head=replace(earlier.head, incident=incident)))
    return Telling(by_their_words(), BOOK, others)


def noticed_by(words: str) -> History:
    story = Story()
    story.at("8:55").says(BELA, words)
    story.at("9:00").declares(ANA, "Search is slow")
    return story.history()


def changed_long_before() -> History:
    story = Story(day="2026-11-10")
    story.at("9:00").hears(EntryKind.CHANGE, "Ramp of the new index to 10 %", source="flags")
    story.at("10 9:00").declares(ANA, "Search is slow")
    return story.history()


def test_each_question_has_a_place_in_the_record_that_it_is_asked_about() -> None:
    found = set()
    for history in (
        of_the_record(),
        by_their_words(),
        noticed_by("customers write that it is empty"),
        noticed_by("I just deleted the index"),
        changed_long_before(),
    ):
        found |= ids(history)
        within_the_limits(history)
    found |= {one.template.id for one in occasions(with_others())}
    sheet = kit(of_the_record()).sheet(ANA)
    assert sheet is not None
    found |= {one.template.id for one in (*sheet.opening, sheet.closing)}
    found.add(kit(of_the_record()).meeting[-1].template.id)
    assert sorted(found) == [one.id for one in sorted(TEMPLATES, key=lambda one: one.id)]


def test_what_a_rule_of_words_found_is_quoted_and_nothing_is_claimed_of_it() -> None:
    history = by_their_words()
    [pressed] = asked("Q20", history)
    assert pressed.text.startswith(
        "At 09:02 you wrote “the ceo is asking how it stands”. What else"
    )
    assert (pressed.to, pressed.marked) == ((BELA,), False)
    [few] = asked("Q24", history)
    assert few.to == (BELA,)
    assert few.text.startswith("How did you come to know this about search?")
    [came] = asked("Q27", history)
    assert came.to == (EMRE,)
    assert came.text.startswith("You were asked at 09:08 and came at 09:31.")
    [alert] = asked("Q04", history)
    assert alert.to == (ANA,)
    [travelled] = asked("Q41", history)
    assert "another channel at 08:58, and in this one at 09:15" in travelled.text
    [dashboard] = asked("Q31", history)
    assert dashboard.text.startswith("What do you look for in grafana.example/d/search?")


def test_they_quote_the_record_and_name_the_time_and_the_entry() -> None:
    history = of_the_record()
    [surprise] = asked("Q13", history)
    assert surprise.text == "At 09:07 you wrote “reads are fine”. What had you expected?"
    [entry] = [one for one in history.entries if one.kind is EntryKind.SURPRISE]
    assert (surprise.evidence, surprise.to, surprise.marked) == ((entry.id,), (DANA,), True)
    [ruled_out] = asked("Q11", history)
    assert ruled_out.text == "What did you see at 09:05 that moved you on from “It is the disk”?"
    assert ruled_out.to == (CHIDI,)
    [tested] = asked("Q10", history)
    assert tested.to == (CHIDI,)
    [waited] = asked("Q22", history)
    assert "asked “who owns the indexer?”; the reply is of 09:40" in waited.text
    [handed] = asked("Q28", history)
    assert handed.to == (ANA, BELA)
    assert handed.text.startswith("Incident commander changed hands at 09:41.")
    [declaring] = asked("Q08", history)
    assert declaring.text.startswith("Between 08:40 and 09:00, what did you need to see")
    [silent] = asked("Q37", history)
    assert silent.text.startswith("Others heard nothing 09:00–09:50.")
    assert silent.to == (EMRE,)


def test_a_decision_gets_the_question_that_fits_it_best() -> None:
    found = [one for one in occasions(Telling(of_the_record(), BOOK)) if one.template.turn == 1]
    assert [one.template.id for one in found] == ["Q15", "Q16", "Q17"]


def test_what_was_gone_or_said_by_a_machine_is_asked_of_nobody() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01")
    gone = story.says(BELA, "weird")
    story.marks(ANA, gone, Mark.SURPRISE)
    story.at("9:02")
    back = story.types(BELA, EntryKind.DECISION, "Wait")
    story.deletes(gone)
    story.takes_back(back)
    assert ids(story.history()) == set()
    assert kit(story.history()).meeting == ()


def test_what_was_told_afterwards_was_written_when_it_was_told() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:30").types(BELA, EntryKind.SURPRISE, "reads were fine", about="9:05")
    [surprise] = asked("Q13", story.history())
    assert surprise.text.startswith("At 09:30 you wrote")
    sheet = kit(story.history()).sheet(BELA)
    assert sheet is not None
    assert "when you joined at 09:30" in sheet.opening[1].text


def test_those_with_a_role_are_talked_to_first_and_nobody_is_counted() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow", commander=BELA)
    story.says(BELA, "I have it")
    for minute in range(1, 30):
        story.at(f"9:{minute:02}").says(DANA, f"word {minute}")
    story.at("9:40")
    one = story.says(CHIDI, "reads are fine")
    story.marks(ANA, one, Mark.SURPRISE)
    assert kit(story.history()).people == (BELA, CHIDI, ANA, DANA)


def test_to_all_people_are_roles_and_the_private_ones_are_left_out_of_the_meeting() -> None:
    history = of_the_record()
    telling = Telling(history, BOOK)
    names = [person.name for person in PEOPLE.values()]
    found = kit(history)
    shown = [*found.meeting, *(one for _, asked in found.by_role for one in asked)]
    labels = [*(label for label, _ in found.by_role)]
    labels += [label for one in shown for label in whom(telling, one)]
    assert not [
        name for name in names for text in (*labels, *(one.text for one in shown)) if name in text
    ]
    assert not [one for one in found.meeting if one.template.private_first]
    assert [one for _, asked in found.by_role for one in asked if one.template.private_first]
    assert labels[0] == "Incident commander"


def within_the_limits(history: History) -> None:
    found = kit(history)
    known = {entry.id for entry in history.entries}
    sheets = [sheet for user in found.people if (sheet := found.sheet(user))]
    lists = [*((one.questions, EACH) for one in sheets), (found.meeting, IN_MEETING)]
    lists.append((found.draft, IN_DRAFT))
    lists += [(asked, EACH) for _, asked in found.by_role]
    for asked, most in lists:
        assert len(asked) <= most
        about = [id for one in asked if one.template.id != "Q49" for id in one.evidence]
        assert len(about) == len(set(about)), "two about the same entry"
        assert max(Counter(one.template.id for one in asked).values(), default=0) <= ALIKE
        told_in_order = [one.at for one in asked if one.template.id != "Q49"]
        assert told_in_order == sorted(told_in_order)
    for sheet in sheets:
        assert len(sheet.opening) == 3
        assert all(one.to and sheet.user in one.to for one in sheet.questions)
    for one in occasions(Telling(history, BOOK)):
        assert one.evidence
        assert set(one.evidence) <= known


@pytest.mark.parametrize("tell", [checkout, odds_and_ends, of_the_record])
def test_they_stay_few_in_a_story(tell: Callable[[], History]) -> None:
    within_the_limits(tell())


@settings(max_examples=50)
@given(told())
def test_they_stay_few_whatever_happened(history: History) -> None:
    within_the_limits(history)
    later = replace(history.head, at=datetime(2030, 1, 1, tzinfo=UTC))
    again = kit(replace(history, head=later)).meeting
    assert kit(history).meeting == again
    assert [one.text for one in kit(history).meeting] == [one.text for one in again]


def test_of_many_each_phase_is_asked_about_and_what_was_marked_comes_first() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    for minute in range(1, 40):
        story.at(f"9:{minute:02}").types(BELA, EntryKind.DECISION, f"Step {minute}")
        story.types(BELA, EntryKind.SURPRISE, f"Odd {minute}")
    story.at("9:50").moves_to("mitigated", by=ANA)
    story.at("9:55")
    story.says(BELA, "of course it is the mapping")
    sheet = kit(story.history()).sheet(BELA)
    assert sheet is not None
    kinds = Counter(one.template.id for one in sheet.questions)
    assert kinds == {"Q15": ALIKE, "Q13": 2, "Q50": 1}
    few = Counter(one.template.id for one in choose(sheet.questions, 3, lambda at: at.hour))
    assert few == {"Q15": 1, "Q13": 1, "Q50": 1}, "one of each kind before a second of one"
    assert sheet.questions[-1].template.id == "Q50", "the only one after it was better"


def test_long_words_are_cut_and_what_is_secret_is_masked() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    secret = "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx"
    story.at("9:01").types(BELA, EntryKind.SURPRISE, f"token {secret} " + "long " * 200)
    [one] = asked("Q13", story.history())
    assert secret not in one.text
    assert len(one.text) < 300
    assert "\n" not in one.text
