"""The JSON export keeps the fields that programs rely on."""

import json
from datetime import datetime, timedelta

from checkout import ANA, CHANNEL, ENTRIES, HEAD, entry, written
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.markup import escape
from incibot.core.secrets import mask
from incibot.core.timeline import EntryKind
from incibot.exports.json_timeline import JSON

TEXT = json.loads(written(JSON))


def test_the_whole_has_the_parts_that_are_promised_in_order() -> None:
    assert list(TEXT) == [
        "schema",
        "incident",
        "roles",
        "entries",
        "completeness",
        "record",
        "exported_at",
        "time_zone",
        "provenance",
    ]
    assert TEXT["schema"] == "incibot.timeline/1"
    assert TEXT["time_zone"] == "Europe/Paris"
    assert list(TEXT["incident"]) == [
        "ref",
        "title",
        "kind",
        "severity",
        "status",
        "private",
        "declared_by",
        "milestones",
        "channel",
    ]
    assert TEXT["incident"]["declared_by"] == {"id": ANA, "name": "Ana Ruiz"}
    assert list(TEXT["incident"]["milestones"]) == ["started", "declared", "resolved"]
    assert [list(role) for role in TEXT["roles"]] == [["role", "user", "from", "to"]] * 3


def test_each_entry_has_the_fields_that_are_promised() -> None:
    for recorded in TEXT["entries"]:
        assert list(recorded) == [
            "id",
            "occurred_at",
            "recorded_at",
            "kind",
            "actor",
            "text",
            "raw",
            "source",
            "key_moment",
            "marked_by",
            "revisions",
            "retracted_at",
            "data",
        ]
        assert list(recorded["actor"]) == ["id", "name"]


def test_the_end_of_the_records_chain_is_there_to_be_compared_with_later() -> None:
    assert TEXT["record"] == {
        "length": 31,
        "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }


def test_a_time_bears_the_zones_offset_and_microseconds() -> None:
    first = TEXT["entries"][0]
    assert first["occurred_at"] == "2026-11-20T23:04:12.345678+01:00"
    assert datetime.fromisoformat(first["occurred_at"]) == ENTRIES[0].occurred_at


def test_words_come_with_names_and_as_slack_sent_them() -> None:
    [pinned] = [one for one in TEXT["entries"] if one["key_moment"]]
    assert pinned["text"].startswith("@Bo *the* [fixer] look at the graph (https://graphs.")
    assert pinned["raw"].startswith("<@U0BO000002> look at <https://graphs.")
    assert pinned["source"] == {
        "type": "slack",
        "channel": CHANNEL,
        "ts": "1795212612.345678",
        "thread_ts": None,
        "permalink": "https://acme.slack.com/archives/C0CHECKOUT/p1795212612345678",
    }
    assert [(one["name"], one["mark"], one["via"]) for one in pinned["marked_by"]] == [
        ("Bo *the* [fixer]", "key_moment", "pushpin"),
        ("Ana Ruiz", "key_moment", "pin"),
    ]


def test_a_machine_is_named_and_its_address_given() -> None:
    assert TEXT["entries"][0]["actor"] == {"id": None, "name": "Alertmanager"}
    assert TEXT["entries"][0]["source"] == {
        "type": "alertmanager",
        "url": "https://alerts.example.com/a?b=1&c=(2)",
    }


def test_an_entry_is_a_line() -> None:
    lines = written(JSON).splitlines()
    start = lines.index('"entries": [') + 1
    told = [json.loads(line.removesuffix(",")) for line in lines[start : start + len(ENTRIES)]]
    assert told == TEXT["entries"]


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('abc =\u2028é🔥\n"'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc\n"), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, st.dictionaries(st.text("ab"), JSON_VALUES)), max_size=5))
def test_whatever_was_said_is_read_back(said: list[tuple[str, dict[str, object]]]) -> None:
    entries = [
        entry(n, EntryKind.NOTE, escape(words), data=data) for n, (words, data) in enumerate(said)
    ]
    read = json.loads(written(JSON, HEAD, entries))
    assert [one["raw"] for one in read["entries"]] == [mask(escape(words)) for words, _ in said]
    assert [one["data"] for one in read["entries"]] == [data for _, data in said]
    times = [datetime.fromisoformat(one["occurred_at"]) for one in read["entries"]]
    assert times == [one.occurred_at for one in entries]
    assert all(at.utcoffset() == timedelta(hours=1) for at in times)
