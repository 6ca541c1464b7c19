"""Templates: whose is taken, what is escaped, and what is said of a broken one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from incibot.core.markup import markdown_text
from incibot.errors import TemplateError
from incibot.render import (
    CHUNK,
    SHIPPED,
    Renderer,
    clock,
    csp_hash,
    date,
    day,
    markdown_link,
    near,
)

PARIS = ZoneInfo("Europe/Paris")


def a_team_with(folder: Path, **templates: str) -> Renderer:
    for name, text in templates.items():
        (folder / f"{name}.md.j2").write_text(text, encoding="utf-8")
    return Renderer(folder)


async def streamed(renderer: Renderer, name: str, **values: object) -> str:
    return "".join([chunk async for chunk in renderer.stream(name, **values)])


def test_a_teams_template_takes_the_shipped_ones_place(tmp_path: Path) -> None:
    shipped = (SHIPPED / "paper.css.j2").read_text(encoding="utf-8")
    assert Renderer(tmp_path).text("paper.css.j2").strip() in shipped
    (tmp_path / "paper.css.j2").write_text("body { color: {{ ink }} }", encoding="utf-8")
    assert Renderer(tmp_path).text("paper.css.j2", ink="green") == "body { color: green }"


async def test_text_and_stream_both_work_while_an_event_loop_runs(tmp_path: Path) -> None:
    renderer = a_team_with(tmp_path, greeting="Hello {{ who }}\n")
    assert renderer.text("greeting.md.j2", who="Ana") == "Hello Ana\n"
    assert await streamed(renderer, "greeting.md.j2", who="Ana") == "Hello Ana\n"


def test_values_are_escaped_in_pages_and_left_alone_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.html.j2").write_text("<b>{{ it }}</b>", encoding="utf-8")
    (tmp_path / "a.md.j2").write_text("<b>{{ it }}</b>", encoding="utf-8")
    renderer = Renderer(tmp_path)
    assert renderer.text("a.html.j2", it="<i>&") == "<b>&lt;i&gt;&amp;</b>"
    assert renderer.text("a.md.j2", it="<i>&") == "<b><i>&</b>"


@pytest.mark.parametrize(
    "broken",
    [
        "one\n\n{{ nobody }}",
        "one\n\n{{ who.age }}",
        "one\n\n{{ 1 + who }}",
        "one\n\n{{ 1 / 0 }}",
        "one\n\n{{ who | clock(zone) }}",
        "one\n\n{{ '%(age)d' | format(**{}) }}",
        "one\n\n{% if %}",
        "one\n\n{{ who | nonsense }}",
    ],
)
async def test_a_broken_template_is_named_with_its_line(tmp_path: Path, broken: str) -> None:
    renderer = a_team_with(tmp_path, mine=broken)
    values = {"who": "Ana", "zone": UTC}
    with pytest.raises(TemplateError, match=r"mine\.md\.j2, line 3: ") as at_once:
        renderer.text("mine.md.j2", **values)
    with pytest.raises(TemplateError) as bit_by_bit:
        await streamed(renderer, "mine.md.j2", **values)
    assert (at_once.value.line, at_once.value.template) == (3, str(tmp_path / "mine.md.j2"))
    assert str(bit_by_bit.value) == str(at_once.value)


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    renderer = a_team_with(tmp_path, outer="{% include 'inner.md.j2' %}")
    with pytest.raises(TemplateError, match=r"^inner\.md\.j2: there is no such template$"):
        renderer.text("outer.md.j2")


async def test_the_values_own_failure_is_not_called_the_templates(tmp_path: Path) -> None:
    async def breaks_off() -> AsyncIterator[int]:
        yield 1
        raise ConnectionResetError("the database went away")

    renderer = a_team_with(tmp_path, numbers="{% for one in them %}{{ one }}{% endfor %}")
    with pytest.raises(ConnectionResetError):
        await streamed(renderer, "numbers.md.j2", them=breaks_off())


async def test_a_stream_reads_no_further_than_its_chunks(tmp_path: Path) -> None:
    taken = 0

    async def numbers() -> AsyncIterator[int]:
        nonlocal taken
        for taken in range(1, 10_001):
            yield taken

    renderer = a_team_with(tmp_path, numbers="{% for one in them %}{{ '%100d' % one }}{% endfor %}")
    told = 0
    async for chunk in renderer.stream("numbers.md.j2", them=numbers()):
        told += len(chunk) // 100
        assert taken - told <= 1
        assert len(chunk) < CHUNK + 200
    assert told == 10_000


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 20, 15, 4)  # noqa: DTZ001
    for show in (clock, date, day):
        with pytest.raises(ValueError, match="without a zone"):
            show(naive, PARIS)


def test_an_hour_that_the_clocks_repeat_is_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    assert clock(first, PARIS) == clock(second, PARIS) == "02:30"
    assert day(first, PARIS) == "Sunday, 25 October 2026 (UTC+02:00)"
    assert day(second, PARIS) == "Sunday, 25 October 2026 (UTC+01:00)"
    assert day(first, ZoneInfo("UTC")) == "Sunday, 25 October 2026 (UTC)"


def test_a_time_of_another_day_bears_its_date() -> None:
    evening = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert near(evening, evening - timedelta(hours=2), PARIS) == "23:30"
    assert near(evening + timedelta(hours=1), evening, PARIS) == "00:30 on 21 Nov 2026"


def test_a_policys_hash_is_the_one_that_browsers_compute() -> None:
    # The example of the Content Security Policy recommendation.
    assert csp_hash("alert('Hello, world.');") == (
        "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
    )


def inline(markdown: str) -> list[Token]:
    """What one paragraph holds."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    [opening, content, closing] = parser.parse(markdown)
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    return content.children or []


SPECIAL = st.text(st.sampled_from("\\`*_{}[]<>()#+-.!|~&=:;$\"'1a \n") | st.characters())


@settings(deadline=None)
@given(SPECIAL)
def test_plain_text_stays_plain_text_in_markdown(text: str) -> None:
    line = " ".join(text.replace("\0", "\ufffd").split())
    if line:
        assert "".join(token.content for token in inline(markdown_text(text))) == line
        assert {token.type for token in inline(markdown_text(text))} <= {"text", "text_special"}


@settings(deadline=None)
@given(SPECIAL, SPECIAL)
def test_an_address_cannot_leave_its_link(text: str, rest: str) -> None:
    tokens = inline(markdown_link("x" + text, "https://example.com/" + rest))
    assert [token.type for token in tokens if "link" in token.type] == ["link_open", "link_close"]
    assert tokens[0].type == "link_open"
    assert tokens[-1].type == "link_close"
