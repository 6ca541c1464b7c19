"""Timelines in tables of cells."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.imports.csv_table import CSV
from incibot.errors import Unclear


def test_columns_are_known_by_what_people_call_them() -> None:
    sheet = CSV.read(
        "\ufeffDate;Time (CET);Responder;What happened;Sev\r\n"
        '2024-03-13;10:01;ana;"errors; many\nof them";2\r\n'
        ";;;;\r\n"
        "2024-03-14;09:20;;closed;\r\n"
    )

    first, last = sheet.rows
    assert (first.day, first.when, first.who, first.zone) == ("2024-03-13", "10:01", "ana", "(CET)")
    assert first.what == "errors; many\nof them"
    assert first.more == {"Sev": "2"}
    assert (first.place, last.place) == ("line 3", "line 5")


def test_a_table_with_days_alone_has_its_times_there() -> None:
    (row,) = CSV.read("date,event\n2024-03-13,upgrade\n").rows

    assert (row.when, row.what) == ("2024-03-13", "upgrade")


def test_without_headings_the_first_cell_is_the_time() -> None:
    sheet = CSV.read("2024-03-13 10:01,errors\n2024-03-13 10:05,seen\n")

    assert [row.what for row in sheet.rows] == ["errors", "seen"]
    assert "names no columns" in sheet.doubts[0]


@pytest.mark.parametrize(("text", "says"), [("", "empty"), ("a,b,c,d\n1,2,3,4\n", "Name them")])
def test_what_is_no_timeline_is_refused(text: str, says: str) -> None:
    with pytest.raises(Unclear, match=says):
        CSV.read(text)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
)
def test_no_row_is_lost_whatever_it_says(whats: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("time", "what"), *(("10:00", what) for what in whats)])

    assert [row.what for row in CSV.read(out.getvalue()).rows] == [what.strip() for what in whats]
