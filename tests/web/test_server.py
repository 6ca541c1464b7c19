"""Whether it lives, whether it is ready, and what it counts."""

from __future__ import annotations

import json
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from incibot import __version__
from tests.bench import Bench
from tests.web.browser import Browser, ask, declares_privately

DOCS = Path(__file__).parent.parent.parent / "docs" / "operation.md"


async def values(there: Bench) -> dict[tuple[str, ...], float]:
    """Each sample by its name and its labels' values, in the order of the labels' names."""
    found = await ask(there, "/metrics")
    assert found.status == 200
    assert found.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(found.text)
        for sample in family.samples
    }


async def test_it_says_that_it_lives_and_that_it_is_ready(there: Bench) -> None:
    health, ready = await ask(there, "/healthz"), await ask(there, "/readyz")
    assert (health.status, json.loads(health.text)) == (200, {"ok": True, "version": __version__})
    assert (ready.status, json.loads(ready.text)) == (200, {"ok": True, "waits_for": []})


async def test_it_counts_deliveries_jobs_calls_requests_and_incidents(there: Bench) -> None:
    await there.declares("sev1 One")
    await declares_privately(there)
    ended = await there.declares("sev4 Three")
    await there.types("resolve", channel=ended.channel_name)
    await ask(there, "/api/v1/incidents/INC-1", token="wrong")
    await ask(there, "/nowhere/at/all")
    found = await values(there)
    assert found["incibot_incidents_open", "sev1"] == 1
    assert found["incibot_incidents_open", "sev4"] == 0
    assert sum(n for (name, *_), n in found.items() if name == "incibot_incidents_open") == 1
    # the private one is not counted
    assert found["incibot_deliveries_total", "command", "answered"] >= 3
    assert found["incibot_jobs_total", "OpenChannel", "done"] == 3
    assert found["incibot_slack_calls_total", "conversations.create", "ok"] == 3
    assert found["incibot_http_requests_total", "/api/v1/incidents/{ref}", "401"] == 1
    assert found["incibot_http_requests_total", "none", "404"] == 1
    assert found["incibot_jobs_waiting",] == 0
    assert found["incibot_jobs_parked",] == 0
    assert found["incibot_jobs_oldest_seconds",] == 0


async def test_metrics_name_nobody_and_nothing(there: Bench) -> None:
    await declares_privately(there, "Somebody took the customers")
    browser = Browser(there)
    await browser.signs_in(text="web INC-1")
    shown = (await ask(there, "/metrics")).text
    assert "customers" not in shown
    assert "INC-1" not in shown
    assert "ticket" not in shown
    assert there.person("ana").id not in shown


async def test_the_documentation_names_each_metric_and_no_other(there: Bench) -> None:
    await there.declares()
    there.app.metrics.paced("chat.update", 0.0)  # as at a bench without limits nothing is
    there.app.metrics.hooked("generic", "kept")  # as at one without hooks nothing comes in
    async with there.app.store.begin() as tx:
        await tx.keep_delivery(source="generic", hook="x", id="1", headers={}, body=b"{}")
    found = {name for name, *_ in await values(there) if not name.endswith("_created")}
    shown = {re.sub(r"_(bucket|count|sum)\Z", "", name) for name in found}
    section = DOCS.read_text().partition("## Metrics")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `(incibot_\w+)`", section, re.MULTILINE)
    assert set(told) == shown
    assert len(told) == len(set(told))


async def test_deliveries_without_slacks_signature_are_refused(there: Bench) -> None:
    found = await ask(there, "/slack/events", method="POST")
    assert found.status == 401
    assert (await values(there))["incibot_deliveries_total", "request", "unsigned"] == 1
