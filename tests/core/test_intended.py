"""What in a review is taken for a follow-up: items of lists that people wrote, under such headings."""

from __future__ import annotations

from incibot.core.intended import lines
from incibot.core.review.merge import Block, Draft, merge

OURS = merge(
    None,
    Draft(
        blocks=(
            Block(id="short", text="## In short\n\n- it was so\n"),
            Block(id="parked", text="## Ideas parked\n\n- [ ] “we should” (possible)\n"),
        )
    ),
)


def words(markdown: str) -> list[str]:
    return [one.words for one in lines(markdown)]


def test_only_what_people_wrote_under_such_a_heading_is_taken() -> None:
    assert words(OURS) == []
    at = OURS.index("<!-- incibot:end parked -->") + len("<!-- incibot:end parked -->\n")
    theirs = (
        "\n- Alert on slow payments\n* [ ] Try *the* flag <!-- later -->\n1. a [run](https://a/b)\n"
    )
    written = OURS[:at] + theirs + "\nNo item.\n\n## Risks\n\n- none\n" + OURS[at:]
    assert words(written) == ["Alert on slow payments", "Try *the* flag", "a run (https://a/b)"]
    assert words("# Review\n\n## Next steps\n\n### Soon\n\n- this\n\n## Luck\n\n- not this\n") == [
        "this"
    ]


def test_the_same_line_is_one_follow_up_wherever_it_stands() -> None:
    twice = list(lines("## Follow-ups\n- Do it\n- do it\n- Do \\*that\\*\n"))
    assert [one.words for one in twice] == ["Do it", "Do *that*"]
    assert twice[0].origin == next(lines("# Actions\n\n\n* DO IT\n")).origin


def test_nothing_at_all_is_read_from_nothing() -> None:
    assert words("") == []
