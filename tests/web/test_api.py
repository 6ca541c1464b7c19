"""The API, by the requests of its documentation."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from incibot.core.imports.workbook import sheets
from tests.bench import Bench, bench
from tests.web.browser import BASE, Page, ask, declares_privately

DOCS = Path(__file__).parent.parent.parent / "docs" / "api.md"
TOKEN = "second-token-of-ours"
LIST = "/api/v1/incidents"


async def get(there: Bench, path: str) -> Any:
    found = await ask(there, path, token=TOKEN)
    assert found.status == 200, found.text
    assert found.headers["Content-Type"] == "application/json; charset=utf-8"
    return json.loads(found.text)


def code_of(page: Page) -> str:
    error = json.loads(page.text)["error"]
    assert set(error) <= {"code", "message", "id"}
    assert error["message"]
    code: str = error["code"]
    return code


# Who is let in


async def test_without_a_token_nothing_is_told(there: Bench) -> None:
    await there.declares()
    for path in (LIST, f"{LIST}/INC-1", f"{LIST}/INC-1/timeline", "/api/nowhere"):
        await nobody_is_told(there, path)


async def nobody_is_told(there: Bench, path: str) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
    ):
        found = await ask(there, path, **headers)
        assert (found.status, code_of(found)) == (401, "unauthorized")
        assert found.headers["WWW-Authenticate"] == 'Bearer realm="incibot"'
        assert "Checkout" not in found.text
    for token in ("wrong", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), f"first-token-of-ours,{TOKEN}"):
        found = await ask(there, path, token=token)
        assert found.status == 401
        assert 'error="invalid_token"' in found.headers["WWW-Authenticate"]


async def test_each_of_the_tokens_is_let_in(there: Bench) -> None:
    for token in ("first-token-of-ours", TOKEN):
        assert (await ask(there, LIST, token=token)).status == 200
    assert (await ask(there, LIST, Authorization=f"bearer {TOKEN}")).status == 200


async def test_with_no_tokens_set_nobody_is_let_in(database: str, tmp_path: Path) -> None:
    async with bench(database, tmp_path) as there:
        for token in ("", "x", TOKEN):
            assert (await ask(there, LIST, token=token)).status == 401


# What it answers


async def test_open_ones_are_listed_unless_others_are_asked_for(there: Bench) -> None:
    await there.declares("sev1 One")
    ended = await there.declares("sev2 Two")
    await there.types("resolve", channel=ended.channel_name)
    for query, refs in (
        ("", ["INC-1"]),
        ("?status=open", ["INC-1"]),
        ("?status=ended", ["INC-2"]),
        ("?status=all", ["INC-2", "INC-1"]),
    ):
        found = await get(there, LIST + query)
        assert [one["ref"] for one in found["incidents"]] == refs
        assert found["next_before"] is None
        assert [one["open"] for one in found["incidents"]] == [ref == "INC-1" for ref in refs]


async def test_a_list_is_read_page_by_page_past_private_ones(there: Bench) -> None:
    for number in range(1, 8):
        await (
            declares_privately(there) if number in (3, 4, 6) else there.declares(f"sev2 {number}!")
        )
    pages, path = [], f"{LIST}?limit=2"
    while path:
        found = await get(there, path)
        pages.append([one["ref"] for one in found["incidents"]])
        before = found["next_before"]
        path = f"{LIST}?limit=2&before={before}" if before else ""
    assert pages == [["INC-7", "INC-5"], ["INC-2", "INC-1"]]


@pytest.mark.parametrize("format", ["json", "csv", "md", "html"])
async def test_a_timeline_is_the_export_byte_for_byte(there: Bench, format: str) -> None:
    await there.declares()
    found = await ask(there, f"{LIST}/inc-1/timeline?format={format}", token=TOKEN)
    assert found.body == (await there.export(format)).encode()
    assert found.headers["Content-Disposition"] == f'attachment; filename="INC-1-timeline.{format}"'
    media = {"json": "application/json", "csv": "text/csv", "md": "text/markdown"}
    assert found.headers["Content-Type"] == f"{media.get(format, 'text/html')}; charset=utf-8"


async def test_a_workbook_is_handed_out_as_bytes(there: Bench) -> None:
    await there.declares()
    found = await ask(there, f"{LIST}/inc-1/timeline?format=xlsx", token=TOKEN)
    assert found.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert next(iter(sheets(found.body))) == "events"


async def test_times_are_in_the_zone_that_was_asked_for(there: Bench) -> None:
    await there.declares()
    found = await get(there, f"{LIST}/INC-1/timeline?tz=Asia/Kolkata")
    assert found["time_zone"] == "Asia/Kolkata"
    assert found["entries"][0]["occurred_at"] == "2026-11-20T19:30:00.000000+05:30"


async def test_a_review_is_handed_out_once_there_is_one(there: Bench) -> None:
    await there.declares()
    missing = await ask(there, f"{LIST}/INC-1/review", token=TOKEN)
    assert (missing.status, code_of(missing)) == (404, "no_review")
    await there.types("review INC-1")
    markdown = await ask(there, f"{LIST}/INC-1/review", token=TOKEN)
    assert "# How we got here: Checkout answers 500" in markdown.text
    assert markdown.headers["Content-Type"] == "text/markdown; charset=utf-8"
    html = await ask(there, f"{LIST}/INC-1/review?format=html", token=TOKEN)
    assert "<h1>How we got here: Checkout answers 500</h1>" in html.text


WRONG = (
    (f"{LIST}?status=closed", 400, "bad_status"),
    *((f"{LIST}?limit={limit}", 400, "bad_limit") for limit in ("0", "201", "-1", "x", "²")),
    (f"{LIST}?before=0", 400, "bad_before"),
    (f"{LIST}/INC-1/timeline?format=pdf", 400, "bad_format"),
    (f"{LIST}/INC-1/review?format=json", 400, "bad_format"),
    (f"{LIST}/INC-1/timeline?tz=Middle/Earth", 400, "bad_time_zone"),
    (f"{LIST}/INC-1/timeline?tz=../../etc/passwd", 400, "bad_time_zone"),
    (f"{LIST}/INC-2", 404, "not_found"),
    (f"{LIST}/checkout", 404, "not_found"),
    (f"{LIST}/%F0%9F%94%A5/timeline", 404, "not_found"),
    ("/api", 404, "not_found"),
    ("/api/v1", 404, "not_found"),
    ("/api/v2/incidents", 404, "not_found"),
)


async def test_what_is_asked_wrongly_is_answered_with_a_code(there: Bench) -> None:
    await there.declares()
    for path, status, code in WRONG:
        found = await ask(there, path, token=TOKEN)
        assert (found.status, code_of(found)) == (status, code), path


async def test_it_only_reads(there: Bench) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        found = await ask(there, LIST, token=TOKEN, method=method)
        assert (found.status, code_of(found)) == (405, "method_not_allowed")
        assert found.headers["Allow"] == "GET,HEAD"
    head = await ask(there, f"{LIST}/INC-1/timeline", token=TOKEN, method="HEAD")
    assert (head.status, head.body) == (404, b"")


# The documentation


def examples() -> list[tuple[str, Any]]:
    """Each request of the page, with the answer that is shown below it, if one is."""
    blocks = re.findall(r"^```(sh|json)\n(.*?)^```", DOCS.read_text(), re.DOTALL | re.MULTILINE)
    found: list[tuple[str, Any]] = []
    for language, text in blocks:
        if language == "sh" and text.startswith("curl"):
            found.append((text.strip(), None))
        elif language == "json":
            found[-1] = (found[-1][0], json.loads(text))
    return found


async def test_the_examples_of_the_documentation_answer_as_it_says(there: Bench) -> None:
    first = await there.declares("sev2 Checkout answers 500")
    there.clock.passes(minutes=5)
    await there.types("update We are rolling back", channel=first.channel_name)
    await there.types("task Call the payment provider", channel=first.channel_name)
    await there.types("review INC-1")
    await declares_privately(there)
    there.clock.passes(minutes=5)
    await there.declares("sev3 Search is slow")
    tried = 0
    for line, wanted in examples():
        words = shlex.split(line.replace("$INCIBOT", BASE).replace("$TOKEN", TOKEN))
        assert words[:2] == ["curl", "-H"]
        name, _, value = words[2].partition(": ")
        parts = urlsplit(words[3])
        found = await ask(there, f"{parts.path}?{parts.query}", **{name: value})
        assert found.status == (404 if "INC-404" in line else 200), line
        if wanted is not None:
            assert json.loads(found.text) == wanted
        tried += 1
    assert tried == 6
    codes = set(re.findall(r"`(\w+)`", DOCS.read_text().partition("| status | `code`")[2]))
    assert {"bad_status", "bad_time_zone", "no_review", "unauthorized", "database"} <= codes
