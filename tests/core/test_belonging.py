"""Where an alert stands, and whose timeline evidence belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from incibot.core.evidence import (
    Alert,
    Change,
    KeptAlert,
    Notice,
    Remark,
    Scope,
    State,
    What,
    belonging,
    belongs,
    change_entry,
    sound,
    standing,
)

AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
FIRING, SEEN, OVER = State.FIRING, State.ACKNOWLEDGED, State.RESOLVED
OPEN = Scope(incident=7, service="Checkout", declared_at=AT)
ENDED = replace(OPEN, ended_at=AT + timedelta(hours=1))


def after(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def change(service: str = "Checkout") -> Change:
    return Change(id="1", what=What.DEPLOY, title="a <b>", service=service)


def kept(service: str = "Checkout", incident: int | None = None) -> KeptAlert:
    return KeptAlert(
        id=3,
        source="grafana",
        hook="grafana",
        key="k",
        title="5xx",
        details="",
        service=service,
        severity="",
        url="",
        links={},
        state=FIRING,
        fired=1,
        first_at=AT,
        fired_at=AT,
        changed_at=AT,
        incident=incident,
    )


def told(*moments: tuple[float, State | None]) -> list[Notice]:
    return [
        Notice(id=number, state=state, at=after(minutes), heard_at=AT)
        for number, (minutes, state) in enumerate(moments, start=1)
    ]


def those(alert: KeptAlert, notices: list[Notice], scope: Scope) -> list[int]:
    return [one.id for one in belonging(alert, notices, scope)]


def test_an_alert_stands_as_its_last_notice_says_and_fires_anew_when_it_was_over() -> None:
    moments = [(1, FIRING), (2, SEEN), (3, FIRING), (5, OVER), (8, FIRING), (9, FIRING)]
    found = standing((after(minutes), state) for minutes, state in moments)
    assert found is not None
    assert (found.state, found.fired) == (FIRING, 2)
    assert (found.first_at, found.fired_at, found.changed_at) == (after(1), after(8), after(8))
    assert standing([]) is None


def test_of_one_moment_what_is_further_on_holds() -> None:
    for moments in ([FIRING, OVER], [OVER, FIRING], [SEEN, OVER, FIRING]):
        found = standing((AT, state) for state in moments)
        assert found is not None
        assert (found.state, found.fired) == (OVER, 1)


def test_that_an_unheard_of_alert_was_seen_says_that_it_fired_and_that_it_is_over_does_not() -> (
    None
):
    for state, fired in ((SEEN, 1), (OVER, 0)):
        found = standing([(AT, state)])
        assert found is not None
        assert found.fired == fired


def test_a_change_belongs_to_incidents_of_its_service_from_a_day_before_until_the_end() -> None:
    day = 24 * 60
    for minutes, scope, expected in (
        *((0, OPEN, True), (-day, OPEN, True), (-day - 1, OPEN, False), (9 * day, OPEN, True)),
        *((60, ENDED, True), (61, ENDED, False)),
    ):
        assert belongs(change(), scope, at=after(minutes)) is expected, minutes
    assert belongs(change("CHECKOUT"), OPEN, at=AT)
    assert not belongs(change("Search"), OPEN, at=AT)
    assert not belongs(change(""), OPEN, at=AT)
    assert belongs(change("Search"), replace(OPEN, service=""), at=AT)
    assert belongs(change(""), replace(OPEN, service=""), at=AT)


def test_of_an_alert_belongs_what_is_told_while_it_is_open_and_what_still_fired() -> None:
    firing = told((-3000, FIRING), (-2990, OVER), (-90, FIRING), (-80, None), (5, SEEN), (70, OVER))
    assert those(kept(), firing, OPEN) == [3, 4, 5, 6]
    assert those(kept(), firing, ENDED) == [3, 4, 5]
    over = told((-90, FIRING), (-80, OVER), (-70, None), (5, FIRING))
    assert those(kept(), over, OPEN) == [4]
    assert those(kept("Search"), firing, OPEN) == []
    assert those(kept(""), firing, replace(OPEN, service="")) == [], "nobody has said that it is"


def test_of_an_attached_alert_belongs_all_until_the_end() -> None:
    firing = told((-3000, FIRING), (-2990, OVER), (-90, FIRING), (70, OVER))
    assert those(kept("Search", incident=7), firing, ENDED) == [1, 2, 3]
    assert those(kept("Search", incident=8), firing, ENDED) == []


def test_a_senders_own_fields_are_not_taken_for_ours() -> None:
    data = {"from": "1", "to": "2", "not_before": "x", "change": "y", "timed": False}
    entry = change_entry(replace(change(), data=data, actor="Maeve"), id=4, source="github", at=AT)
    assert (entry.key, entry.words, entry.by_name) == ("change:4", "a &lt;b&gt;", "github")
    assert entry.data == {
        "change": 4,
        "what": "deploy",
        "from": "1",
        "to": "2",
        "service": "Checkout",
        "by": "Maeve",
        "more": {"not_before": "x", "timed": False},
    }


def test_what_no_database_keeps_is_left_out() -> None:
    found = sound(
        Change(id="1\0", what=What.FLAG, title="a\ud800b", data={"x\0": ["\ud800", {"y": 1}]})
    )
    assert found == Change(id="1", what=What.FLAG, title="a?b", data={"x": ["?", {"y": 1}]})
    alert = Alert(id="1", key="\0k", state=FIRING, title="t", at=AT, links={"a": "b\0"})
    assert sound(alert) == replace(alert, key="k", links={"a": "b"})
    remark = Remark(id="1", key="k", words="w")
    assert sound(remark) == remark
