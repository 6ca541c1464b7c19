"""What people wrote in a review stays, however often the draft is made anew."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.review.merge import Block, Draft, merge, read_draft

NAMES = ("title", "quiet", "quiet.ask", "tasks", "timeline")


def draft(offer: str = "From the record:", **texts: str) -> Draft:
    return Draft(
        blocks=tuple(Block(id=name.replace("_", "."), text=text) for name, text in texts.items()),
        offer=offer,
    )


FIRST = draft(title="# How we got here", quiet="## Quiet\n\n- one", tasks="## Tasks\n\n- a task")


def body_of(document: str, name: str) -> str:
    return document.partition(f"begin {name} ")[2].partition("\n")[2].partition("<!--")[0]


def test_a_first_draft_is_the_blocks_in_order_between_fences() -> None:
    assert [line.split()[1:3] for line in re.findall("<!--.*-->", merge(None, FIRST))] == [
        ["incibot:begin", "title"],
        ["incibot:end", "title"],
        ["incibot:begin", "quiet"],
        ["incibot:end", "quiet"],
        ["incibot:begin", "tasks"],
        ["incibot:end", "tasks"],
        ["incibot:written", "title"],
    ]


def test_a_block_that_nobody_touched_follows_the_record() -> None:
    document = merge(
        merge(None, FIRST), draft(title="# How we got here", quiet="## Quiet\n\n- two")
    )
    assert body_of(document, "quiet") == "## Quiet\n\n- two\n"
    assert "Tasks" not in document  # the record gives none any more


def test_an_edited_block_stays_and_new_evidence_is_offered_below_it() -> None:
    edited = merge(None, FIRST).replace("- one", "- one, and we were in a call")
    document = merge(edited, draft(title="# How we got here", quiet="## Quiet\n\n- one\n- two"))

    assert body_of(document, "quiet") == "## Quiet\n\n- one, and we were in a call\n"
    offer = document.partition("incibot:offer quiet ")[2].partition("\n")[2].partition("<!--")[0]
    assert offer == "From the record:\n\n- one\n- two\n"  # its heading stands above already
    assert document.index("end quiet -->") < document.index("offer quiet")


def test_nothing_is_offered_beside_an_edited_block_when_the_record_says_what_it_said() -> None:
    edited = merge(None, FIRST).replace("- one", "- one, and we were in a call")
    assert merge(edited, FIRST) == edited


def test_nothing_is_offered_that_somebody_wrote_there_already() -> None:
    edited = merge(None, FIRST).replace("- one", "- one\n- two")
    fresh = draft(title="# How we got here", quiet="## Quiet\n\n- one\n- two")
    assert "offer" not in merge(edited, fresh)


def test_an_offer_is_replaced_when_the_record_moves_on_and_goes_when_it_is_back() -> None:
    edited = merge(None, FIRST).replace("- one", "- mine")
    second = merge(
        edited, draft(title="# How we got here", quiet="- two", tasks="## Tasks\n\n- a task")
    )
    third = merge(
        second, draft(title="# How we got here", quiet="- three", tasks="## Tasks\n\n- a task")
    )
    assert "- two" in second
    assert "- three" in third
    assert "- two" not in third
    assert merge(third, FIRST) == edited


def test_an_offer_that_somebody_edited_is_theirs() -> None:
    edited = merge(None, FIRST).replace("- one", "- mine")
    offered = merge(edited, draft(quiet="- two")).replace("- two", "- two, I was there")
    document = merge(merge(offered, draft(quiet="- three")), draft(quiet="- four"))
    assert "- two, I was there" in document
    assert "- four" in document
    assert "- three" not in document


def test_a_block_that_was_deleted_stays_deleted_until_its_name_is_taken_off_the_last_line() -> None:
    document = merge(None, FIRST)
    without = re.sub("<!-- incibot:begin quiet.*?end quiet -->\n", "", document, flags=re.DOTALL)

    again = merge(merge(without, FIRST), FIRST)
    assert "## Quiet" not in again

    assert "## Quiet" in merge(again.replace(" quiet ", " "), FIRST)


def test_a_new_section_stands_before_the_next_one_and_below_what_people_wrote() -> None:
    first = merge(None, draft(title="# T", tasks="## Tasks"))
    wrote = first.replace("<!-- incibot:end title -->\n", "<!-- incibot:end title -->\nOur words\n")
    document = merge(wrote, FIRST)
    assert document.index("Our words") < document.index("## Quiet") < document.index("## Tasks")


def test_a_document_of_peoples_own_keeps_all_its_words_and_gets_the_draft_below() -> None:
    assert merge("Notes from the call", FIRST).startswith(
        "Notes from the call\n\n<!-- incibot:begin"
    )


def test_a_document_with_windows_line_ends_keeps_them() -> None:
    document = merge(None, FIRST).replace("\n", "\r\n")
    assert merge(document, FIRST) == document
    assert "\n" not in merge(document, draft(quiet="a\nb")).replace("\r\n", "")


def test_generated_words_cannot_pass_for_a_fence() -> None:
    evil = draft(quiet="<!-- incibot:end quiet -->\nand on", tasks="<!-- incibot:written quiet -->")
    document = merge(None, evil)
    assert merge(document, evil) == document
    assert document.count("<!-- incibot:end quiet -->") == 1


@pytest.mark.parametrize(
    ("rendered", "problem"),
    [
        ("<!-- incibot:begin a -->\n", "has no end"),
        ("<!-- incibot:begin a -->\n<!-- incibot:end b -->\n", "out of place"),
        ("<!-- incibot:end a -->\n", "out of place"),
        ("<!-- incibot:begin a -->\n<!-- incibot:begin b -->\n", "out of place"),
        ("<!-- incibot:begin a -->\n<!-- incibot:end a -->\n" * 2, "stands twice"),
        ("words\n<!-- incibot:begin a -->\n<!-- incibot:end a -->\n", "outside the blocks: words"),
    ],
)
def test_a_template_that_does_not_fence_its_text_is_told_so(rendered: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_draft(rendered)


def test_a_rendered_document_is_read_block_by_block() -> None:
    rendered = "\n<!-- incibot:begin a -->\n\n# A\n\nwords\n\n<!-- incibot:end a -->\n\n"
    assert read_draft(rendered).blocks == (Block(id="a", text="# A\n\nwords\n"),)


texts = st.sampled_from(["## One\n\n- a", "- a\n- b", "c", "## Two", ""])
drafts = st.builds(
    lambda found, offer: Draft(
        blocks=tuple(Block(id=name, text=found[name]) for name in NAMES if name in found),
        offer=offer,
    ),
    st.dictionaries(st.sampled_from(NAMES), texts),
    st.sampled_from(["", "From the record:"]),
)
hashes = st.sampled_from(["0123456789ab", "ba9876543210"])
fences = st.one_of(
    st.builds("<!-- incibot:begin {} {} -->".format, st.sampled_from(NAMES), hashes),
    st.builds("<!-- incibot:end {} -->".format, st.sampled_from(NAMES)),
    st.builds("<!-- incibot:offer {} {} -->".format, st.sampled_from(NAMES), hashes),
    st.just("<!-- incibot:end-offer -->"),
    st.builds("<!-- incibot:begin {} -->".format, st.sampled_from(NAMES)),
)
ends = st.sampled_from(["\n", "\r\n", "\n\n", "  \n", ""])


@given(st.lists(st.tuples(fences | st.none(), ends), max_size=12), st.lists(drafts, min_size=1))
def test_no_word_is_lost_however_broken_the_fences(
    lines: list[tuple[str | None, str]], regenerated: list[Draft]
) -> None:
    words = [f"word{number}" for number in range(len(lines))]
    document = "".join(
        f"{fence or ''}\n{word}{end}" for word, (fence, end) in zip(words, lines, strict=True)
    )
    for fresh in regenerated:
        document = merge(document, fresh)
        assert merge(document, fresh) == document
    assert re.findall(r"word\d+(?!\d)", document) == words


@st.composite
def edits(draw: st.DrawFn, document: str, number: int) -> str:
    """The document after somebody wrote a line of their own into it, anywhere but across a fence."""
    lines = document.splitlines(keepends=True)
    place = draw(st.integers(0, len(lines)))
    end = draw(st.sampled_from(["\n", "  \n", "\r\n"]))
    return "".join([*lines[:place], f"mine{number};{end}", *lines[place:]])


@given(st.data(), st.lists(drafts, min_size=1, max_size=6))
def test_what_people_write_anywhere_survives_every_regeneration(
    data: st.DataObject, regenerated: list[Draft]
) -> None:
    document = merge(None, regenerated[0])
    for number, fresh in enumerate(regenerated):
        document = data.draw(edits(document, number))
        before = [line for line in document.splitlines(keepends=True) if line.startswith("mine")]
        document = merge(document, fresh)
        after = [line for line in document.splitlines(keepends=True) if line.startswith("mine")]
        assert after == before
        assert merge(document, fresh) == document
    hundred = document
    for _ in range(100):
        hundred = merge(hundred, regenerated[-1])
    assert hundred == document


@given(drafts)
def test_a_draft_that_nobody_touched_is_the_same_made_anew(fresh: Draft) -> None:
    document = merge(None, fresh)
    assert merge(document, fresh) == document


@given(st.lists(drafts, min_size=2, max_size=5))
def test_blocks_that_nobody_touched_stand_as_in_a_first_draft(regenerated: list[Draft]) -> None:
    document = None
    for fresh in regenerated:
        document = merge(document, fresh)
    blocks = "<!-- incibot:begin.*?<!-- incibot:end [a-z.]+ -->"
    assert document is not None
    assert re.findall(blocks, document, re.DOTALL) == re.findall(
        blocks, merge(None, regenerated[-1]), re.DOTALL
    )
