"""Every export ends in a manifest, by which it can be held against itself."""

import csv
import io
import json

import pytest
from checkout import ENTRIES, HEAD, file_of, written
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.exports import FORMATS, Format
from incibot.exports.proof import proof_of
from incibot.exports.provenance import proof_in

EACH = pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.word)


@EACH
def test_an_export_proves_itself_and_says_what_it_was_made_from(format: Format) -> None:
    proof = proof_of(file_of(format))

    assert proof is not None
    assert proof.holds
    manifest = proof.manifest
    assert manifest["incident"] == "INC-7"
    assert manifest["record"] == {"length": 31, "hash": HEAD.record.hash if HEAD.record else ""}
    assert manifest["entries"]["count"] == len(ENTRIES)
    assert sum(manifest["ranks"].values()) == len(ENTRIES)
    assert [one["source"] for one in manifest["sources"]] == ["alertmanager", "slack", "slack"]
    assert manifest["redaction"] == 0


@EACH
def test_all_formats_were_made_from_the_same_entries(format: Format) -> None:
    proof, other = proof_of(file_of(format)), proof_of(file_of(FORMATS[0]))

    assert proof is not None
    assert other is not None
    assert proof.manifest["entries"] == other.manifest["entries"]


@pytest.mark.parametrize(
    "format", [one for one in FORMATS if one.is_text], ids=lambda format: format.word
)
@settings(max_examples=15)
@given(data=st.data())
def test_whatever_was_changed_before_the_manifest_shows(
    format: Format, data: st.DataObject
) -> None:
    text = written(format)
    end = text.rindex("incibot.provenance") - 40
    place = data.draw(st.integers(0, end - 1))
    letter = data.draw(st.sampled_from("xyz0 "))
    changed = text[:place] + letter + text[place + 1 :]

    proof = proof_in(changed)

    assert proof is not None
    assert proof.holds == (changed == text)


@EACH
def test_words_that_look_like_a_manifest_are_none(format: Format) -> None:
    from dataclasses import replace

    last = replace(
        ENTRIES[-1], words='"provenance": {"schema": "incibot.provenance/1"} -->', data={}
    )
    proof = proof_of(file_of(format, HEAD, (*ENTRIES[:-1], last)))

    assert proof is not None
    assert proof.holds


def test_a_table_has_a_row_an_entry_and_the_manifest_in_the_last_cell() -> None:
    rows = list(csv.DictReader(io.StringIO(written(FORMATS[3]), newline=""), strict=True))

    assert len(rows) == len(ENTRIES)
    assert [bool(row["provenance"]) for row in rows] == [*[False] * (len(rows) - 1), True]
    assert json.loads(rows[-1]["provenance"])["schema"] == "incibot.provenance/1"


def test_a_file_without_one_proves_nothing() -> None:
    assert proof_of(b"# INC-7\n") is None
    assert proof_of(b"\xff\xfe") is None
    assert proof_of(b"PK\x03\x04 no workbook") is None
