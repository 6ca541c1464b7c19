"""What is masked at each level, and that the same has the same label."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.history import Completeness, Head
from incibot.core.incident import Incident
from incibot.core.people import ChannelId, Directory, Person, UserId
from incibot.core.playbook import Kind, Redaction
from incibot.core.redaction import QUOTE, ZERO, Level, Redactor, elapsed
from incibot.core.timeline import IMPORT, EntryKind, Recorded, Source

ANA, BELA, WILL, FAR = (UserId(f"U0{name}00001") for name in ("ANA", "BELA", "WILL", "FAR"))
AT = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
HEAD = Head(
    incident=Incident(
        number=7,
        title="Checkout of Acme is down, says Béla",
        kind=Kind.INCIDENT,
        severity="sev2",
        status="resolved",
        private=False,
        declared_by=ANA,
        declared_at=AT,
        channel=ChannelId("C0CHECK001"),
        channel_name="inc-7-checkout",
    ),
    people=Directory(
        MappingProxyType(
            {
                ANA: Person(id=ANA, name="Ana Ruiz-Ortega"),
                BELA: Person(id=BELA, name="Béla Kovács"),
                WILL: Person(id=WILL, name="Will Stone"),
                FAR: Person(id=FAR, name="Dee Away"),
            }
        )
    ),
    completeness=Completeness(),
    workspace_url="https://acme.slack.com/",
    zone=ZoneInfo("Europe/Paris"),
    at=AT,
    responders=(BELA, ANA, WILL),
)
TERMS = Redaction(customers=("Globex", "Initech GmbH"), hosts=("*.internal.acme.com", "db-*"))


def redactor(level: Level, **more: object) -> Redactor:
    made = Redactor(HEAD, level, terms=TERMS, **more)  # type: ignore[arg-type]
    made.begin([said("first")])
    return made


def said(words: str, **more: object) -> Recorded:
    values: dict[str, object] = {
        "id": 1,
        "incident": 7,
        "key": "slack:1",
        "kind": EntryKind.MESSAGE,
        "kind_first": EntryKind.MESSAGE,
        "occurred_at": AT,
        "recorded_at": AT,
        "words": words,
        "by": ANA,
        "by_name": "",
        "source": Source(channel=ChannelId("C0CHECK001"), ts="1795187040.000001"),
        "data": {},
    }
    return Recorded(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        f"ask <@{BELA}>",
        f"ask <@{BELA}|bela.k>",
        "ask Béla",
        "ask BELA KOVACS",
        "Kovács has it",
        "kovács, béla",
        "ping @bela.kovacs or @bkovacs",
        "mail bela.kovacs@acme.com",
        "<mailto:bela@acme.com|bela@acme.com>",
        f"<https://acme.slack.com/team/{BELA}|him>",
        "call +36 30 123 4567",
        f"U0ELSE0001 and {BELA}",
        "@somehandle knows",
        "Will is on it",
        "Ortega looked",
    ],
)
def test_at_level_one_nothing_leads_to_a_person(words: str) -> None:
    text = redactor(Level.ROLES).words(words)

    folded = text.casefold()
    for name in ("béla", "bela", "kov", "acme.com", "4567", "ortega", "u0e", "somehandle", "him>"):
        assert name not in folded.replace("person", "")
    assert "Will " not in text


@pytest.mark.parametrize(
    "words",
    [
        "it will be back",
        "the stone age",
        "db-7 at 10.0.0.1, Globex waits",
        "<!here> look",
        "14:05 and 3.5 %, 2024-03-13 10:01",
        "commit 9f86d081884c7d65, v1.2.3, build 20260101",
        "<https://graphs.acme.com/d/1?var=x|the graph>",
        "#general and CASE-1234",
    ],
)
def test_at_level_one_what_leads_to_nobody_stays(words: str) -> None:
    assert redactor(Level.ROLES).words(words) == words


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("db-7 is slow", "db-7"),
        ("web.internal.acme.com", "internal"),
        ("from 10.0.0.1 and 2001:db8::1", "10.0.0.1"),
        ("for Initech GmbH and GLOBEX", "nitech"),
        ("for Initech GmbH and GLOBEX", "GLOBEX"),
        ("<https://graphs.acme.com/d/1?user=42#x|graph>", "42"),
        ("see https://x.acme.com/?q=abc", "abc"),
    ],
)
def test_at_level_two_hosts_customers_and_what_links_ask_for_go(words: str, gone: str) -> None:
    assert gone in redactor(Level.ROLES).words(words)
    assert gone not in redactor(Level.COMPANY).words(words)


def test_at_level_two_what_was_said_in_a_private_channel_goes() -> None:
    head = replace(HEAD, incident=replace(HEAD.incident, private=True))
    entry = Redactor(head, Level.COMPANY).entry(said("the salary list leaked"))

    assert entry.words == "[said in a private channel]"


def test_at_level_three_there_are_no_words_links_or_days() -> None:
    made = redactor(Level.OUTSIDE)
    entry = made.entry(
        said(
            "it was <https://x.example|this>",
            occurred_at=AT + timedelta(minutes=12),
            data={"files": [{"name": "a.png"}], "approx": True},
        )
    )
    head = made.head()

    assert (entry.words, entry.data) == (QUOTE, {"approx": True})
    assert entry.source == Source(type="slack")
    assert elapsed(entry.occurred_at) == "T+12 min"
    assert head.incident.declared_at == ZERO
    assert (head.incident.channel_name, head.workspace_url, str(head.zone)) == ("", "", "UTC")


def test_the_same_person_has_one_label_and_another_key_gives_another() -> None:
    words = f"<@{BELA}>, Béla, kovacs"
    one = redactor(Level.ROLES, key=b"one").words(words)

    assert len({label.strip(" @") for label in one.split(",")}) == 1
    assert one == redactor(Level.ROLES, key=b"one").words(words)
    labels = {redactor(Level.ROLES, key=bytes([n])).label(FAR) for n in range(5)}
    assert len(labels) == 5


def test_whom_a_foreign_record_names_is_masked_in_its_words_too() -> None:
    made = redactor(Level.ROLES, foreign=("Zoë Quist", "team", "responder 2"))

    entry = made.entry(
        said("zoe quist saw it", by=None, by_name="Zoë Quist", source=Source(type=IMPORT))
    )

    assert entry.by_name.startswith("Person ")
    assert entry.words == f"{entry.by_name} saw it"
    assert (
        made.entry(said("x", by=None, by_name="team", source=Source(type=IMPORT))).by_name == "team"
    )


def test_what_was_masked_is_listed_for_somebody_to_check() -> None:
    made = redactor(Level.COMPANY)
    made.entry(said("Béla: db-7 is slow, db-7!"))
    made.entry(said("key AKIA2222222222222222 for Béla", id=2))

    listed = {(one.what, one.original): (one.times, one.entries) for one in made.masked}
    assert listed["person", "Béla Kovács"] == (2, {1, 2})
    assert listed["host", "db-7"] == (2, {1})
    assert listed["secret", "(not kept)"] == (1, {2})
    assert "AKIA2222222222222222" not in str(made.masked)


def test_at_level_nought_it_is_as_it_was() -> None:
    made = Redactor(HEAD, Level.RAW)

    assert made.entry(said("Béla")) == said("Béla")
    assert made.head() == HEAD


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "Béla",
                "béla kovács",
                f"<@{BELA}>",
                "bela.kovacs@acme.com",
                "Will",
                "ok",
                "db-1",
                "–",
                "\n",
            ]
        )
        | st.text("ab &@.#-é", max_size=6),
        max_size=8,
    ),
    st.sampled_from([Level.ROLES, Level.COMPANY, Level.OUTSIDE]),
)
def test_masking_twice_changes_nothing_and_leaks_nothing(parts: list[str], level: Level) -> None:
    made = redactor(level)
    once = made.words(" ".join(parts))

    assert made.words(once) == once
    for name in ("béla", "kovács", "bela", "kovacs", BELA.casefold(), "acme.com"):
        assert name not in once.casefold()
