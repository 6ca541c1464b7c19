"""Advice on a writer's words: what it finds, where it must not look, and that nothing makes it slow."""

import json
import re
import time
from importlib.resources import files

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from incibot.core import review
from incibot.core.review.language import PATTERNS, SHOWN, Level, Note, Pattern, Scope, check
from incibot.core.review.merge import Block, Draft, by_whom, merge
from incibot.core.review.prose import lines_of, read_page
from tests.review.histories import checkout
from tests.review.test_document import drafted

BLAMED = "The engineer should have paged the database team."
# Where a pattern of that scope is looked for.
PLACES = {Scope.PROSE: "{}", Scope.HEADLINE: "# {}", Scope.ACTIONS: "# Follow-ups\n\n- {}"}


def ids(text: str) -> list[str]:
    return [note.pattern.id for note in check(text)]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: one.id)
def test_each_pattern_finds_its_hits_and_lets_its_passes_pass(pattern: Pattern) -> None:
    assert pattern.hits
    assert pattern.passes
    others = {one.id for one in PATTERNS} - {pattern.id}
    for hit in pattern.hits:
        assert [one.pattern for one in check(PLACES[pattern.scope].format(hit), without=others)]
    for sentence in pattern.passes:
        assert pattern.id not in ids(PLACES[pattern.scope].format(sentence))
    assert pattern.why
    assert pattern.instead


def test_the_patterns_are_data_with_an_id_each() -> None:
    text = files(review).joinpath("language.json").read_text(encoding="utf-8")
    assert len(json.loads(text)) == len({one.id for one in PATTERNS}) == 88


def test_a_note_says_where_what_why_and_what_instead() -> None:
    [note] = check("# Search was slow\n\nWe looked. The on-call should\nhave paged Ana.\n")
    assert (note.line, note.column, note.end_line, note.end_column) == (3, 24, 4, 11)
    assert (note.words, note.level) == ("should have paged", Level.FLAG)
    assert note.pattern.why.startswith("Describes an event that did not happen")
    assert note.pattern.instead.startswith("Say what was done")


TRAPS = {  # what was met in real text, and is no judgement
    "a machine that failed to": "The pod failed to start.",
    "a diagnosis": "It could also have been a networking issue.",
    "should have and a noun": "Guests should have access, and each shard should have 3 replicas.",
    "the heading of a template": "## Things that could have gone better",
    "negated": "There was no obvious error message; the second graph is more obvious.",
    "a machine that ignores": "The extension ignored timeout signals, as `.gitignore` says.",
    "a panic of Go": "The handler hit an unhandled panic, and the software panicked.",
    "lazy in computing": "This avoids lazy DB lookups.",
    "who owns it": "The service responsible for traffic routing restarted.",
    "an alert": "Violation started: 16:42 UTC",
    "user errors": "The alert fired as user errors became apparent.",
    "a banner": "The banner will warn users.",
    "nodes": "It led to network communication failures.",
    "customers": "Most customers did not notice.",
    "a system, instead of": "The route serves 404 instead of redirecting.",
    "a log that shows": "The log clearly shows the version.",
    "a cause denied": "There is no single root cause.",
    "names": "Heroku, the hero image, a fault domain and the error budget of git blame.",
}


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS)
def test_what_only_looks_like_a_judgement_is_let_be(text: str) -> None:
    assert check(text) == ()


NOT_THE_WRITERS = {
    "a quote": "Ana said “{}” at 10:02.",
    "a quote within quotation marks": 'Ana said "{}" then.',
    "a single quote": "Ana's words were '{}' then.",
    "a quote over lines": 'Ana said "well.\n{}\nThat is it."',
    "a quote without an end": "Ana: “{}",
    "a block quote": "> {}",
    "a lazy line of a block quote": "> Ana said:\n{}",
    "a block quote in a list": "- > {}",
    "code": "It printed `{}` twice.",
    "a block of code": "```text\n{}\n```",
    "a block of code without an end": "~~~\n{}",
    "indented code": "It printed:\n\n    {}\n",
    "a link": "See [{}](https://example.com/x).",
    "a link by reference": "See [{}][1].\n\n[1]: https://example.com/root-cause",
    "the title of a link": 'See [it](https://example.com "{}").',
    "a picture": "![{}](graph.png)",
    "a comment": "<!-- {} -->",
    "a comment over lines": "<!-- so:\n{}\n-->",
    "HTML that quotes": "<blockquote>\n{}\n</blockquote>",
    "a timeline's table": "| Time | What |\n|---|---|\n| 10:02 | {} |",
    "a table whose rows begin with a time": "| | What |\n|---|---|\n| 10:02 | {} |",
    "a table of evidence": "| Finding | Rests on |\n|---|---|\n| {} | #12 |",
    "chat": "10:02 ana: {}\n[10:03] <bela> {}\n",
    "evidence": "- **10:02** Ana: {} ([#12](https://example.com), marked)",
}


@pytest.mark.parametrize("form", NOT_THE_WRITERS.values(), ids=NOT_THE_WRITERS)
def test_it_never_looks_at_what_is_not_the_writers_own_prose(form: str) -> None:
    assert ids(BLAMED) == ["CF01"]
    around = "The page was slow.\n\n{}\n\nIt was as on any day at ten.\n"
    assert check(around.format(form.replace("{}", BLAMED))) == ()
    # ... and goes on right after it.
    assert ids(around.format(form.replace("{}", BLAMED)) + f"\n{BLAMED}") == ["CF01"] * (
        "without an end" not in form and not form.startswith("~~~")
    )


def test_names_and_addresses_are_no_prose() -> None:
    for name in (
        "https://example.com/human-error",
        "<https://example.com/root-cause>",
        "root_cause",
    ):
        assert check(f"See {name} for more.") == (), name
    for name in ("#root-cause", "@root-cause-bot", "root-cause.md", "mttr@example.com", "`RCA`"):
        assert check(f"See {name} for more.") == (), name
    assert check(f"---\ntitle: {BLAMED}\n---\n") == ()
    assert ids(f"---\n{BLAMED}") == ["CF01"]


def test_it_looks_at_all_other_prose() -> None:
    for form in ("# {}", "- {}", "1. [x] {}", "{}\n===", "*{}*", "a **should** have: {}", "a\n{}"):
        assert ids(form.format(BLAMED)) == ["CF01"], form
    assert ids("The lead _should_ **have** paged") == ["CF01"]
    assert ids("| Condition | Since |\n|---|---|\n| " + BLAMED + " | May |") == ["CF01"]
    assert ids("It's the engineers' view; they should have paged. It isn't ours'") == ["CF01"]


def test_what_incibot_generated_is_not_looked_at_and_what_people_wrote_around_it_is() -> None:
    draft = drafted(checkout())
    assert check(draft) == ()
    edited = draft.replace("*Draft, not reviewed.*", BLAMED)
    assert edited != draft
    assert ids(edited) == ["CF01"]
    assert ids(
        draft.replace("\n<!-- incibot:begin short ", f"\n{BLAMED}\n<!-- incibot:begin short ")
    )
    # Where a block is edited, what it quotes and rests on is evidence still.
    assert check(re.sub(r"(incibot:begin \S+) \w+", r"\1 0123456789ab", draft)) == ()


def test_an_offer_beside_an_edited_block_is_incibots_own() -> None:
    first = merge(None, Draft(blocks=(Block(id="a", text="One.\n"),)))
    edited = first.replace("One.", "Two.")
    offered = merge(edited, Draft(blocks=(Block(id="a", text=f"{BLAMED}\n"),)))
    assert BLAMED in offered
    assert check(offered) == ()
    assert ids(offered.replace("Two.", BLAMED)) == ["CF01"]


def test_a_sentence_gets_one_note_the_weightiest() -> None:
    [note] = check("Unfortunately it was caused by human error, which they should have seen.")
    assert note.level is Level.FLAG
    assert [one.level for one in check("Unfortunately so. It was caused by DNS.")] == [
        Level.INFO,
        Level.SOFT,
    ]


def test_headlines_and_actions_are_looked_at_where_they_stand() -> None:
    assert ids("# API outage") == ["VG03"]
    assert ids("The outage of the API began at ten. Then the outage went on.") == ["VG03"]
    assert ids("# API\n\n**Time to recovery:** 25 minutes") == ["MH02"]
    assert ids("# API\n\n## What happened\n\nFirst so.\n\nAn outage of it.") == []
    assert ids(
        "# A\n\n## Follow-ups\n\n- Double-check the host.\n\n## Story\n\n- Double-check it."
    ) == ["PV05"]


def test_some_sections_are_for_what_would_be_a_slip_elsewhere() -> None:
    would = "A full disk would have stopped the orders too."
    assert ids(f"## What happened\n\n{would}") == ["CF03"]
    assert ids(f"## Risks, near misses, luck\n\n### Disk\n\n{would} Luckily it held.") == []
    assert ids(f"## Open questions\n\n{would} Luckily it held.") == ["VG05"]
    assert ids("## Known only later\n\nIn hindsight the graph was off.") == []
    assert ids("## Risks\n\n## Story\n\n" + would) == ["CF03"]


def test_what_an_attacker_could_have_done_is_a_finding() -> None:
    [note] = check("An attacker could have captured the second factor.")
    assert (note.pattern.id, note.level) == ("CF02", Level.SOFT)


def test_the_writer_may_not_want_to_hear_of_it() -> None:
    both = f"{BLAMED}\n\nIt was human error."
    assert ids(both) == ["CF01", "PC01"]
    assert ids(f"<!-- incibot:ignore -->\n{both}") == ["PC01"]
    assert ids(f"<!-- incibot:ignore CF01, PC01 -->\n\n{both}") == ["PC01"]
    assert ids(f"{BLAMED} <!-- incibot:ignore PC01 -->") == ["CF01"]
    assert ids(f"{both} <!-- incibot:ignore -->") == ["CF01"]
    assert ids(f"{both}\n\n<!-- incibot:ignore-always CF01 PC01 -->") == []
    breach = "It was a breach of policy."
    assert ids(breach) == ["PC14"]
    assert ids(f"<!-- incibot:profile security -->\n\n{breach}") == []


def test_only_english_is_looked_at() -> None:
    german = "Die Kolleginnen haben am Abend den Dienst neu gestartet und dann gewartet. " * 3
    assert ids(f"{german}\n\nFehler: root cause.") == []
    assert ids("Fehler: root cause.") == ["LC01"], "of a few words nobody can tell"


PIECES = (
    *("`", "``` ", "~~~\n", "<!--", "-->", "<pre>", "</pre>", "<code ", "<a ", "[", "[a](", "](b"),
    *("![a](b) ", '"', "'", "'a ", "‘a ", "“", "”", "> ", "- ", "1. ", "| a |\n", "|---|---|\n"),
    *("# ", "---\n", "===\n", "10:02 a: ", "*", "_", "a_b ", "a.b ", "a@b ", "http://", ". ", ".'''"),
    *(" ", "\n", "\t", "    x\n\n", "\r\n", "\0", "\u2028", "🤔", ", marked)\n", "they should have "),
    "<!-- incibot:begin a abcdefabcdef -->\n", "<!-- incibot:end a -->\n", "<!-- incibot:ignore -->",
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join))
@example("they should have\nbeen\r\nthere")
def test_of_any_text_each_note_shows_the_words_that_stand_there(text: str) -> None:
    assert "".join(raw for raw, _ in by_whom(text)) == text
    lines = lines_of(text)

    def shown(note: Note) -> str:
        within = [
            *lines[note.line - 1 : note.end_line - 1],
            lines[note.end_line - 1][: note.end_column - 1],
        ]
        return "".join(within)[note.column - 1 :]

    notes = check(text)
    for note in notes:
        assert " ".join(shown(note).split()) == note.words
    assert [(one.line, one.column) for one in notes] == sorted((n.line, n.column) for n in notes)
    for passage in read_page(text).passages:
        assert len(passage.text) <= len(text) - passage.start
        for place, character in enumerate(passage.text):
            assert character in (text[passage.start + place], " ", ".")


def seconds(work: object, *arguments: object) -> float:
    begun = time.process_time()
    work(*arguments)  # type: ignore[operator]
    return time.process_time() - begun


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: one.id)
def test_no_pattern_takes_longer_than_its_text_is_long(pattern: Pattern) -> None:
    """One that looked on to the end from each beginning would take seconds for these."""
    words = pattern.hits[0].rstrip(".").split()
    for cut in {len(words) // 3, len(words) // 2, len(words) - 1} - {0}:
        begun = " ".join(words[:cut])
        again = f"{begun} " * (60_000 // len(begun))
        for nasty in (again, begun + " " * 20_000, begun + "ly" * 9_000):
            assert seconds(lambda text: [*pattern.find.finditer(text)], nasty) < 0.5


@pytest.mark.parametrize("piece", [*PIECES, "<!-- incibot:begin abcdefabcdef abcdefabcdef"])
def test_no_text_takes_longer_than_it_is_long(piece: str) -> None:
    assert seconds(check, piece * (20_000 // len(piece))) < 1


def test_there_are_few_enough_to_read_at_once() -> None:
    assert SHOWN == 12
