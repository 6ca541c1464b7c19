"""The pages of incidents: what they show, and what they never let through."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import insert, text
from structlog.testing import capture_logs

from incibot.core.change import Change
from incibot.core.incident import Incident
from incibot.core.people import UserId
from incibot.core.playbook import Kind
from incibot.exports import FORMATS
from incibot.store.schema import entries, wordings
from tests.bench import START, bench
from tests.web.browser import BASE, Browser, ask

HARM = """</title></textarea><script>alert(1)</script><img src=x onerror=alert(1)>'" {{ 7*7 }}"""


def is_harmless(html: str) -> bool:
    """No script, no handler, no frame, nothing fetched: whatever people typed is text.

    Of pictures only our own, in which what people typed is text as well.
    """
    return not re.search(
        r"<(script|img|iframe|object|embed|link|base)\b|<svg(?! xmlns=\S+ class=.incibot-picture.)|<[^>]+\son\w+\s*=|(href|src|action)=.?\s*javascript:",
        html,
        re.IGNORECASE,
    )


async def test_what_people_type_is_shown_as_text_on_every_page(ana: Browser) -> None:
    there = ana.there
    incident = await there.declares(f"sev2 {HARM}"[:250])
    channel = incident.channel_name
    await there.types(f"note {HARM}", channel=channel)
    await there.types(f"hypothesis <javascript:alert(1)|press> {HARM}", channel=channel)
    await there.types(f"task {HARM}", channel=channel)
    await there.person("ana").writes(HARM, channel)
    await there.settle()
    review = await ana.get("/incidents/INC-1/review")
    await ana.send(review.form("/review"))
    for path in (
        "/incidents",
        "/incidents/INC-1",
        "/incidents/INC-1/review",
        "/incidents/INC-1/review/edit",
        "/incidents/INC-1/timeline.html",
        "/incidents/INC-1/review.html",
    ):
        page = await ana.get(path)
        assert page.status == 200
        assert "alert(1)" in page.text, path
        assert is_harmless(page.text), path


async def test_markdown_in_a_review_becomes_no_script(ana: Browser) -> None:
    await ana.there.declares()
    page = await ana.get("/incidents/INC-1/review")
    await ana.send(page.form("/review"))
    form = (await ana.get("/incidents/INC-1/review/edit")).form("/edit")
    typed = (
        f"# Review {HARM}\n\n[press](javascript:alert(1)) ![x](https://evil.example.com/x.png)\n\n"
        "<a href='javascript:alert(1)' onclick='alert(1)'>a</a> <style>body{display:none}</style>\n\n"
        "<form action='https://evil.example.com'><button>b</button></form>\n"
        '<div style="position:fixed">over all</div>\n'
    )
    await ana.send(form, markdown=typed)
    for path in ("/incidents/INC-1/review", "/incidents/INC-1/review.html"):
        shown = await ana.get(path)
        document = shown.text.partition("</header>")[2] or shown.text.partition("<main")[2]
        assert is_harmless(shown.text), path
        assert "evil.example.com" not in document.replace("![x]", "")
        assert "position:fixed" not in document
        assert "display:none" not in document
    kept = (await ana.get("/incidents/INC-1/review.md")).text
    assert kept == typed, "what people typed is kept as they typed it"


@pytest.mark.parametrize(
    "path", ["/incidents", "/incidents/INC-1", "/incidents/INC-1/review", "/nowhere", "/enter"]
)
async def test_a_page_may_load_nothing_and_be_framed_by_nobody(ana: Browser, path: str) -> None:
    await ana.there.declares()
    first, second = await ana.get(path), await ana.get(path)
    policy = first.headers["Content-Security-Policy"]
    nonce = re.fullmatch(
        r"default-src 'none'; style-src 'nonce-([\w-]{20,})'; form-action 'self'; "
        r"base-uri 'none'; frame-ancestors 'none'",
        policy,
    )
    assert nonce
    assert first.text.count(nonce[1]) == 1
    assert first.headers["Content-Security-Policy"] != second.headers["Content-Security-Policy"]
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert first.headers["Cache-Control"] == "no-store"
    assert "Server" not in first.headers
    assert "<script" not in first.text
    assert " style=" not in first.text
    assert '<html lang="en">' in first.text
    assert first.text.count("<h1") == 1
    assert first.text.count("<main") == 1


@pytest.mark.parametrize("format", ["md", "html", "json", "csv"])
async def test_a_download_is_the_export_byte_for_byte(ana: Browser, format: str) -> None:
    incident = await ana.there.declares()
    await ana.there.types("note 13:50 First report", channel=incident.channel_name)
    page = await ana.get(f"/incidents/INC-1/timeline.{format}?tz=UTC")
    assert page.body == (await ana.there.export(format)).encode()
    assert page.headers["Content-Disposition"] == f'attachment; filename="INC-1-timeline.{format}"'
    assert page.headers["Content-Security-Policy"].startswith("sandbox;")
    assert page.headers["Content-Type"].endswith("; charset=utf-8")


async def test_the_page_links_to_files_in_the_zone_that_it_shows(ana: Browser) -> None:
    await ana.there.declares()
    own = await ana.get("/incidents/INC-1")
    assert "Times are in Europe/Lisbon" in own.text, "hers in Slack"
    page = await ana.get("/incidents/INC-1?tz=Asia/Tokyo")
    assert '<time datetime="2026-11-20T23:00:00+09:00">' in page.text
    files = re.findall(r'href="(/incidents/INC-1/timeline\.[\w.]+\?[^"]*)"', page.text)
    assert len(files) == len(FORMATS)
    for file in files:
        found = await ana.get(file)
        assert found.status == 200
        if file.partition("?")[0].endswith((".xlsx", ".markers.csv", ".txt")):
            continue  # one is packed, and in the others nothing stands yet
        assert "2026-11-20T23:00:00" in found.text or "20 Nov 2026, 23:00" in found.text
    assert (await ana.get("/incidents/INC-1?tz=Middle/Earth")).status == 400


async def test_the_key_moments_are_shown_alone(ana: Browser) -> None:
    there = ana.there
    incident = await there.declares()
    author = there.person("ana")
    ts = await author.writes("Rolled back, errors fall", incident.channel_name)
    await author.writes("lunch?", incident.channel_name)
    await author.reacts(incident.channel_name, ts, "pushpin")
    await there.settle()
    page = await ana.get("/incidents/INC-1?only=key")
    assert "Rolled back, errors fall" in page.text
    assert "lunch?" not in page.text
    assert "lunch?" in (await ana.get("/incidents/INC-1")).text


async def test_the_list_has_open_ones_first_and_leads_to_older_ended_ones(ana: Browser) -> None:
    async with ana.there.app.store.begin() as tx:
        for number in range(1, 54):
            incident = Incident(
                number=await tx.next_number(),
                title=f"Trouble {number}",
                kind=Kind.INCIDENT,
                severity="sev3",
                status="resolved" if number <= 52 else "investigating",
                private=False,
                declared_by=UserId("U1"),
                declared_at=START,
            )
            await tx.apply(Change(incident=incident))
    page = await ana.get("/incidents")
    numbers = [int(one) for one in re.findall(r'href="/incidents/INC-(\d+)"', page.text)]
    assert numbers == [53, *range(52, 2, -1)]
    (older,) = re.findall(r'href="([^"]*)" rel="next"', page.text)
    rest = await ana.get(older)
    assert [int(one) for one in re.findall(r'href="/incidents/INC-(\d+)"', rest.text)] == [2, 1]


async def test_head_answers_as_get_does_without_the_body(ana: Browser) -> None:
    await ana.there.declares()
    for path in ("/incidents", "/incidents/INC-1", "/incidents/INC-1/timeline.md", "/healthz"):
        got, head = await ana.get(path), await ana.get(path, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]


async def test_what_is_not_there_is_told_in_the_visitors_language(ana: Browser) -> None:
    page = await ana.get("/nowhere")
    assert page.status == 404
    assert "<h1>Not found</h1>" in page.text
    assert (await ana.post("/incidents")).status == 405
    for path in ("/api/nowhere", "/slack/nowhere", "/hooks/x/y/z", "/metrics/x"):
        found = await ask(ana.there, path, token="first-token-of-ours")
        assert (found.status, json.loads(found.text)["error"]["code"]) == (404, "not_found")


async def test_what_was_asked_for_wrongly_is_no_failure_of_ours(ana: Browser) -> None:
    await ana.there.declares()
    for path in ("/incidents?before=x", "/incidents?before=²", "/incidents/INC-1?only=%00"):
        assert (await ana.get(path)).status == 200
    for path in ("/incidents/%00", "/incidents/INC-99999999999", "/incidents/²"):
        assert (await ana.get(path)).status == 404, path
    assert (await ana.post("/enter", **{f"f{n}": "" for n in range(30)})).status == 400
    assert (await ana.get(f"/enter?ticket={'x' * 5000}")).status == 403


# Long timelines, and what goes wrong on the way


FAR = 10_000_000  # beyond every number that the database has given to entries


async def test_a_timeline_of_5000_entries_is_streamed_whole(ana: Browser) -> None:
    there = ana.there
    await there.declares()
    entry = {
        "incident": 1,
        "kind": "note",
        "recorded_at": START,
        "by": there.person("ana").id,
        "by_name": "",
        "source": "slack",
        "url": "",
        "data": {},
    }
    async with there.app.engine.begin() as connection:
        rows = [
            {
                **entry,
                "id": n,
                "key": f"test:{n}",
                "occurred_at": START + timedelta(seconds=n - FAR),
            }
            for n in range(FAR, FAR + 5000)
        ]
        await connection.execute(insert(entries), rows)
        said = "what was seen and said " * 5
        words = [{"entry": n, "since": "", "words": f"{n}: {said}"} for n in range(FAR, FAR + 5000)]
        await connection.execute(insert(wordings), words)
    page = await ana.get("/incidents/INC-1")
    assert page.headers["Transfer-Encoding"] == "chunked"
    assert page.text.count('<li class="entry') == len(await there.kinds()) > 5000
    assert page.text.rstrip().endswith("</html>")
    assert is_harmless(page.text)
    found = await ask(there, "/api/v1/incidents/INC-1/timeline", token="first-token-of-ours")
    assert found.headers["Transfer-Encoding"] == "chunked"
    assert len(json.loads(found.text)["entries"]) == len(await there.timeline())


async def test_a_stream_that_breaks_is_cut_so_that_nobody_takes_a_part_for_the_whole(
    database: str, tmp_path: Path
) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    long = "{% for n in range(4000) %}a line of text\n{% endfor %}"
    (templates / "timeline.md.j2").write_text(long + "{{ 1 // 0 }}")
    with capture_logs() as logs:
        async with bench(
            database, tmp_path, base_url=BASE, INCIBOT_TEMPLATES=str(templates)
        ) as there:
            await there.declares()
            browser = Browser(there)
            await browser.signs_in()
            with pytest.raises(aiohttp.ClientError):
                await browser.get("/incidents/INC-1/timeline.md")
            assert (await browser.get("/incidents/INC-1/timeline.json")).status == 200
    assert [one["event"] for one in logs].count("request.failed") == 1


async def test_a_failure_of_ours_is_told_by_an_id_that_the_log_explains(
    database: str, tmp_path: Path
) -> None:
    templates = tmp_path / "templates"
    (templates / "web").mkdir(parents=True)
    (templates / "web" / "incidents.html.j2").write_text("{{ nobody.at.home }}")
    (templates / "timeline.md.j2").write_text("{{ 1 // 0 }}")
    async with bench(
        database,
        tmp_path,
        base_url=BASE,
        INCIBOT_TEMPLATES=str(templates),
        INCIBOT_API_TOKENS="token",
    ) as there:
        await there.declares()
        browser = Browser(there)
        with capture_logs() as logs:
            await browser.signs_in(text="web INC-1")
            page = await browser.get("/incidents")
            found = await ask(there, "/api/v1/incidents/INC-1/timeline?format=md", token="token")
    ids = [one["id"] for one in logs if one["event"] == "request.failed"]
    assert (page.status, found.status) == (500, 500)
    error = json.loads(found.text)["error"]
    assert (error["code"], error["id"]) == ("internal", ids[1])
    assert ids[0] in page.text
    for shown in (page.text, found.text):
        assert "Traceback" not in shown
        assert str(tmp_path) not in shown


async def test_while_the_database_fails_the_answer_is_503(ana: Browser) -> None:
    there = ana.there
    await there.declares()
    engine = there.app.engine
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE incidents RENAME TO incidents_away"))
    try:
        page = await ana.get("/incidents")
        found = await ask(there, "/api/v1/incidents", token="first-token-of-ours")
        counted = await ask(there, "/metrics")
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE incidents_away RENAME TO incidents"))
    assert (page.status, page.headers["Retry-After"]) == (503, "5")
    assert (found.status, found.headers["Retry-After"]) == (503, "5")
    assert json.loads(found.text)["error"]["code"] == "database"
    assert "incidents_away" not in page.text + found.text
    assert counted.status == 200
    assert (await ana.get("/incidents")).status == 200
