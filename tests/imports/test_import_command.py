"""``incibot import``: from a file to an incident, once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.test_cli import incibot

DFDS = Path(__file__).parent / "timelines" / "dfds-2024-03-13-notready.json"
REPORT = """\
# Checkout down

- Detected: 10:05

## Timeline (UTC)

- 2024-03-13 10:01 errors went up <!channel>
- 14:?? scaled to zero
- 15.26 flag off
"""


@pytest.fixture
async def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'incibot.db'}"
    assert (await incibot("migrate", DATABASE_URL=url)).exit_code == 0
    return url


async def exported(url: str, ref: str) -> dict[str, object]:
    done = await incibot("export", ref, "--format", "json", DATABASE_URL=url)
    found: dict[str, object] = json.loads(done.stdout)
    return found


async def test_a_report_becomes_an_incident_and_the_second_time_only_what_is_new(
    url: str, tmp_path: Path
) -> None:
    file = tmp_path / "report.md"
    file.write_text(REPORT)

    first = await incibot("import", str(file), "--by", "U0ANA", DATABASE_URL=url)
    again = await incibot("import", str(file), "--by", "U0ANA", DATABASE_URL=url)
    file.write_text(REPORT + "- 15:40 quiet\n")
    more = await incibot("import", str(file), DATABASE_URL=url)

    assert [one.exit_code for one in (first, again, more)] == [0, 0, 0]
    assert {one.stdout for one in (first, again, more)} == {"INC-1\n"}
    assert "3 of 3 entries are new" in first.stderr
    assert "0 of 3 entries are new" in again.stderr
    assert "1 of 4 entries are new" in more.stderr

    found = await exported(url, "INC-1")
    incident, entries = found["incident"], found["entries"]
    assert isinstance(incident, dict)
    assert isinstance(entries, list)
    assert incident["status"] == "resolved"
    assert incident["declared_by"]["id"] == "U0ANA"
    assert incident["milestones"] == {"detected": "2024-03-13T10:05:00.000000+00:00"}
    rows = {one["data"].get("as_published"): one for one in entries}
    assert rows["2024-03-13 10:01"]["text"] == "errors went up <!channel>"
    assert rows["14:??"]["data"]["not_after"] == "2024-03-13T14:59:00+00:00"
    assert rows["15.26"]["occurred_at"] == "2024-03-13T15:26:00.000000+00:00"


async def test_uncertain_times_are_told_as_such_and_the_record_is_proved(url: str) -> None:
    assert (await incibot("import", str(DFDS), DATABASE_URL=url)).exit_code == 0

    for word in ("md", "html"):
        text = (await incibot("export", "1", "--format", word, DATABASE_URL=url)).stdout
        assert text.count("between 14:00 and 14:59") == 2
        assert "was not listening" not in text
        assert "listening throughout" not in text
        assert text.count("ecorded later") == 1  # that it was brought in
    draft = (await incibot("review", "1", DATABASE_URL=url)).stdout
    assert "**between 14:00 and 14:59**" in draft
    assert "not listening" not in draft
    assert (await incibot("verify", "1", DATABASE_URL=url)).stdout.startswith("INC-1 is proved")


async def test_the_review_has_pictures_and_leaves_under_labels(url: str, tmp_path: Path) -> None:
    assert (await incibot("import", str(DFDS), DATABASE_URL=url)).exit_code == 0
    output = tmp_path / "review.html"
    words = ("review", "1", "--format", "html", "--pictures", str(tmp_path), "--redact", "3")

    done = await incibot(*words, "--output", str(output), DATABASE_URL=url)

    assert done.exit_code == 0
    drawn = [name for name in os.listdir(tmp_path) if name.endswith(".svg")]
    assert output.read_text().count("<figure>") == len(drawn) > 0
    assert "github.com/dfds" not in output.read_text()
    assert "2024" not in output.read_text().partition("</h1>")[2]


async def test_a_look_writes_nothing_and_says_how_it_is_understood(
    url: str, tmp_path: Path
) -> None:
    file = tmp_path / "report.md"
    file.write_text(REPORT)

    looked = await incibot("import", str(file), "--check", DATABASE_URL=url)

    assert looked.stdout.splitlines()[1] == (
        "line 8\t14:??\t2024-03-13 14:00 to 2024-03-13 14:59\tnote\tscaled to zero"
    )
    assert (await incibot("export", "1", DATABASE_URL=url)).exit_code == 1


async def test_rows_can_join_an_incident_that_is_there(url: str, tmp_path: Path) -> None:
    file = tmp_path / "late.csv"
    file.write_text("time,who,what\n2024-03-13 10:07Z,ana,it was the disk\n")
    assert (await incibot("import", str(DFDS), DATABASE_URL=url)).exit_code == 0

    joined = await incibot("import", str(file), "--into", "INC-1", DATABASE_URL=url)

    assert joined.stdout == "INC-1\n"
    assert "it was the disk" in (await incibot("export", "1", DATABASE_URL=url)).stdout


@pytest.mark.parametrize(
    ("name", "text", "words", "says"),
    [
        ("a.docx", "x", (), ".csv, .tsv, .json, .md"),
        ("a.csv", "time,what\n10:00,a\n", (), "--date 2024-03-13"),
        ("a.csv", "time,what\n10:00,a\n", ("--date", "13.3."), "one is 2024-03-13"),
        ("a.md", "nothing", (), "There is no timeline in the file"),
        ("a.csv", "time,what\n2024-03-13 10:00,a\n", ("--by", "ana"), "no member id"),
        ("a.csv", "time,what\n2024-03-13 10:00,a\n", ("--private",), "add --by"),
        ("a.csv", "time,what\n2024-03-13 10:00,a\n", ("--severity", "sev9"), "There are: sev1"),
        ("a.csv", "time,what\n2024-03-13 10:00,a\n", ("--into", "INC-9"), "There is no INC-9"),
    ],
)
async def test_what_cannot_be_brought_in_says_what_would_work(
    url: str, tmp_path: Path, name: str, text: str, words: tuple[str, ...], says: str
) -> None:
    (tmp_path / name).write_text(text)

    done = await incibot("import", str(tmp_path / name), *words, DATABASE_URL=url)

    assert done.exit_code == 1
    assert says in done.stderr
