"""Timelines as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.imports.json_record import JSON
from incibot.errors import Unclear


def test_a_record_says_what_it_is_of_and_where_it_is_from() -> None:
    sheet = JSON.read(
        json.dumps(
            {
                "incident": "Nodes not ready",
                "source": {"title": "PM-1", "publisher": "Acme", "url": "https://acme.example/1"},
                "timezone": "UTC (stated)",
                "entries": [
                    {
                        "at": None,
                        "between": ["2024-03-13T14:00Z", "2024-03-13T14:59Z"],
                        "what": "a",
                    },
                    {"at": "2024-03-13T10:00Z", "who": "user", "what": "b", "approx": True},
                    "no entry",
                ],
                "published_findings": {"start": "2024-03-13T10:00Z", "detection": "by luck"},
            }
        )
    )

    assert (sheet.title, sheet.source) == ("Nodes not ready", "PM-1, Acme")
    assert sheet.rows[0].between == ("2024-03-13T14:00Z", "2024-03-13T14:59Z")
    assert (sheet.rows[1].who, sheet.rows[1].approx) == ("user", True)
    assert sheet.milestones == {"started": "2024-03-13T10:00Z", "detected": "by luck"}
    assert sheet.doubts == ("entry 3 is no entry: left out",)


def test_our_own_export_is_one_of_them() -> None:
    sheet = JSON.read(
        json.dumps(
            {
                "schema": "incibot.timeline/1",
                "incident": {"title": "Checkout", "milestones": {"resolved": "2024-03-13T12:00Z"}},
                "entries": [
                    {
                        "id": 4,
                        "occurred_at": "2024-03-13T10:00:00.5+00:00",
                        "actor": {"id": "U0ANA", "name": "Ana"},
                        "text": "errors",
                        "kind": "hypothesis",
                        "source": {"type": "slack", "permalink": "https://acme.slack.com/p1"},
                    }
                ],
            }
        )
    )

    (row,) = sheet.rows
    assert (row.id, row.who, row.what, row.kind) == ("4", "Ana", "errors", "hypothesis")
    assert row.link == "https://acme.slack.com/p1"
    assert sheet.milestones == {"resolved": "2024-03-13T12:00Z"}


@pytest.mark.parametrize(("text", "says"), [("{", "no JSON"), ("{}", "no list"), ("3", "no list")])
def test_what_is_no_timeline_is_refused(text: str, says: str) -> None:
    with pytest.raises(Unclear, match=says):
        JSON.read(text)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
_NAMES = st.sampled_from(["at", "what", "who", "between", "source", "before", "id", "kind", "x"])


@given(st.lists(st.dictionaries(_NAMES, _VALUES, max_size=5), max_size=4))
def test_whatever_an_entry_holds_is_read(entries: list[dict[str, object]]) -> None:
    assert len(JSON.read(json.dumps(entries)).rows) == len(entries)
