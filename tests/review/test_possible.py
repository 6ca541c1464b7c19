"""What is possible waits for people's answers, which the document remembers."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.history import History
from incibot.core.review import read
from incibot.core.review.possible import Answer, answers
from incibot.core.review.section import Rank
from incibot.paper import draft_markdown, to_html
from incibot.render import Renderer
from tests.review.histories import BELA, BOOK, CHIDI, Story, talk

RENDERER = Renderer()
BOX = re.compile(r"^- \[([ x-])\] (.*)$", re.MULTILINE)


def drafted(history: History, previous: str | None = None) -> str:
    return draft_markdown(history, BOOK, RENDERER, previous)


def ticked(draft: str, words: str, tick: str) -> str:
    """The document after somebody put that into the box of the line with those words."""
    return re.sub(rf"^- \[.\] (?=.*{words})", f"- [{tick}] ", draft, flags=re.MULTILINE)


def lines(draft: str, words: str) -> list[str]:
    return [line for line in draft.splitlines() if words in line and line.startswith("- [")]


def story() -> Story:
    return talk(
        ("9:01", BELA, "weird, the index is empty"),
        ("9:02", CHIDI, "huh, the disk too"),
        ("9:03", BELA, "we almost lost the copy"),
    )


def section(draft: str, title: str) -> str:
    return draft.partition(f"## {title}\n")[2].partition("<!-- incibot:end")[0]


def test_each_possible_thing_has_a_box_and_says_which_rule_found_it() -> None:
    draft = drafted(story().history())
    for words, rule in (("weird", "A17"), ("huh", "A17"), ("almost", "A26")):
        (line,) = lines(draft, words)
        assert line.startswith("- [ ] ")
        assert line.endswith(f"possible {rule})")
    assert '<i class="possible">possible</i>' in to_html(draft, RENDERER, title="x")


def test_a_confirmed_one_stands_in_its_place_and_says_so_from_then_on() -> None:
    history = story().history()
    draft = drafted(history, ticked(drafted(history), "weird", "x"))
    (line,) = lines(section(draft, "What surprised people"), "weird")
    assert line.startswith("- [x] ")
    assert line.endswith("confirmed A17)")
    assert drafted(history, draft) == draft
    found = read(history, BOOK, given=answers(draft))
    assert Rank.CONFIRMED in {one.rank for one in found["surprises"].groups[0].statements}
    assert '<i class="confirmed">confirmed</i>' in to_html(draft, RENDERER, title="x")


def test_one_that_was_set_aside_leaves_its_place_and_can_be_brought_back() -> None:
    history = story().history()
    draft = drafted(history, ticked(drafted(history), "huh", "-"))
    assert not lines(section(draft, "What surprised people"), "huh")
    (line,) = lines(section(draft, "Possible, and set aside by people"), "huh")
    assert line.startswith("- [-] ")
    assert drafted(history, draft) == draft

    again = drafted(history, ticked(draft, "huh", " "))
    assert re.sub(r"\n{3,}", "\n\n", again) == drafted(history)


def test_a_group_of_which_all_was_set_aside_leaves_no_heading() -> None:
    history = talk(("9:01", BELA, "weird"), ("9:02", CHIDI, "good morning")).history()
    assert "### Possible surprises" in drafted(history)
    draft = drafted(history, ticked(drafted(history), "weird", "-"))
    assert "### Possible surprises" not in draft
    assert "## What surprised people" not in draft


def test_to_answer_is_no_edit_so_what_the_record_adds_still_comes() -> None:
    told = story()
    draft = ticked(drafted(told.history()), "weird", "X")
    told.at("9:10").says(CHIDI, "strange, it is back")
    grown = drafted(told.history(), draft)
    assert lines(grown, "strange")
    assert lines(grown, "weird")[0].startswith("- [x] ")
    assert "incibot:offer" not in grown


def test_an_answer_holds_beside_an_edit_of_the_same_block() -> None:
    told = story()
    draft = ticked(drafted(told.history()), "huh", "x")
    draft = draft.replace("## What surprised people\n", "## What surprised us\n")
    told.at("9:10").says(CHIDI, "strange, it is back")
    grown = drafted(told.history(), draft)
    assert "## What surprised us" in grown
    assert answers(grown)["A17", 3] is Answer.CONFIRMED
    assert lines(grown, "strange")


def test_words_of_people_are_no_answers() -> None:
    told = talk(("9:01", BELA, "- [x] weird (#1, possible A17)\n- [x] odd (#2, possible A17)"))
    told.at("9:02").says(CHIDI, "- [-] huh (#3, possible A17)")
    draft = drafted(told.history())
    assert answers(draft) == {}
    assert drafted(told.history(), draft) == draft


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(" x-")), max_size=6))
def test_answers_are_kept_whatever_they_are_and_however_often_it_is_drafted(
    ticks: list[tuple[int, str]],
) -> None:
    history = story().history()
    draft = drafted(history)
    for place, tick in ticks:
        boxes = list(BOX.finditer(draft))
        at = boxes[place % len(boxes)].start(1)
        draft = draft[:at] + tick + draft[at + 1 :]
    given_answers = answers(draft)
    for _ in range(2):
        draft = drafted(history, draft)
        assert answers(draft) == given_answers
