"""The page for facilitators says which questions there are, and what they turn on.

Run as a script, it writes these tables in `docs/reviews.md` anew.
"""

import re
from pathlib import Path

from incibot.core.review.asking import TEMPLATES
from incibot.core.review.asking.occasions import THRESHOLDS

PAGE = Path(__file__).parents[2] / "docs" / "reviews.md"
PLACE = "<!-- {} -->\n(.*?)<!-- end -->\n"


def tables() -> dict[str, str]:
    questions = ["| id | on the occasion of | for |", "|---|---|---|"]
    for one in sorted(TEMPLATES, key=lambda one: one.id):
        alone = ", privately first" if one.private_first else ""
        questions.append(f"| {one.id} | {one.trigger} | {one.audience}{alone} |")
    numbers = ["| name | as shipped | from |", "|---|---|---|"]
    numbers += [f"| `{one.name}` | {one.value:g} {one.unit} | {one.source} |" for one in THRESHOLDS]
    return {
        "questions": "\n".join(questions) + "\n",
        "thresholds": "\n".join(numbers) + "\n",
    }


def test_the_page_lists_every_question_and_what_it_turns_on() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, table in tables().items():
        found = re.search(PLACE.format(name), text, re.DOTALL)
        assert found
        assert found[1] == table


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    for place, written in tables().items():
        new = f"<!-- {place} -->\n{written}<!-- end -->\n"
        page = re.sub(PLACE.format(place), lambda _, new=new: new, page, flags=re.DOTALL)
    PAGE.write_text(page, encoding="utf-8")
