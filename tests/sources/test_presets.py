"""Maps for tools that speak through another source: what the pages say, done with what they show."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import pytest
import yaml

from incibot.config import Hook, read_team
from incibot.core.evidence import Change, Evidence, What
from incibot.web.hooks import wrong_with
from incibot.web.sources import Delivery, source_of
from tests.sources.posted import NOW, SECRET, with_values

PAGES = Path(__file__).parents[2] / "docs" / "integrations"
FENCE = re.compile(r"^( *)```(yaml|json)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def fences(page: str, language: str) -> list[Any]:
    """What stands in the fences of a page that are written in that language."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    found = [dedent(inner) for _, word, inner in FENCE.findall(text) if word == language]
    return [one for text in found for one in yaml.safe_load_all(text)]


def hooks(page: str) -> tuple[Hook, ...]:
    """The hooks of a page, as incibot reads them at its start."""
    found: list[Hook] = []
    for fence in fences(page, "yaml"):
        if "hooks" not in fence:
            continue
        named = {one.get("service") for one in fence["hooks"]} - {None}
        known = {one["name"] for one in fence.get("services", [])}
        services = [*fence.get("services", []), *sorted(named - known)]
        settings = re.findall(r"\b[A-Z][A-Z0-9_]+\b", yaml.safe_dump(fence))
        with TemporaryDirectory() as folder:
            file = Path(folder) / "incibot.yaml"
            file.write_text(yaml.safe_dump({**fence, "services": services}), encoding="utf-8")
            environ = dict.fromkeys(settings, SECRET)
            found += read_team(file, environ=environ).integrations.hooks
    return tuple(found)


@cache
def preset(page: str, key: str = "") -> Hook:
    """The hook of a page that has a map, by the last part of its address."""
    (found,) = [one for one in hooks(page) if one.key == (key or page)]
    return found


def shown(page: str, place: int = -1) -> Any:
    """What the page says that the tool sends; the last of its JSON, if there is more."""
    return json.loads(json.dumps(fences(page, "json")[place]))


def read(page: str, document: Any, key: str = "") -> Sequence[Evidence]:
    """What is told by that, sent to the address that the page names."""
    hook = preset(page, key)
    source = source_of(hook.source)
    assert source is not None
    kind = "application/cloudevents+json" if hook.source == "cloudevents" else "application/json"
    body = json.dumps(document).encode()
    return source.read(Delivery(headers={"content-type": kind}, body=body, at=NOW), hook)


def told(page: str, document: Any, key: str = "") -> Change:
    (found,) = read(page, document, key)
    assert isinstance(found, Change)
    return found


def nothing(page: str, document: Any, key: str = "") -> bool:
    return not read(page, document, key)


@pytest.mark.parametrize(
    ("page", "place", "key", "what", "title", "service", "at"),
    [
        (
            *("argo-cd", -1, "", What.DEPLOY),
            "Synced checkout to 9f2c1a4e7b3d5c6f8a9b0c1d2e3f4a5b6c7d8e9f",
            *("checkout", "14:04:05"),
        ),
        (
            *("flux", -1, "", What.DEPLOY),
            "Applied apps/checkout at main@sha1:9f2c1a4e7b3d5c6f8a9b0c1d2e3f4a5b6c7d8e9f",
            *("checkout", "14:04:05"),
        ),
        (
            *("gremlin", -1, "", What.EXPERIMENT),
            "Gremlin experiment latency is running",
            *("", ""),
        ),
        (
            *("chaos-mesh", -1, "", What.EXPERIMENT),
            "NetworkChaos shop/checkout-delay: Successfully apply chaos for"
            " shop/checkout-5d8f7c9b4-abcde",
            *("checkout", "14:05:12"),
        ),
        (
            *("aws-fis", -1, "", What.EXPERIMENT),
            "AWS FIS experiment EXPaBCD1efg2HIJkL3 is running",
            *("", "14:05:12"),
        ),
        (
            *("kubernetes", 0, "", What.INFRASTRUCTURE),
            "shop/checkout: Scaled up replica set checkout-5d8f7c9b4 to 3",
            *("checkout", "14:03:50"),
        ),
        (
            *("kubernetes", 1, "knative", What.INFRASTRUCTURE),
            "shop/checkout: Scaled up replica set checkout-5d8f7c9b4 to 3",
            *("checkout", "14:03:50"),
        ),
        (
            *("confluent", -1, "", What.CONFIG),
            "kafka.CreateTopics of crn://confluent.cloud/kafka=lkc-a1b2c/topic=departures",
            *("crn://confluent.cloud/kafka=lkc-a1b2c", "13:58:02.789000"),
        ),
    ],
    ids=[
        "argo-cd",
        "flux",
        "gremlin",
        "chaos-mesh",
        "aws-fis",
        "kubernetes",
        "knative",
        "confluent",
    ],
)
def test_what_a_page_shows_is_told_by_the_map_of_the_page(
    page: str, place: int, key: str, what: What, title: str, service: str, at: str
) -> None:
    found = told(page, shown(page, place), key)
    assert (found.what, found.title, found.service) == (what, title, service)
    when = datetime.fromisoformat(f"2026-11-20T{at}").replace(tzinfo=UTC) if at else None
    assert found.at == when


def test_argo_cd_says_what_failed_and_each_sync_is_one_change() -> None:
    sent = shown("argo-cd")
    failed = told("argo-cd", {**sent, "phase": "Error", "message": "one task failed"})
    assert failed.title.startswith("Sync of checkout to 9f2c1a4")
    assert failed.title.endswith("failed")
    assert (failed.details, failed.state) == ("one task failed", "Error")
    went = told("argo-cd", sent)
    assert (went.environment, went.actor) == ("production", "dkim")
    assert went.data == {"began": "2026-11-20T14:03:41Z", "project": "default"}
    assert told("argo-cd", {**sent, "finished": "2026-11-20T15:00:00Z"}).id != went.id
    assert nothing("argo-cd", {**sent, "phase": "Running"})


def test_the_template_for_argo_cd_sends_the_fields_that_its_map_reads() -> None:
    (configured,) = [one["data"] for one in fences("argo-cd", "yaml") if "data" in one]
    webhook = yaml.safe_load(configured["template.incibot"])["webhook"]["incibot"]
    filled = re.sub(r'"?\{\{.*?\}\}[^",\n]*"?', '"filled in"', webhook["body"])
    assert json.loads(filled).keys() == shown("argo-cd").keys()


def test_flux_tells_of_charts_roll_backs_and_what_was_not_applied() -> None:
    sent = shown("flux")
    helm = with_values(sent, involvedObject__kind="HelmRelease", metadata={"revision": "1.2.3"})
    upgraded = told("flux", {**helm, "reason": "UpgradeSucceeded"})
    assert (upgraded.title, upgraded.version) == ("Released apps/checkout 1.2.3", "1.2.3")
    assert told("flux", {**helm, "reason": "RollbackSucceeded"}).what is What.ROLLBACK
    failed = told("flux", {**sent, "reason": "HealthCheckFailed", "severity": "error"})
    assert failed.title == "apps/checkout was not applied: HealthCheckFailed"
    assert (failed.state, failed.environment) == ("failed", "production")
    assert nothing("flux", {**helm, "reason": "TestSucceeded"})
    assert nothing("flux", with_values(sent, involvedObject__kind="GitRepository"))


def test_flux_applies_a_revision_once_by_old_names_and_new() -> None:
    sent = shown("flux")
    finished = {**sent, "reason": "ReconciliationSucceeded", "timestamp": "2026-11-20T14:04:09Z"}
    assert told("flux", finished).id == told("flux", sent).id
    revision = sent["metadata"]["revision"]
    old = {**sent, "metadata": {"kustomize.toolkit.fluxcd.io/revision": revision}}
    assert told("flux", old).id == told("flux", sent).id
    assert told("flux", old).version == revision


def test_chaos_experiments_are_told_as_they_begin_and_end() -> None:
    gremlin = shown("gremlin")
    assert told("gremlin", {**gremlin, "attackStatus": "Finished"}).title.endswith("has finished")
    assert nothing("gremlin", {**gremlin, "attackStatus": "Initialized"})
    mesh = shown("chaos-mesh")
    ended = told(
        "chaos-mesh", {**mesh, "reason": "TimeUp", "message": "Time up according to the duration"}
    )
    assert (ended.state, ended.environment) == ("ended", "production")
    assert nothing("chaos-mesh", {**mesh, "reason": "Updated"})
    unlabelled = with_values(mesh, involvedObject={"kind": "PodChaos", "namespace": "shop"})
    assert told("chaos-mesh", unlabelled).service == "shop"
    fis = shown("aws-fis")
    assert told("aws-fis", fis).data["template"] == "EXTa1b2c3de5f6g7h"
    initiating = json.loads(json.dumps(fis).replace('"running"', '"initiating"'))
    assert nothing("aws-fis", initiating)


def test_kubernetes_tells_of_roll_backs_and_of_an_event_that_is_counted_up() -> None:
    sent = shown("kubernetes", 0)
    assert told("kubernetes", {**sent, "reason": "DeploymentRollback"}).what is What.ROLLBACK
    assert told("kubernetes", {**sent, "count": 2}).id != told("kubernetes", sent).id
    assert nothing("kubernetes", {**sent, "reason": "BackOff"})


def test_what_was_not_granted_has_changed_nothing_in_kafka() -> None:
    sent = shown("confluent")
    assert nothing("confluent", with_values(sent, data__authorizationInfo__granted=False))
    assert nothing("confluent", with_values(sent, data__methodName="kafka.Fetch"))


@pytest.mark.parametrize("page", sorted(one.stem for one in PAGES.glob("*.md")))
def test_each_hook_that_a_page_shows_is_read_at_the_start_without_mistakes(page: str) -> None:
    assert wrong_with(hooks(page), several=False) == []


def test_every_preset_has_a_page_with_a_row_among_the_others() -> None:
    listed = (PAGES / "README.md").read_text(encoding="utf-8")
    for page in ("argo-cd", "flux", "gremlin", "chaos-mesh", "aws-fis", "kubernetes", "confluent"):
        assert f"({page}.md)" in listed
        assert preset(page).map
