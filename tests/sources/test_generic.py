"""What a map says of any sender's JSON."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.evidence import Alert, Change, Evidence, Remark, State, What
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.generic import GENERIC, OWN, at, moment, read_mapped, wrong_with
from tests.sources.alarmed import check_token
from tests.sources.posted import NOW, changes, check_reading, check_sample, hook
from tests.sources.test_presets import PAGES, preset, shown

BODY: dict[str, Any] = {
    "app": {"metadata": {"name": "checkout", "labels": {"app.kubernetes.io/name": "web"}}},
    "status": "Succeeded",
    "revision": "2026.11.20-3",
    "finished": "2026-11-20T14:04:00Z",
    "alerts": [
        {"name": "p99", "state": "ALARM", "since": 1795183560, "labels": {"team": "pay"}},
        {"name": "5xx", "state": "OK", "since": 1795183560123, "labels": {}},
    ],
}


def test_each_field_is_found_where_the_map_says() -> None:
    deploy = {
        "when": {"status": ["succeeded", "failed"]},
        "id": "{app.metadata.name}:{revision}",
        "title": "{app.metadata.name} is {revision} now",
        "what": "=deploy",
        "service": ["app.metadata.labels.app.kubernetes.io/name", "app.metadata.name"],
        "version": "revision",
        "environment": ["env", "=production"],
        "state": {"from": "status", "words": {"Succeeded": "success"}},
        "at": "finished",
        "data": {"first": "alerts.0.name", "last": "alerts.-1.name", "none": "alerts.7.name"},
    }
    (found,) = read_mapped(BODY, {"change": deploy})
    assert found == Change(
        id="checkout:2026.11.20-3",
        title="checkout is 2026.11.20-3 now",
        what=What.DEPLOY,
        service="web",
        version="2026.11.20-3",
        environment="production",
        state="success",
        at=datetime(2026, 11, 20, 14, 4, tzinfo=UTC),
        data={"first": "p99", "last": "5xx"},
    )
    assert read_mapped({**BODY, "status": "Running"}, {"change": deploy}) == ()


def test_each_member_of_a_list_is_read_by_itself_and_words_are_translated() -> None:
    rule = {
        "each": "alerts",
        "title": "name",
        "state": {"from": "state", "words": {"alarm": "firing", "ok": "resolved"}},
        "at": "since",
        "links": {"Team": "labels.team"},
    }
    one, other = read_mapped(BODY, {"alert": [rule]})
    assert isinstance(one, Alert)
    assert isinstance(other, Alert)
    assert (one.key, one.state, dict(one.links)) == ("p99", State.FIRING, {"Team": "pay"})
    assert (other.key, other.state, dict(other.links)) == ("5xx", State.RESOLVED, {})
    assert one.at == datetime(2026, 11, 20, 14, 6, tzinfo=UTC)
    assert other.at == datetime(2026, 11, 20, 14, 6, 0, 123000, tzinfo=UTC)
    assert len({one.id, other.id}) == 2
    assert read_mapped(BODY, {"alert": rule}) == (one, other)
    assert read_mapped({}, {"alert": rule}) == ()


def test_a_body_in_our_own_words_needs_no_map() -> None:
    (change,) = read_mapped({"title": "deployed api", "what": "deploy", "service": "api"}, OWN)
    assert isinstance(change, Change)
    assert (change.title, change.what, change.service) == ("deployed api", What.DEPLOY, "api")
    (alert,) = read_mapped({"kind": "alert", "title": "5xx", "state": "resolved"}, OWN)
    assert isinstance(alert, Alert)
    assert alert.state is State.RESOLVED
    (remark,) = read_mapped({"kind": "remark", "key": "5xx", "words": "looking"}, OWN)
    assert isinstance(remark, Remark)
    assert read_mapped({"kind": "something else", "title": "x"}, OWN) == ()


def test_without_an_id_equal_bodies_are_one_unless_they_came_apart() -> None:
    body = {"title": "deployed api"}
    one, again = (read_mapped(body, OWN, unnamed="1")[0].id for _ in range(2))
    later = read_mapped(body, OWN, unnamed="2")[0].id
    assert one == again != later
    timed = {**body, "at": "2026-11-20T14:04:00Z"}
    assert read_mapped(timed, OWN, unnamed="1")[0].id == read_mapped(timed, OWN, unnamed="2")[0].id


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "title is empty"),
        ([], "title is empty"),
        ({"kind": "remark", "words": "x"}, "key is empty"),
        ({"kind": "alert", "title": "x", "state": "odd"}, "state: “odd” is none of firing,"),
        ({"title": "x", "at": "yesterday"}, "at: 'yesterday' is no time"),
        ({"title": "x", "at": True}, "at: 'True' is no time"),
        ({"title": "x", "at": 1e30}, "at: '1e+30' is no time"),
        ({"title": "x", "data": "y"}, "data is no mapping"),
    ],
)
def test_what_is_missing_or_odd_is_named(body: Any, why: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(why)):
        read_mapped(body, OWN)


def test_a_time_is_read_as_people_write_it() -> None:
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    for written in (
        *("2026-11-20T12:00:00Z", "2026-11-20T13:00:00+01:00", "2026-11-20 12:00:00"),
        *(1795176000, 1795176000.0, 1795176000000, "1795176000", "1795176000000"),
    ):
        assert moment(written, place="at") == noon, written


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "title", "state", "at", "data", "links", "a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_evidence_or_told_why_not(body: Any) -> None:
    found: tuple[Evidence, ...] = ()
    with suppress(Unreadable):
        found = read_mapped(body, OWN)
    assert all(one.id for one in found)
    at(body, "a.title.0")


def test_what_the_page_says_of_a_map_is_so() -> None:
    map = preset("generic", "shipper").map
    assert wrong_with(map) == []
    alert, other, change = read_mapped(shown("generic"), map)
    assert isinstance(change, Change)
    assert (change.title, change.service) == ("checkout is at 2026.11.20-3", "shop")
    assert (change.state, change.environment, change.what) == ("success", "production", What.DEPLOY)
    assert change.at == datetime(2026, 11, 20, 14, 4, tzinfo=UTC)
    assert isinstance(alert, Alert)
    assert isinstance(other, Alert)
    assert (alert.title, alert.state, other.state) == ("p99", State.FIRING, State.RESOLVED)
    assert list(alert.links) == ["Runbook"]
    assert not other.links


def test_the_pages_table_of_our_own_words_has_each_field() -> None:
    page = (PAGES / "generic.md").read_text(encoding="utf-8")
    table = page.partition("| field | of |")[2].partition("\n\n")[0]
    for kind in (Alert, Change, Remark):
        for one in fields(kind):
            assert f"`{one.name}`" in table or one.name == "ours", one.name
    for what in What:
        assert f"`{what}`" in table
    (line,) = re.findall(r"-d '(.*)'", page)
    (change,) = read_mapped(json.loads(line), OWN)
    assert change == replace(change, title="deployed api 1.2.3", service="api", version="1.2.3")


def test_senders_of_their_own_making_are_told_apart_by_a_name_or_by_ten_minutes() -> None:
    def sent(minutes: float, body: bytes = b"{}", **headers: str) -> str:
        at = datetime(2026, 11, 20, 14, 0, tzinfo=UTC) + timedelta(minutes=minutes)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return GENERIC.id(Delivery(headers=named, body=body, at=at))

    assert sent(0) == sent(9) != sent(10)
    assert sent(0) != sent(0, b"[]")
    assert sent(0, idempotency_key="a") == sent(700, b"[]", idempotency_key="a")


def test_who_knows_the_secret_is_believed() -> None:
    delivery = GENERIC.sample(hook("generic"), NOW)
    check_token(GENERIC, delivery, "Authorization", "X-Incibot-Token")
    check_sample(GENERIC, hook("generic"))
    several = replace(delivery, body=json.dumps([{"title": "a"}, {"title": "b"}]).encode())
    assert [one.title for one in changes(GENERIC, several, hook("generic"))] == ["a", "b"]
    check_reading(GENERIC, [delivery], hook("generic", map=preset("generic", "shipper").map))
