"""``incibot lint``: advice on the words of files, in three formats, and never in anybody's way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from incibot.cli import main
from incibot.core.review.language import PATTERNS, SHOWN

TEXT = (
    "# Search was slow\n\nIt was slow.\nThe on-call should\nhave paged. “Human error”, said Ana.\n"
)
FLAG = "review.md:4:13: CF01 (flag) “should have paged”"

# What SARIF 2.1.0 has of each object that we write: what must be there, and what else may be.
SHAPES = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"results", "columnKind"}),
    "driver": ({"name"}, {"version", "rules"}),
    "rule": ({"id"}, {"name", "shortDescription", "help", "defaultConfiguration"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations"}),
    "region": (set(), {"startLine", "startColumn", "endLine", "endColumn"}),
}


def lint(*words: str, folder: Path) -> Result:
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        return CliRunner().invoke(main, ["lint", *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "review.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "fine.md").write_text("At ten the disk was full.\n", encoding="utf-8")
    (tmp_path / "a b #1.md").write_text("It was\r\nhuman error.\r\n", encoding="utf-8-sig")
    return tmp_path


def test_a_note_says_where_what_why_and_what_instead_and_forbids_nothing(folder: Path) -> None:
    done = lint("review.md", "fine.md", folder=folder)
    assert done.exit_code == 0
    assert done.stderr == ""
    first, why, instead = done.stdout.splitlines()
    assert first == FLAG
    assert "displaces the description of what did" in why
    assert instead.startswith("    Instead: Say what was done")
    assert lint("fine.md", folder=folder).stdout == ""


def test_only_where_asked_a_flag_fails(folder: Path) -> None:
    (folder / "soft.md").write_text("It was caused by DNS.\n")
    assert lint("--strict", "review.md", folder=folder).exit_code == 1
    assert lint("--strict", "soft.md", folder=folder).exit_code == 0
    assert "LC04 (soft)" in lint("soft.md", folder=folder).stdout


def test_what_cannot_be_read_is_said_and_the_others_are_read_all_the_same(folder: Path) -> None:
    (folder / "binary.md").write_bytes(b"\xff\xfe")
    done = lint("nowhere.md", "binary.md", "review.md", folder=folder)
    assert done.exit_code == 1
    assert done.stdout.startswith(FLAG)
    assert "nowhere.md cannot be read: No such file or directory" in done.stderr
    assert "binary.md cannot be read: it is no text in UTF-8" in done.stderr


def test_of_many_notes_the_first_are_shown_and_all_on_demand(folder: Path) -> None:
    (folder / "many.md").write_text("It was human error.\n\n" * 15)
    short = lint("many.md", folder=folder).stdout
    assert short.count("PC01") == SHOWN
    assert short.endswith("many.md: there is more; --all shows it\n")
    assert lint("--all", "many.md", folder=folder).stdout.count("PC01") == 15
    assert lint("--format", "json", "many.md", folder=folder).stdout.count("PC01") == 15


def test_who_writes_about_security_may_say_violation(folder: Path) -> None:
    (folder / "breach.md").write_text("It was a breach of policy.\n")
    assert "PC14" in lint("breach.md", folder=folder).stdout
    assert lint("breach.md", "--profile", "security", folder=folder).stdout == ""


def test_json_has_all_of_it(folder: Path) -> None:
    told = json.loads(lint("--format", "json", "fine.md", "review.md", folder=folder).stdout)
    assert told["schema"] == "incibot.lint/1"
    fine, review = told["files"]
    assert fine == {"path": "fine.md", "notes": []}
    [note] = review["notes"]
    assert (note["line"], note["column"], note["end_line"], note["end_column"]) == (4, 13, 5, 11)
    assert (note["id"], note["level"], note["group"]) == ("CF01", "flag", "counterfactual")
    assert note["words"] == "should have paged"


def shaped(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    needed, allowed = SHAPES[kind]
    assert needed <= given.keys() <= needed | allowed, (kind, given.keys())
    return given


def test_sarif_has_the_shape_of_2_1_0(folder: Path) -> None:
    done = lint("--format", "sarif", "a b #1.md", "review.md", folder=folder)
    log = shaped("log", json.loads(done.stdout))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    [run] = log["runs"]
    shaped("run", run)
    assert run["tool"].keys() == {"driver"}
    rules = shaped("driver", run["tool"]["driver"])["rules"]
    assert [shaped("rule", rule)["id"] for rule in rules] == [one.id for one in PATTERNS]
    for rule in rules:
        assert rule["shortDescription"].keys() == rule["help"].keys() == {"text"}
        assert rule["defaultConfiguration"]["level"] in {"warning", "note"}
    for result in run["results"]:
        shaped("result", result)
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"warning", "note"}
        assert result["message"]["text"]
        [location] = result["locations"]
        assert location.keys() == {"physicalLocation"}
        assert location["physicalLocation"].keys() == {"artifactLocation", "region"}
        region = shaped("region", location["physicalLocation"]["region"])
        assert min(region.values()) >= 1
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert urlsplit(uri).fragment == ""
        assert " " not in uri
    assert [one["ruleId"] for one in run["results"]] == ["PC01", "CF01"]
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b%20%231.md"},
        "region": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 12},
    }
    whole = lint("--format", "sarif", str(folder / "review.md"), folder=folder).stdout
    assert f'"uri": "{(folder / "review.md").as_uri()}"' in whole


def test_without_a_file_it_says_what_it_wants(folder: Path) -> None:
    done = lint(folder=folder)
    assert done.exit_code == 2
    assert "FILE" in done.stderr
