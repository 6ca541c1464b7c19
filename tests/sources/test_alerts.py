"""The samples of alert sources, from the door to the alerts as they stand."""

from __future__ import annotations

from pathlib import Path

from incibot.config import Hook, Integrations, Secret
from incibot.core.playbook import Playbook, Service
from incibot.core.timeline import EntryKind
from tests.bench import bench
from tests.sources.posted import SECRET, posted
from tests.sources.sending import send

BOOK = Playbook(services=(Service(name="Checkout", aliases=("checkout-api", "Checkout API")),))
STORY = (
    "alertmanager-firing.json",
    "pagerduty-incident_triggered.json",
    "grafana-alert_firing.json",
    "datadog-monitor_triggered.json",
    "datadog-default_body.json",
    "opsgenie-create.json",
    "honeycomb-trigger_triggered.json",
    "sentry-event_alert_triggered.json",
    "sentry-metric_alert_critical.json",
    "lightstep-alert_violated.json",
    "servicenow-incident_updated.json",
    "opsgenie-acknowledge.json",
    "pagerduty-incident_acknowledged.json",
    "pagerduty-incident_responder_replied.json",
    "pagerduty-incident_annotated.json",
)
ENDINGS = (
    "opsgenie-close.json",
    "alertmanager-resolved.json",
    "datadog-monitor_recovered.json",
    "honeycomb-trigger_ok.json",
    "sentry-issue_resolved.json",
    "grafana-alert_resolved.json",
    "pagerduty-incident_resolved.json",
)
SOURCES = sorted({file.partition("-")[0] for file in STORY})


async def test_the_story_of_an_outage_comes_in_by_every_source(tmp_path: Path) -> None:
    ours = tuple(Hook(source=one, key=one, secret=(Secret(SECRET),)) for one in SOURCES)
    wired = Integrations(hooks=ours)
    async with bench("sqlite://", tmp_path, book=BOOK, integrations=wired) as it:
        it.clock.passes(minutes=8)  # Grafana signs the time

        async def come(files: tuple[str, ...]) -> None:
            for file in files:
                word, sent = file.partition("-")[0], posted(file)
                answer = await send(
                    it, sent.body, f"{word}/{word}", secret=None, headers=sent.headers
                )
                assert (answer.status, answer.json["outcome"]) == (202, "kept"), file
            await it.settle()

        await it.types("Checkout answers 500")
        await it.person("ana").submits({"severity": "sev2", "service": "Checkout"})
        await come(STORY)
        texts = [one.words for one in await it.timeline() if one.kind is EntryKind.NOTE]
        assert any("accepted the request for help" in text for text in texts)
        assert any("Errors started with the 14:04 deploy" in text for text in texts)
        told = [one for one in await it.timeline() if one.kind is EntryKind.ALERT]
        assert {one.source.type for one in told} >= {"alertmanager", "grafana", "pagerduty"}
        await come(ENDINGS)
        over = [
            one
            for one in await it.timeline()
            if one.kind is EntryKind.ALERT and one.data["state"] == "resolved"
        ]
        assert {one.source.type for one in over} >= {"alertmanager", "grafana", "pagerduty"}
        again = posted("pagerduty-incident_resolved.json")
        answer = await send(
            it, again.body, "pagerduty/pagerduty", secret=None, headers=again.headers
        )
        assert answer.json["outcome"] == "repeated"
