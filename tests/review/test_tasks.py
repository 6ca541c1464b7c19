"""The tasks of a response."""

from incibot.core.review.tasks import TASKS
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story, checkout


def test_each_task_stands_with_its_times_and_entries() -> None:
    table = TASKS.read(Telling(checkout(), BOOK)).table
    assert table
    assert [(*row.cells, row.evidence) for row in table.rows] == [
        ("1. Tell support what to answer", "Emre Yılmaz", "14:14", "14:44", (21, 47)),
        ("2. Ask the provider for its limit \\| per address", "", "14:44", "open", (48,)),
    ]


def test_words_of_several_lines_and_code_stay_in_their_cell() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01").adds_task(BELA, "run\n`ps | wc`\n```\na|b\n```")
    table = TASKS.read(Telling(story.history(), BOOK)).table
    assert table
    assert table.rows[0].cells[0] == "1. run `ps \\| wc` ``` a\\|b ```"
