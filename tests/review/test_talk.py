"""Rules of words look at people's own words, and miss none that the whole pattern would find."""

import importlib
import pkgutil
import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.review import analyses
from incibot.core.review.talk import Said, Talk, Wording, masked
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story, talk

WORDINGS = {
    f"{module.name}.{name}": value
    for module in pkgutil.iter_modules(analyses.__path__)
    for name, value in vars(importlib.import_module(f"{analyses.__name__}.{module.name}")).items()
    if isinstance(value, Wording)
}
ENTRY = talk(("9:01", BELA, "a"))[2]
each = pytest.mark.parametrize("wording", WORDINGS.values(), ids=WORDINGS)


def test_there_are_as_many_as_there_are_rules() -> None:
    assert len(WORDINGS) > 20


@each
@given(data=st.data())
@settings(max_examples=25)
def test_whatever_the_pattern_finds_a_cue_leads_to(wording: Wording, data: st.DataObject) -> None:
    pattern = re.compile(wording.pattern, re.VERBOSE | re.IGNORECASE | re.ASCII)
    words = data.draw(st.from_regex(pattern))
    text = masked(words)
    entry = replace(ENTRY, words=words)
    at = entry.occurred_at
    found = list(Talk([entry], (at, at)).matching(wording))
    assert bool(found) == bool(text.strip() and wording.find(text))


@each
def test_a_hostile_text_is_looked_through_in_a_moment(wording: Wording) -> None:
    cue = wording.cues.split()[0].rstrip("*")
    for piece in (f"{cue} ", f"{cue}", "a" * 30 + " ", "not sure, could ", "1 ", "'"):
        text = (piece * (40_000 // len(piece)))[:40_000]
        begun = time.process_time()
        wording.find(text)
        assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "words",
    [
        "`weird`",
        "```weird\nweird```",
        "<https://weird.example|weird>",
        "&gt; weird",
        "they say “weird”",
        'it says "weird"',
    ],
)
def test_code_links_and_quotes_are_not_their_writers_words(words: str) -> None:
    assert "weird" not in masked(f"a {words} b") or words.startswith("&gt;")
    assert "weird" not in masked(words)
    assert len(masked(words)) == len(words)


def test_a_long_message_is_quoted_by_the_sentence_with_the_words() -> None:
    before = "The first sentence is of no matter. " * 4
    story = talk(("9:01", BELA, f"{before}This is weird here. And so on it goes. " + "x" * 60))
    entry = story[2]
    assert Said(entry, masked(entry.words), "weird").excerpt == "… This is weird here. …"
    assert Said(story[1], story[1].words, "slow").excerpt == story[1].words


def test_only_what_was_written_during_the_response_counts() -> None:
    story = Story()
    story.at("8:00").says(BELA, "weird")
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:10").says(BELA, "weird")
    story.at("9:20").moves_to("resolved", by=ANA)
    story.at("9:30").says(BELA, "weird, no thanks")
    said = Telling(story.history(), BOOK).talk
    assert [one.entry.id for one in said.said] == [3]
    assert [one.entry.id for one in said.between(story.day, story.day + timedelta(days=1))] == [3]
