"""What may leave the record: no secret ever, and no person where pseudonyms were asked for."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from incibot.core import disclosure
from incibot.core.history import Completeness, Head
from incibot.core.incident import Incident
from incibot.core.people import ChannelId, Directory, Person, UserId
from incibot.core.playbook import Kind
from incibot.core.timeline import EntryKind, Recorded, Source

ANA, BO = UserId("U0ANA00001"), UserId("W0BO000002")
AT = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
HEAD = Head(
    incident=Incident(
        number=7,
        title="Checkout",
        kind=Kind.INCIDENT,
        severity="sev2",
        status="investigating",
        private=False,
        declared_by=ANA,
        declared_at=AT,
        channel=ChannelId("C1"),
        channel_name="inc-7-checkout",
    ),
    people=Directory({ANA: Person(id=ANA, name="Ana"), BO: Person(id=BO, name="Bo")}),
    completeness=Completeness(),
    workspace_url="https://acme.slack.com/",
    zone=ZoneInfo("UTC"),
    at=AT,
    responders=(BO, ANA),
)
UNNAMED = HEAD.pseudonymous()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"ask <@{BO}>", "ask @Responder 1"),
        (f"ask <@{ANA}|ana.ruiz>", "ask @Responder 2"),
        ("ask <@U0STRANGE1|nadia>", "ask @Somebody"),
        (f"<https://acme.slack.com/team/{BO}|him>", "him (https://acme.slack.com/team/responder-1)"),
        ("https://acme.slack.com/files/U0STRANGE1/F1/a.png", "https://acme.slack.com/files/Somebody/F1/a.png"),
        ("in <#C1>, US WEST and UTF8", "in #inc-7-checkout, US WEST and UTF8"),
        ("key AKIA2222222222222222", "key [masked: AWS key]"),
    ],
)  # fmt: skip
def test_a_pseudonymous_text_names_nobody(said: str, told: str) -> None:
    assert disclosure.text(UNNAMED, said) == told


def test_people_are_numbered_in_the_order_in_which_they_came_in() -> None:
    assert disclosure.name(UNNAMED, BO) == "Responder 1"
    assert disclosure.identity(UNNAMED, BO) == "responder-1"
    stranger = UserId("U0STRANGE1")
    assert disclosure.name(UNNAMED, stranger) == "Somebody"
    assert disclosure.identity(UNNAMED, stranger) is None
    assert disclosure.name(HEAD, stranger) == disclosure.identity(HEAD, stranger) == stranger


def test_data_is_masked_and_unnamed_however_deep_it_lies_and_put_in_order() -> None:
    data = {"to": [ANA], "from": [], "more": {"note": f"password=hunter2 <@{BO}|bo>", "n": 3}}
    told = disclosure.data(UNNAMED, data)
    assert told == {
        "from": [],
        "more": {"n": 3, "note": "password=[masked: password] @Responder 1"},
        "to": ["responder-2"],
    }
    assert list(told) == ["from", "more", "to"]
    assert disclosure.data(HEAD, data)["to"] == [ANA]


def entry(source: Source) -> Recorded:
    return Recorded(
        id=1,
        incident=7,
        key="k",
        kind=EntryKind.ALERT,
        kind_first=EntryKind.ALERT,
        occurred_at=AT,
        recorded_at=AT,
        words="",
        by=None,
        by_name="",
        source=source,
        data={},
    )


def test_a_message_is_linked_unless_people_are_to_be_unnamed() -> None:
    said = entry(Source(channel=ChannelId("C1"), ts="1795212492.345678"))
    link = "https://acme.slack.com/archives/C1/p1795212492345678"
    assert disclosure.permalink(HEAD, said) == link
    assert disclosure.permalink(UNNAMED, said) == ""


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://a b", ""])
def test_only_a_web_page_is_linked(url: str) -> None:
    assert disclosure.permalink(HEAD, entry(Source(type="alertmanager", url=url))) == ""
    page = Source(type="alertmanager", url="https://alerts.example.com/1")
    assert disclosure.permalink(UNNAMED, entry(page)) == "https://alerts.example.com/1"


def test_a_machine_without_a_name_is_called_after_its_system() -> None:
    alert = entry(Source(type="alertmanager"))
    assert disclosure.actor(HEAD, alert) == "alertmanager"
    assert disclosure.actor(HEAD, replace(alert, by_name="Prometheus")) == "Prometheus"
    assert disclosure.actor(UNNAMED, replace(alert, by=BO)) == "Responder 1"
