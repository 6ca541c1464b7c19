"""What holds for every format in which a timeline leaves."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from checkout import (
    ANA,
    BO,
    CHEN,
    ENTRIES,
    GOLDEN,
    HEAD,
    INCIDENT,
    RENDERER,
    STRANGER,
    after,
    file_of,
    golden_of,
    message,
    written,
)

import incibot.exports
from incibot.core.history import Completeness
from incibot.core.timeline import EntryKind, Recorded
from incibot.errors import Unclear
from incibot.exports import FORMATS, Format, encoded, filename, format_of

EACH = pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.word)
TEXTS = [format for format in FORMATS if format.is_text]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_the_incident_is_written_as_agreed(path: Path) -> None:
    assert golden_of(*GOLDEN[path]) == path.read_bytes().decode()


@EACH
def test_the_same_history_gives_the_same_bytes(format: Format) -> None:
    assert file_of(format) == file_of(format)


@EACH
def test_only_the_time_of_the_export_differs_between_two_exports(format: Format) -> None:
    early = written(format).splitlines()
    late = written(format, replace(HEAD, at=after(5000))).splitlines()
    differing = [line for line, other in zip(early, late, strict=True) if line != other]
    # The manifest is one of them; formats for people and programs say it once more.
    assert len(differing) == (2 if format.word in ("md", "html", "json") else 1)


@pytest.mark.parametrize("format", TEXTS, ids=lambda format: format.word)
async def test_a_long_timeline_is_never_held_whole(format: Format) -> None:
    taken = 0

    async def long() -> AsyncIterator[Recorded]:
        nonlocal taken
        for taken in range(1, 10_001):
            yield message(taken / 10, f"number#{taken}.", kind=EntryKind.OBSERVATION)

    told = furthest = 0
    async for chunk in format.write(HEAD, long(), RENDERER):
        told += encoded(chunk).count(b"number#") // (2 if format.word in ("json", "csv") else 1)
        furthest = max(furthest, taken - told)
    assert told == 10_000
    assert furthest < 100


@EACH
def test_a_secret_that_was_pasted_is_in_no_export(format: Format) -> None:
    secret = "AKIA2222222222222222"
    revised = replace(ENTRIES[6].revisions[0], words=f"key {secret}")
    entries = (
        message(
            1,
            f"key {secret}",
            kind=EntryKind.OBSERVATION,
            revisions=(revised,),
            data={"files": [{"name": secret}]},
        ),
        message(2, f"key {secret}", retracted_at=after(3)),
    )
    head = replace(HEAD, incident=replace(INCIDENT, title=secret, summary=secret, service=secret))
    text = written(format, head, entries)
    assert secret not in text
    assert "masked: AWS key" in text


@EACH
def test_pseudonyms_leave_nothing_that_leads_to_a_person(format: Format) -> None:
    text = written(format, HEAD.pseudonymous())
    for tell_tale in (ANA, BO, CHEN, STRANGER, "Ana Ruiz", "fixer", "陈晨", "nadia", "/archives/"):
        assert tell_tale not in text
    if format.word not in ("markers", "transcript"):  # not everybody is in these
        for kept in ("Responder 1", "Responder 3", "inc-7-checkout-answers-500", "Alertmanager"):
            assert kept in text


@EACH
def test_pseudonyms_do_not_depend_on_names(format: Format) -> None:
    people = {
        user: replace(person, name=f"Somebody named {n}")
        for n, (user, person) in enumerate(HEAD.people.people.items())
    }
    renamed = replace(HEAD, people=replace(HEAD.people, people=people))
    assert written(format, renamed.pseudonymous()) == written(format, HEAD.pseudonymous())


@pytest.mark.parametrize("word", ["md", "html"])
def test_an_empty_part_leaves_no_heading(word: str) -> None:
    bare = replace(INCIDENT, milestones=(), assignments=(), summary="", service="", channel=None)
    head = replace(HEAD, incident=bare, completeness=Completeness())
    text = written(format_of(word), head, ())
    for part in ("Milestones", "Roles", "Timeline", "Service", "Channel"):
        assert part not in text
    assert "It holds no messages from a channel." in text
    assert "incibot was listening throughout." in text


@pytest.mark.parametrize("word", ["md", "html"])
def test_the_export_draws_no_conclusions(word: str) -> None:
    text = written(format_of(word)).casefold()
    for conclusion in ("root cause", "time to", "mttr", "duration", "should have"):
        assert conclusion not in text


def test_a_file_is_named_after_its_incident() -> None:
    assert [filename(INCIDENT, format) for format in FORMATS] == [
        "INC-7-timeline.md",
        "INC-7-timeline.html",
        "INC-7-timeline.json",
        "INC-7-timeline.csv",
        "INC-7-timeline.xlsx",
        "INC-7-timeline.markers.csv",
        "INC-7-timeline.txt",
    ]


def test_an_unknown_format_is_answered_with_those_that_exist() -> None:
    assert format_of("MD").word == "md"
    with pytest.raises(
        Unclear, match=r"“pdf”\. There are: md, html, json, csv, xlsx, markers, transcript\."
    ):
        format_of("pdf")


def test_every_file_of_the_family_is_registered_and_has_a_test() -> None:
    files = {path.stem for path in Path(incibot.exports.__path__[0]).glob("*.py")}
    modules = {format.write.__module__.rpartition(".")[2] for format in FORMATS}
    assert files - {"__init__", "format", "proof", "provenance"} == modules
    tests = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    assert {f"test_{module}" for module in modules} <= tests
    assert len({format.word for format in FORMATS}) == len(FORMATS)
    assert len({format.extension for format in FORMATS}) == len(FORMATS)
