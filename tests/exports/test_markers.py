"""Markers: what was marked, by the types that incident analysis tools know."""

import csv
import io

from checkout import BO, ENTRIES, HEAD, entry, written

from incibot.core.timeline import EntryKind
from incibot.exports.markers import MARKERS, type_of


def test_what_was_marked_is_a_marker_of_its_type() -> None:
    rows = list(csv.DictReader(io.StringIO(written(MARKERS), newline=""), strict=True))

    assert [(row["type"], row["notes"]) for row in rows] == [
        ("Detection", "alert"),
        ("Key Moment", "message"),
        ("Diagnosis", "idea"),
        ("Diagnosis", "idea ruled out"),
    ]
    assert rows[2]["summary"] == "It is the flag that went on at 23:05"
    assert all(row["evidence"].startswith(("https://", "#")) for row in rows)


def test_what_was_taken_back_is_no_marker_and_other_entries_are_none() -> None:
    assert type_of(ENTRIES[11]) is None  # a decision that was taken back
    assert type_of(entry(1, EntryKind.JOINED, "")) is None
    assert type_of(entry(1, EntryKind.DECISION, "wait", BO)) == "Key Moment"
    assert HEAD.incident.number == 7
