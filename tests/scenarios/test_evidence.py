"""A deploy, a flag and an alert are told before somebody declares; the record has them in their order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from incibot.config import Hook, Integrations, Secret
from incibot.core.playbook import Playbook, Service
from incibot.core.timeline import EntryKind
from incibot.web.sources import Delivery
from tests.bench import Bench, bench
from tests.review.test_language import NEVER
from tests.sources.posted import SECRET, posted, saying
from tests.sources.sending import send

DEPLOYED = posted("github-deployment_status_success.json")
FLAG_ON = posted("launchdarkly-flag_on.json")
FLAG_OFF = posted("launchdarkly-flag_off.json")
FIRING = posted("alertmanager-firing.json")
RESOLVED = posted("alertmanager-resolved.json")
RUN = "https://github.com/acme/checkout/actions/runs/81233123"
FLAG = "https://app.launchdarkly.com/default/production/features/checkout-tax-v2"
GRAPH = "https://prometheus.example.com/graph?g0.expr=checkout%3Aerrors%3Aratio5m+%3E+0.05&g0.tab=1"


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Bench]:
    """A workspace whose incibot is told things by three systems."""
    hooks = Integrations(
        hooks=tuple(
            Hook(source=word, key="shop", secret=(Secret(SECRET),), service=service)
            for word, service in (
                ("github", ""),
                ("launchdarkly", "Checkout"),
                ("alertmanager", ""),
            )
        )
    )
    book = Playbook(services=(Service(name="Checkout", aliases=("acme/checkout", "checkout-api")),))
    async with bench("sqlite://", tmp_path, book=book, integrations=hooks) as made:
        yield made


async def posts(here: Bench, source: str, delivery: Delivery) -> int:
    """The status of the answer, once all that follows is done."""
    path = f"{source}/shop"
    answer = await send(here, delivery.body, path, secret=None, headers=delivery.headers)
    await here.settle()
    return answer.status


def told(entries: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """What the systems told of, and the declaration: when, what, and where to look at it."""
    kinds = {EntryKind.ALERT, EntryKind.CHANGE, EntryKind.DECLARED}
    return [
        (
            f"{datetime.fromisoformat(one['occurred_at']):%H:%M:%S}",
            one["text"].partition("\n")[0] if one["kind"] != "declared" else "declared",
            one["source"].get("url", ""),
        )
        for one in entries
        if one["kind"] in kinds
    ]


async def test_what_was_told_before_during_and_after_is_in_the_record_and_is_called_no_cause(
    watched: Bench,
) -> None:
    watched.clock.passes(minutes=4, seconds=7)
    assert await posts(watched, "github", DEPLOYED) == 202
    watched.clock.passes(minutes=2)
    assert await posts(watched, "alertmanager", FIRING) == 202
    # Late, and out of order: LaunchDarkly promises neither.
    assert await posts(watched, "launchdarkly", FLAG_ON) == 202
    watched.clock.passes(minutes=3)
    await watched.types("Checkout answers 500")
    answer = await watched.person("ana").submits({"severity": "sev2", "service": "Checkout"})
    assert answer.errors is None
    await watched.settle()
    channel = (await watched.incident()).channel_name
    watched.clock.passes(minutes=12)
    assert await posts(watched, "launchdarkly", FLAG_OFF) == 202
    assert await posts(watched, "github", DEPLOYED) == 202, "sent once more by GitHub"
    forged = saying(FLAG_OFF, {"_id": "forged", "kind": "flag", "name": "All of it"})
    assert await posts(watched, "launchdarkly", forged) == 401
    watched.clock.passes(minutes=13)
    assert await posts(watched, "alertmanager", RESOLVED) == 202
    await watched.types("milestone started 14:06", channel=channel)
    await watched.types("resolve all is well", channel=channel)

    timeline = await watched.exported()
    assert told(timeline["entries"]) == [
        ("14:04:05", "Deployed checkout 9f2c1a4 to production", RUN),
        ("14:05:10", "Turned on the flag Checkout tax v2 in production", FLAG),
        *[("14:06:30", "18% of POST /checkout fail", GRAPH)] * 2,  # of two pods
        ("14:09:07", "declared", ""),
        ("14:21:10", "Turned off the flag Checkout tax v2 in production", FLAG),
        *[("14:33:30", "Resolved: 18% of POST /checkout fail", GRAPH)] * 2,
    ]
    flag = next(one for one in timeline["entries"] if one["text"].startswith("Turned on"))
    assert (flag["data"]["from"], flag["data"]["to"]) == ("off", "on")
    text = await watched.export("md")
    places = [text.index(url) for url in (RUN, FLAG, GRAPH)]
    assert places == sorted(places)

    await watched.types("review", channel=channel)
    review = await reviewed(watched)
    before = review.index("Changes in the 24 hours before")
    during = review.index("Changes during the response")
    deployed, on, off = (
        review.index(words, before)
        for words in ("Deployed checkout 9f2c1a4", "Turned on the flag", "Turned off the flag")
    )
    assert before < deployed < on < during < off
    assert RUN in review
    listed = review[before : review.index("\n#", during)]
    assert "no claim that they mattered" in listed
    assert not NEVER.search(listed)
    assert "root cause" not in review.casefold()


async def reviewed(here: Bench) -> str:
    """The draft, as the person who asked for it is handed it."""
    person = here.person("ana")
    files = [one for one in person.files() if str(one["name"]).endswith("review.md")]
    return person.downloads(files[-1]["id"]).decode()
