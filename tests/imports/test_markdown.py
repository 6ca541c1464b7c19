"""Timelines in Markdown, as post-incident reports have them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.imports.markdown import MARKDOWN
from incibot.errors import Unclear

REPORT = """\
# Checkout down

All times are in CEST.

- Detected: 10:05
- Owner: nobody 12:00

## Timeline

| Time | What | Who |
|:-----|------|-----|
| HH:MM | what happened | |
| **10:01** | errors, see [the graph](https://graphs.example/1) | ana |
| 14:?? | scaled \\| zero | |

### 2024-03-14

- 15.26 looked at `df -h`
- [15:30](https://chat.example/p1): full
  and more of it
  - a detail
- nobody knows when this was
* ~16:00 UTC – better

```
17:00 a log, not a row
```

## Learnt

- 3 things
"""


def test_tables_points_and_the_days_of_headings_are_read() -> None:
    sheet = MARKDOWN.read(REPORT)

    assert (sheet.title, sheet.zone) == ("Checkout down", "All times are in CEST.")
    assert [(row.day, row.when, row.what) for row in sheet.rows] == [
        ("", "10:01", "errors, see the graph"),
        ("", "14:??", "scaled | zero"),
        ("2024-03-14", "15.26", "looked at df -h"),
        ("2024-03-14", "15:30", "full\nand more of it\na detail"),
        ("", "", "nobody knows when this was"),
        ("2024-03-14", "~16:00 UTC", "better"),
    ]
    assert [row.link for row in sheet.rows[:4]] == [
        *("https://graphs.example/1", "", "", "https://chat.example/p1")
    ]
    assert sheet.rows[0].who == "ana"
    assert sheet.milestones == {"detected": "10:05"}
    assert sheet.doubts == ("line 12 is a row of a template: left out",)


def test_a_text_without_times_is_refused() -> None:
    with pytest.raises(Unclear, match="neither a table with a column of times, nor a list"):
        MARKDOWN.read("# Lunch\n\n- soup\n- 500 errors\n")


@given(st.lists(st.text("abc |*[]()`-: 1?", max_size=20)))
def test_each_point_with_a_time_is_a_row(whats: list[str]) -> None:
    text = "# T\n## Timeline\n" + "".join(
        f"- 2024-03-13 10:{n % 60:02} x{what}\n" for n, what in enumerate(whats)
    )
    if whats:
        assert len(MARKDOWN.read(text).rows) == len(whats)


@given(st.text("| -*#:.0123456789\nabT[]()`~?", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Unclear):
        assert MARKDOWN.read(text).rows
