"""The Markdown export keeps its shape whatever people wrote."""

from collections import Counter
from dataclasses import replace

from checkout import ANA, BO, CHEN, ENTRIES, HEAD, INCIDENT, START, after, entry, message, written
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from incibot.core.history import Head
from incibot.core.incident import Known, Milestone
from incibot.core.markup import escape
from incibot.core.people import Assignment, Directory, Person
from incibot.core.timeline import EntryKind, Mark, Marked, Recorded, Revision
from incibot.exports.markdown import MARKDOWN

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def item(text: str, start: str) -> str:
    """The part of the timeline that begins with that line."""
    after = text[text.index(start) :]
    return after[: after.find("\n\n- ")]


def test_a_mark_an_edit_a_deletion_and_a_late_note_are_said() -> None:
    text = written(MARKDOWN)
    assert "**key moment**, marked by Bo \\*the\\* \\[fixer\\], Ana Ruiz" in text
    assert "(edited; earlier: “It is the \\*flag\\*” until 23:14; “It is the flag" in text
    assert "*message deleted at 23:17; its words are erased*" in text
    assert "~~Turn the flag \\~on\\~ off~~ *(taken back at 23:22)*" in text
    assert "note · written down later, at 23:58" in text
    assert "↳ in the thread of 23:10:12" in text


def test_an_idea_bears_its_outcome_and_the_answer_the_idea() -> None:
    text = written(MARKDOWN)
    assert (
        item(text, "- [23:14:12]")
        .splitlines()[0]
        .endswith("idea · marked as idea by Ana Ruiz · ruled out at 23:19")
    )
    assert (
        "- 23:19:12 **Bo \\*the\\* \\[fixer\\]** · idea ruled out\n\n  It is the flag that" in text
    )


def test_roles_have_the_names_that_the_team_gave_them_and_one_that_is_held_says_so() -> None:
    text = written(MARKDOWN)
    assert "| Incident commander | Ana Ruiz | 20 Nov 2026, 23:08 | 20 Nov 2026, 23:38 |" in text
    assert "| Ops | 陈晨 | 20 Nov 2026, 23:13 | still held |" in text


def test_those_who_come_one_after_the_other_share_a_line() -> None:
    entries = (
        entry(1, EntryKind.JOINED, "Joined the channel", ANA),
        entry(1.5, EntryKind.JOINED, "Joined the channel", CHEN),
        entry(2, EntryKind.LEFT, "Left the channel", CHEN),
        message(3, "hi"),
        entry(4, EntryKind.JOINED, "Joined the channel", CHEN),
    )
    text = written(MARKDOWN, HEAD, entries)
    assert "- 23:09:12–23:09:42 Joined: **Ana Ruiz**, **陈晨**\n" in text
    assert "- 23:10:12 **陈晨** · left\n" in text
    assert "- 23:12:12 **陈晨** · joined\n" in text


def test_who_joins_on_another_day_has_a_line_there() -> None:
    entries = [entry(minutes, EntryKind.JOINED, "", ANA) for minutes in (0, 24 * 60)]
    assert "Joined:" not in written(MARKDOWN, HEAD, entries)


def test_a_whole_minute_bears_no_seconds_since_nobody_measured_them() -> None:
    noon = START.replace(second=0, microsecond=0)
    text = written(MARKDOWN, HEAD, (entry(0, EntryKind.NOTE, "a", occurred_at=noon),))
    assert "- 23:08 **Ana Ruiz** · note" in text


def test_quotation_marks_inside_an_earlier_wording_are_single_ones() -> None:
    said = Revision(words="they say “no”", replaced_at=after(1))
    text = written(MARKDOWN, HEAD, (message(0, "yes", revisions=(said,)),))
    assert "earlier: “they say ‘no’” until" in text


def test_a_reply_to_another_day_names_that_day() -> None:
    later = 24 * 60.0
    text = written(MARKDOWN, HEAD, (message(0, "a"), message(later, "b", thread=0)))
    assert "↳ in the thread of 23:08:12 on 20 Nov 2026" in text


def test_the_timeline_has_a_heading_for_each_day_in_the_readers_zone() -> None:
    headings = [line for line in written(MARKDOWN).splitlines() if line.startswith("### ")]
    assert headings == [
        "### Friday, 20 November 2026 (UTC+01:00)",
        "### Saturday, 21 November 2026 (UTC+01:00)",
    ]


def test_what_may_be_missing_is_said() -> None:
    text = written(MARKDOWN)
    assert (
        "It holds 8 messages from the incident's channel, 1 of them edited and 1 deleted." in text
    )
    assert "- from 20 Nov 2026, 23:48 to 20 Nov 2026, 23:52: what was missed was fetched" in text
    assert "- from 21 Nov 2026, 00:08 to 21 Nov 2026, 00:09: what was said then is missing" in text


def shape(tokens: list[Token]) -> Counter[str]:
    """The blocks of a document, those inside the entries' own words aside."""
    return Counter(
        f"{token.tag} {token.level}"
        for token in tokens
        if token.nesting == 1
        and (token.tag in ("h1", "h2", "h3", "tr", "td", "th") or not token.level)
    )


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def shown(tokens: list[Token]) -> str:
    """What a reader sees of a document, code too."""
    return "".join(
        child.content
        for token in tokens
        for child in (token.children if token.type == "inline" else [token]) or ()
    )


def with_texts(words: str, name: str) -> tuple[Head, tuple[Recorded, ...]]:
    """A history that shows these words, and this text wherever plain text can be."""
    people = {ANA: Person(id=ANA, name=name), BO: Person(id=BO, name=name)}
    mark = Marked(mark=Mark.KEY_MOMENT, user=BO, via="pin", at=START)
    incident = replace(
        INCIDENT,
        title=name,
        summary=name,
        service=name,
        severity=name,
        status=name,
        channel_name=name,
        milestones=(Milestone(name=name, at=START, known=Known.STATED, key="k", by=ANA),),
        assignments=(Assignment(role=name, user=BO, since=START, until=after(1)),),
    )
    entries = (
        message(0, words, marks=(mark,)),
        message(1, words, BO, thread=0, revisions=(Revision(words=words, replaced_at=START),)),
        entry(2, EntryKind.NOTE, words, retracted_at=after(3)),
        entry(3, EntryKind.ALERT, words, None, by_name=name),
    )
    return replace(HEAD, incident=incident, people=Directory(people)), entries


SPECIAL = st.lists(
    st.sampled_from([*"\\`*_{}[]<>()#+-.!|~&=:;$\"'^/1a \n\t", "```", "    ", "\n\n"])
).map("".join)


@settings(deadline=None)
@given(SPECIAL, SPECIAL)
def test_no_text_can_break_the_structure(said: str, typed: str) -> None:
    words, name = "w" + escape(said) + "w", "n" + typed + "n"
    tokens = PARSER.parse(written(MARKDOWN, *with_texts(words, name)))
    assert shape(tokens) == shape(PARSER.parse(written(MARKDOWN, *with_texts("w", "n"))))
    lists = [token for token in tokens if token.type == "list_item_open" and token.level == 1]
    assert len(lists) == 4 + len(HEAD.completeness.not_listening)


@settings(deadline=None)
@given(SPECIAL, SPECIAL)
def test_every_letter_that_was_written_is_shown(said: str, typed: str) -> None:
    words, name = "w" + escape(said) + "w", "n" + typed + "n"
    tokens = PARSER.parse(written(MARKDOWN, *with_texts(words, name)))
    plain = shown(tokens)
    assert shown(tokens[1:2]) == f"INC-7: {' '.join(name.split())}"
    # Four entries and one earlier wording; nine places for the other text.
    assert letters(plain).count(letters("w" + said + "w")) >= 5
    assert plain.count(" ".join(name.split())) >= 9


def test_the_sample_is_parsed_into_one_item_an_entry() -> None:
    tokens = PARSER.parse(written(MARKDOWN))
    items = [token for token in tokens if token.type == "list_item_open" and token.level == 1]
    assert len(items) == len(ENTRIES) + len(HEAD.completeness.not_listening)
