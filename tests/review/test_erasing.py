from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from incibot.core.markup import in_quotes, markdown
from incibot.core.review.erasing import GONE, without
from incibot.core.review.merge import Block, Draft, merge
from incibot.core.secrets import mask

NAMES = {"U1": "Ana Sousa"}


def document(*lines: str) -> str:
    return merge(None, Draft(blocks=(Block(id="quiet", text="\n".join(lines)),)))


def test_a_quote_goes_and_what_people_wrote_stays():
    said = "the pool is full, <@U1>"
    quote = in_quotes(markdown(said, NAMES))
    text = f"He said “the pool is full, @Ana Sousa”.\n\n{document(f'- 14:05 Bo: {quote} ([#7](x), marked)')}"

    erased = without(text, 7, [said], {})

    assert erased.startswith("He said “the pool is full, @Ana Sousa”.")
    assert f"- 14:05 Bo: “{GONE}” ([#7](x), marked)" in erased
    assert erased.count("the pool is full") == 1


def test_the_block_stays_incibots():
    """A fresh draft takes its place, as that of one that nobody has touched."""
    text = document("- Bo: “it is the pool, is it not” (#7, marked)")
    erased = without(text, 7, ["it is the pool, is it not"], {})
    fresh = merge(erased, Draft(blocks=(Block(id="quiet", text="- Bo: message deleted"),)))
    assert fresh == document("- Bo: message deleted")


def test_a_quote_in_a_block_that_people_edited_goes_too():
    text = document("- Bo: “it is the pool, is it not” (#7, marked)").replace("Bo", "Bo and Cy")
    erased = without(text, 7, ["it is the pool, is it not"], {})
    assert f"- Bo and Cy: “{GONE}” (#7, marked)" in erased
    fresh = merge(erased, Draft(blocks=(Block(id="quiet", text="- Bo: message deleted"),)))
    assert "Bo and Cy" in fresh


def test_lines_below_go_and_their_neighbours_stay():
    said = "first\n\nthird of them, with words"
    quote = "\n".join(f"  > {line}".rstrip() for line in markdown(said, NAMES).split("\n"))
    text = document("- **14:05** Bo ([#7](x), marked)", quote, "- **14:06** Cy: “no” (#8, marked)")
    erased = without(text, 7, [said], {})
    assert "third" not in erased
    assert (
        f"- **14:05** Bo ([#7](x), marked)\n  > {GONE}\n- **14:06** Cy: “no” (#8, marked)" in erased
    )


def test_what_others_said_in_the_same_few_words_stays():
    text = document("- Bo: “ok” (#7, marked)", "- Cy: “ok” (#8, marked)")
    assert without(text, 7, ["ok"], {}) == document(
        f"- Bo: “{GONE}” (#7, marked)", "- Cy: “ok” (#8, marked)"
    )


def test_earlier_wordings_links_and_masked_secrets_go():
    said = ["see <https://northwind.example/a|this page> password=hunter2", "what it was before"]
    now, before = (markdown(mask(one), NAMES) for one in said)
    link = markdown("<https://northwind.example/a|this page>", NAMES)
    text = document(
        f"- Bo: “{now}” (#7, marked)",
        f"- until 14:06: “{before}” (#7, system)",
        f"- Bo, a link: “{link}” (#7, system)",
    )
    erased = without(text, 7, said, {})
    assert "[masked" not in erased
    assert "northwind.example" not in erased
    assert "before" not in erased


@given(st.text(alphabet="ab \n*_`>-&<|“”#1", min_size=1, max_size=40))
def test_whatever_was_said_is_gone_where_it_was_quoted(said):
    quote = markdown(said, NAMES)
    if not quote.strip():
        return
    if "\n" in quote or quote.startswith("> "):
        lines = [f"  > {line}".rstrip() for line in quote.split("\n")]
        text = document("- **14:05** Bo (#7, marked)", *lines, "- more (#8, marked)")
    else:
        text = document(f"- **14:05** Bo: {in_quotes(quote)} (#7, marked)", "- more (#8, marked)")
    erased = without(text, 7, [said], {})
    assert GONE in erased
    assert "- more (#8, marked)" in erased
    assert erased == without(erased, 7, [said], {})
