"""CloudEvents, as its HTTP binding has them: structured, batched, binary; and what their types say."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from incibot.config import Hook
from incibot.core.evidence import Alert, Change, State, What
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.cloudevents import CLOUDEVENTS, events
from tests.sources.alarmed import check_token
from tests.sources.posted import NOW, check_reading, check_sample, hook, posted
from tests.sources.test_presets import preset

OURS = hook("cloudevents")
EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "/x",
    "type": "com.example.deploy.finished",
    "data": {},
}


def structured(body: Any, kind: str = "application/cloudevents+json") -> Delivery:
    return Delivery(headers={"content-type": kind}, body=json.dumps(body).encode(), at=NOW)


def read(delivery: Delivery, of: Hook = OURS) -> list[Any]:
    return list(CLOUDEVENTS.read(delivery, of))


def test_an_event_is_read_from_its_json_and_its_data() -> None:
    (found,) = read(posted("cloudevents-structured.json"))
    assert found == Change(
        id="https://deploys.example.com/checkout 0b7e2c1e-2a0e-4a7c-9a55-1f4c3f1f0c11",
        what=What.ROLLBACK,
        title="checkout@2026.11.20-2 (com.example.deploy.rolled_back)",
        at=datetime(2026, 11, 20, 14, 30, 2, tzinfo=UTC),
        service="https://deploys.example.com/checkout",
        url="https://deploys.example.com/checkout/915",
        actor="maeve",
        state="rolled back",
        version="2026.11.20-2",
        environment="production",
        data={"from": "2026.11.20-3", "to": "2026.11.20-2"},
    )


def test_a_batch_tells_each_and_a_binary_one_tells_the_same() -> None:
    one, other = read(posted("cloudevents-batch.json"))
    assert (one.what, other.what) == (What.ROLLBACK, What.DEPLOY)
    assert [one] == read(posted("cloudevents-structured.json"))
    (binary,) = read(posted("cloudevents-binary.json"))
    assert isinstance(binary, Change)
    assert binary.data == {"from": "2026.11.20-3", "to": "2026.11.20-2"}
    percent = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/a%20b", "ce-type": "x.deploy"}
    text = Delivery(headers={**percent, "content-type": "text/plain"}, body=b"\xff", at=NOW)
    assert [event["source"] for event in events(text)] == ["/a b"]
    assert read(text)[0].title == "x.deploy"
    packed = {**EVENT, "data_base64": base64.b64encode(b'{"environment": "live"}').decode()}
    del packed["data"]
    assert read(structured(packed))[0].environment == "live"


def test_a_delivery_of_one_event_has_its_name_and_a_batch_none() -> None:
    name = "https://deploys.example.com/checkout 0b7e2c1e-2a0e-4a7c-9a55-1f4c3f1f0c11"
    assert CLOUDEVENTS.id(posted("cloudevents-structured.json")) == name
    assert CLOUDEVENTS.id(posted("cloudevents-batch.json")) == ""


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("dev.cdevents.service.deployed.0.2.0", What.DEPLOY),
        ("dev.cdevents.service.rolledback.0.2.0", What.ROLLBACK),
        ("dev.cdevents.artifact.published.0.2.0", What.RELEASE),
        ("dev.cdevents.pipelinerun.finished.0.2.0", What.PIPELINE),
        ("dev.cdevents.incident.detected.0.2.0", State.FIRING),
        ("dev.cdevents.incident.resolved.0.2.0", State.RESOLVED),
        ("com.example.alert.acknowledged", State.ACKNOWLEDGED),
        ("com.example.flag.toggled", What.FLAG),
        ("com.example.chaos.started", What.EXPERIMENT),
        ("com.example.order.placed", None),
    ],
)
def test_the_words_of_a_type_say_what_it_is(type: str, expected: Any) -> None:
    found = read(structured({**EVENT, "type": type, "subject": "s"}))
    if expected is None:
        assert found == []
    elif isinstance(expected, State):
        assert isinstance(found[0], Alert)
        assert (found[0].state, found[0].key) == (expected, "/x s")
    else:
        assert found[0].what is expected


def test_a_map_of_the_teams_own_goes_before_the_words_of_a_type() -> None:
    rule = {
        "when": {"type": "com.example.order.*"},
        "title": "{data.count} orders",
        "what": "=config",
        "at": "time",
    }
    ours = hook("cloudevents", map={"change": rule})
    order = {**EVENT, "type": "com.example.order.placed", "data": {"count": 7}}
    (found,) = read(structured(order), ours)
    assert (found.title, found.what) == ("7 orders", What.CONFIG)
    assert read(structured(EVENT), ours) == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({**EVENT, "id": ""}, "id is missing"),
        ({**EVENT, "source": 7}, "source is missing, or no text"),
        ({**EVENT, "specversion": "0.3"}, "specversion “0.3” is none that incibot reads"),
        ({**EVENT, "time": "noon"}, "time: 'noon' is no time"),
        ([EVENT, 7], "an event is no JSON object"),
        ("x", "an event is no JSON object"),
    ],
)
def test_what_is_no_event_is_told_so(body: Any, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(structured(body))


def test_who_knows_the_secret_is_believed_and_any_body_is_read_or_told_why_not() -> None:
    recorded = [posted(f"cloudevents-{kind}.json") for kind in ("structured", "batch", "binary")]
    for delivery in recorded:
        check_token(CLOUDEVENTS, delivery, "Authorization", "X-Incibot-Token")
    check_sample(CLOUDEVENTS, OURS)
    check_reading(CLOUDEVENTS, recorded, OURS)


def test_what_the_page_says_of_a_map_is_so() -> None:
    ours = hook("cloudevents", map=preset("cloudevents", "ours").map)
    assert CLOUDEVENTS.check(ours) == []
    data = {"table": "orders", "summary": "a column more", "owner": "shop"}
    told = {**EVENT, "type": "com.example.schema.changed", "data": data}
    (found,) = read(structured(told), ours)
    assert (found.title, found.service) == ("orders: a column more", "shop")
