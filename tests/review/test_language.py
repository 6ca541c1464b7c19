"""What a review never says: causes, fault, what might have been, and how anybody compares."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from incibot.core import review
from incibot.core.history import History
from incibot.core.playbook import Depth, ReviewPlan
from incibot.core.review import SECTIONS, read
from incibot.core.review.analyses import ANALYSES
from incibot.core.review.language import Level, check
from incibot.core.review.section import Findings, Section
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from incibot.render import SHIPPED
from tests.review.histories import BOOK, PEOPLE, at_length, checkout, odds_and_ends

NEVER = re.compile(
    r"""
    \b(?: because | caus(?:e|es|ed|al|ing) | root[ -]cause | rca | reasons? | due\ to | owing\ to
        | thanks\ to | led\ to | leads?\ to | result(?:ed|ing)?\ (?:in|from) | trigger(?:ed|s)?\ by
        | therefore | hence | consequen\w+ | so\ that\ it\ failed
        | fault\w* | blam\w+ | guilt\w* | culprit\w* | responsible\ for | human\ error | mistak\w+
        | errors?\ by | careless\w* | negligen\w+ | forg[eo]t\w* | violat\w+ | failed\ to
        | failure\ (?:of|to) | lack\ of | overs(?:ight|aw) | wrong(?:ly)? | bad(?:ly)? | poor(?:ly)?
        | should(?:n['’]t)?\ have | could(?:n['’]t)?\ have | would(?:n['’]t)?\ have | ought\ to
        | if\ only | had\ (?:they|he|she|we)\ | obvious\w* | of\ course | in\ hindsight | red\ herring
        | delay\w* | slow(?:ly|er|est)? | fast(?:er|est)? | quick(?:ly|er|est)? | too\ late
        | unfortunately | luckily | heroic\w* | mttr | time\ to\ (?:resolve|recover\w*|detect)
        | prevent\w* | action\ items? | why
        )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
COMPARED = re.compile(
    r"""
    \d+\s*(?:x\b|times|%|min\w*|s\b|sec\w*|h\b|hours?|days?|messages?|entr\w+|words?|tasks?|ideas?
        |questions?|decisions?|replies|people|persons?)
    | \b(?:first|last|most|least|fast\w*|slow\w*|average|median|rank\w*|score\w*|longer|quick\w*)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
MODULES = sorted(Path(review.__path__[0]).rglob("*.py"))
TEMPLATES = sorted((SHIPPED / "review").glob("*"))


def texts_in(path: Path) -> Iterator[str]:
    """Every text in a module but its docstrings, patterns and keys, which nobody is shown."""
    tree = ast.parse(path.read_text())
    hidden = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if called in ("re.compile", "Wording") or called.endswith(".get"):
            hidden |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.Subscript):
            hidden.add(id(node.slice))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in hidden
        ):
            yield node.value


def ours(found: Findings) -> Iterator[str]:
    """Our words in it; people's own stand in the quotes."""
    yield from (one.text for one in (*found.statements, *found.questions))
    for group in found.groups:
        yield group.title
        yield from (one.text for one in group.questions)
        yield from (one.text for one in (*filter(None, [group.lead]), *group.statements))
    for table in (found.table, *(group.table for group in found.groups)):
        if table:
            yield from table.columns
            yield from (" | ".join(row.cells) for row in table.rows)


def speechless(history: History) -> History:
    """The same with every word of people's and systems' taken out, and neutral ones put in."""
    incident = replace(
        history.incident,
        title="title",
        summary="summary",
        service="service",
        tasks=tuple(replace(task, words="words") for task in history.incident.tasks),
    )
    return History(
        head=replace(history.head, incident=incident),
        entries=tuple(replace(entry, words="words") for entry in history.entries),
    )


@pytest.mark.parametrize("path", [*MODULES, *TEMPLATES], ids=lambda path: path.name)
def test_no_text_of_ours_speaks_of_causes_or_fault(path: Path) -> None:
    text = "\n".join(texts_in(path)) if path.suffix == ".py" else path.read_text()
    assert not NEVER.findall(text)


DEEP = replace(BOOK, review=ReviewPlan(depth=Depth.DEEP))


def others() -> list[History]:
    """Other incidents, to compare with."""
    told = [checkout(), at_length(), odds_and_ends()]
    return [
        History(
            head=replace(one.head, incident=replace(one.incident, number=number)),
            entries=one.entries,
        )
        for number, one in enumerate(told, start=20)
    ]


def found_in(history: History) -> dict[str, Findings]:
    """All that is found in it at the deepest."""
    return read(history, DEEP, [speechless(one) for one in others()])


@pytest.mark.parametrize("tell", [checkout, odds_and_ends, at_length])
def test_no_finding_speaks_of_causes_or_fault(tell: Callable[[], History]) -> None:
    for section, found in found_in(speechless(tell())).items():
        for text in ours(found):
            assert not NEVER.search(text), (section, text)
            assert not [one.pattern.id for one in check(text) if one.level is Level.FLAG]


def test_every_analysis_has_something_to_say_of_one_of_them() -> None:
    silent = {one.id for one in ANALYSES}
    for tell in (checkout, odds_and_ends, at_length):
        telling = Telling(tell(), DEEP, others())
        silent -= {one.id for one in ANALYSES if one.read(telling)}
    assert not silent


@pytest.mark.parametrize("section", SECTIONS, ids=lambda one: one.id)
def test_no_heading_or_prompt_speaks_of_causes_or_fault(section: Section) -> None:
    for text in (section.title, *section.prompts):
        assert not NEVER.search(text)


@pytest.mark.parametrize("tell", [checkout, odds_and_ends, at_length])
def test_no_name_stands_beside_a_count_or_a_speed(tell: Callable[[], History]) -> None:
    names = re.compile("|".join(re.escape(person.name) for person in PEOPLE.values()))
    seen = 0
    for section, found in found_in(speechless(tell())).items():
        for text in ours(found):
            if names.search(text):
                seen += 1
                assert not COMPARED.search(text), (section, text)
    assert seen > 10  # people are named where they spoke, so the test has something to hold


def test_the_tests_of_language_would_find_what_they_look_for() -> None:
    assert NEVER.search("The outage was caused by a deploy")
    assert NEVER.search("Root cause")
    assert NEVER.search("They should have rolled back")
    assert COMPARED.search("Ana Alves wrote 14 messages")
    assert COMPARED.search("Ana Alves replied after 3 min")
    assert not COMPARED.search("**14:10** Ana Alves (commander), idea")


def test_what_people_said_stands_as_they_said_it() -> None:
    told = read(checkout(), BOOK)
    quotes = [one.quote for one in told["surprises"].statements]
    assert any("because nobody told me" in quote for quote in quotes)


def test_no_statement_quotes_what_was_deleted_or_taken_back() -> None:
    history = odds_and_ends()
    gone = [entry for entry in history.entries if entry.retracted_at and entry.words]
    assert gone
    for found in read(history, BOOK).values():
        quotes = [one.quote for one in (*found.statements, *found.questions)]
        for group in found.groups:
            quotes += [one.quote for one in group.statements]
        assert not [entry for entry in gone if entry.words in quotes]
    assert EntryKind.DECISION in {entry.kind for entry in gone}
