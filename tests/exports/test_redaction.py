"""Nothing of what was masked is in any export: each is searched for every name, address, secret and link."""

import re
from dataclasses import replace

import pytest
from checkout import ANA, BO, CHEN, ENTRIES, HEAD, RENDERER, STRANGER, entry, message, written

from incibot.core.history import History
from incibot.core.people import Directory, Person
from incibot.core.playbook import Playbook, Redaction
from incibot.core.redaction import Level, Redactor
from incibot.core.timeline import EntryKind, Recorded, Source
from incibot.exports import FORMATS, Format
from incibot.paper import draft_markdown, to_html

TERMS = Redaction(customers=("Globex",), hosts=("*.corp.acme.example", "db-*"))
SECRET = "AKIA2222222222222222"
PEOPLE = Directory(
    {
        ANA: Person(id=ANA, name="Ana Ruiz", zone="Europe/Madrid"),
        BO: Person(id=BO, name="Bö Ångström-Lund"),
        CHEN: Person(id=CHEN, name="陈晨"),
    }
)
LATER = (
    message(20, f"<@{BO}|bo.angstrom> says ana.ruiz@acme.example or +34 600 123 456 knows, <@{STRANGER}>"),
    message(21, "Ångström and ruiz looked at db-7.corp.acme.example (10.1.2.3), for Globex", CHEN),
    message(22, f"secret {SECRET}, <https://wiki.acme.example/p?q=quill#frag|the page of Ana>", BO, thread=20),
    message(23, "陈晨 is right, @angstrom", ANA, kind=EntryKind.HYPOTHESIS),
    entry(24, EntryKind.ALERT, "db-9 down", None, by_name="Alertmanager", source=Source(type="alertmanager", url="https://alerts.corp.acme.example/a?user=ana")),
    entry(25, EntryKind.STATUS, "Status a → b: Bo rebooted it", BO, data={"from": "a", "to": "b", "note": "Bö rebooted it"}),
    entry(26, EntryKind.ROLE, f"Operations: <@{CHEN}>", data={"role": "ops", "from": [str(ANA)], "to": [str(CHEN)]}),
    entry(27, EntryKind.NOTE, "from a file of Ana Ruiz’s", data={"files": [{"name": "ana-ruiz.png", "permalink": f"https://acme.slack.com/files/{ANA}/F1/ana.png"}]}),
)  # fmt: skip
WHOLE = History(
    head=replace(
        HEAD,
        people=PEOPLE,
        incident=replace(
            HEAD.incident, title="Ana: Globex is down", summary="says Bö", service="db-7"
        ),
    ),
    entries=tuple(sorted((*ENTRIES, *LATER), key=lambda one: (one.occurred_at, one.id))),
)
PERSONS = (
    "ana",
    "ruiz",
    "bö",
    "ångström",
    "angstrom",
    "lund",
    "陈晨",
    "nadia",
    ANA,
    BO,
    CHEN,
    STRANGER,
)
PERSONS += ("acme.example or", "600 123", SECRET, "bo.ang", "hunter2")
COMPANY = (*PERSONS, "globex", "db-7", "db-9", "10.1.2.3", "corp.acme", "quill", "?user")
OUTSIDE = (
    *COMPANY,
    "https://",
    "/archives/",
    "rebooted",
    "looked at",
    "inc-7-checkout",
    "2026-11-2",
)
LEAKS = {Level.ROLES: PERSONS, Level.COMPANY: COMPANY, Level.OUTSIDE: OUTSIDE}


def redacted(level: Level) -> History:
    return Redactor(WHOLE.head, level, terms=TERMS, key=b"k").history(WHOLE)


def leaks(text: str, level: Level) -> list[str]:
    # The time of the export is no one's secret, and stands in the manifest and the last line.
    shown = re.sub(r"2026-11-21T14:48:12|\d{1,2} Nov 2026, \d\d:\d\d", "", text).casefold()
    shown = shown.replace("http://www.w3.org", "").replace("bank", "")
    return [
        name
        for name in LEAKS[level]
        if re.search(rf"(?<![^\W_]){re.escape(name.casefold())}(?![^\W_])", shown)
    ]


@pytest.mark.parametrize("level", list(LEAKS), ids=lambda level: level.name)
@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.word)
def test_no_export_leaks_what_its_level_masks(format: Format, level: Level) -> None:
    whole = redacted(level)
    raw = written(format, WHOLE.head, WHOLE.entries)
    text = written(format, whole.head, whole.entries)

    assert leaks(raw, level)  # the search finds what there is to find
    assert not leaks(text, level)


@pytest.mark.parametrize("level", list(LEAKS), ids=lambda level: level.name)
def test_no_review_draft_leaks_what_its_level_masks(level: Level) -> None:
    markdown = draft_markdown(redacted(level), Playbook(), RENDERER)
    page = to_html(markdown, RENDERER, title="INC-7")

    assert not leaks(markdown, level)
    assert not leaks(page, level)


def test_the_entries_and_their_order_stay() -> None:
    for level in LEAKS:
        kept: tuple[Recorded, ...] = redacted(level).entries
        assert [(one.id, one.kind) for one in kept] == [(one.id, one.kind) for one in WHOLE.entries]
        gaps = [one.occurred_at - kept[0].occurred_at for one in kept]
        assert gaps == [one.occurred_at - WHOLE.entries[0].occurred_at for one in WHOLE.entries]
