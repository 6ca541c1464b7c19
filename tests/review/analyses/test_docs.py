"""The page that lists the analyses says what the code says.

Run as a script, it writes the table in `docs/analyses.md` anew.
"""

from pathlib import Path

from incibot.core.review import SECTIONS
from incibot.core.review.analyses import ANALYSES

PAGE = Path(__file__).parents[3] / "docs" / "analyses.md"
BEGIN, END = "<!-- sections -->\n", "<!-- end -->\n"


def listed() -> str:
    lines = ["| id | heading | from which depth on |", "|---|---|---|"]
    lines += [f"| `{one.id}` | {one.title} | {one.depth} |" for one in SECTIONS]
    lines += ["", "| id | reads | stands in | says nothing without | turns on |"]
    lines.append("|---|---|---|---|---|")
    for one in ANALYSES:
        module = one.read.__module__
        story = (__import__(module, fromlist=["x"]).__doc__ or "").strip().splitlines()[0]
        numbers = "<br>".join(
            f"`{each.name}`: {each.value:g} {each.unit} ({each.source})" for each in one.thresholds
        )
        deep = f" ({one.depth})" if one.depth == "deep" else ""
        lines.append(
            f"| {one.id} | {story.rstrip('.')} | `{one.section}`{deep} | {one.minimum} | {numbers} |"
        )
    return "\n".join(lines) + "\n"


def test_the_page_lists_every_section_and_analysis_with_what_it_turns_on() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == listed()


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}{listed()}{END}{after}", encoding="utf-8")
