"""What holds for every analysis, and for the family of them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from incibot.core.review import SECTIONS, analyses
from incibot.core.review.analyses import ANALYSES
from incibot.core.review.section import Analysis
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BOOK, Story

FOLDER = Path(analyses.__path__[0])
TESTS = Path(__file__).parent
each = pytest.mark.parametrize("analysis", ANALYSES, ids=lambda one: one.id)


def test_every_file_is_registered_once_and_has_a_test() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    registered = [one.read.__module__.rpartition(".")[2] for one in ANALYSES]
    assert Counter(registered) == Counter(files)
    assert files == {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")} - {
        "family",
        "docs",
    }
    ids = [one.id for one in ANALYSES]
    assert ids == sorted(set(ids))


@each
def test_it_has_a_place_a_minimum_and_thresholds_with_unit_and_source(analysis: Analysis) -> None:
    assert re.fullmatch(r"A\d\d", analysis.id)
    assert analysis.section in {section.id for section in SECTIONS}
    assert analysis.minimum
    for one in analysis.thresholds:
        assert one.name.startswith(f"{analysis.id}.")
        assert one.unit
        assert re.search(r"learning\.md (?:A\d\d|\d)|authors", one.source)


@each
def test_no_number_that_a_rule_turns_on_is_without_a_name(analysis: Analysis) -> None:
    source = (FOLDER / f"{analysis.read.__module__.rpartition('.')[2]}.py").read_text()
    defined = re.findall(r"^([A-Z_]+) = Threshold\(", source, re.MULTILINE)
    assert len(defined) == len(analysis.thresholds)
    assert not re.search(r"^[A-Z_]+ = (?:\d|timedelta)", source, re.MULTILINE)


@each
def test_every_threshold_is_one_that_the_rule_turns_on(analysis: Analysis) -> None:
    source = (FOLDER / f"{analysis.read.__module__.rpartition('.')[2]}.py").read_text()
    for name in re.findall(r"^([A-Z_]+) = Threshold\(", source, re.MULTILINE):
        assert re.search(rf"\b{name}\.(?:of|time|count|shown)\(|shown={name}\b", source), name


@each
def test_of_an_incident_that_was_only_declared_it_says_next_to_nothing(analysis: Analysis) -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    found = analysis.read(Telling(story.history(), BOOK))
    spoken = {"A04"}  # the declaration is a key moment
    assert not found or analysis.id in spoken
