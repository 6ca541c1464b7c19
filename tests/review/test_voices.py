"""What people told afterwards stands where it belongs, as they let it be used, and only so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.markup import escape, markdown
from incibot.core.people import UserId
from incibot.core.playbook import Depth, Playbook, ReviewPlan
from incibot.core.redaction import Level, Redactor
from incibot.core.review.erasing import UNTOLD, without_voices
from incibot.core.review.language import check
from incibot.core.review.voices import TITLES
from incibot.core.voices import QUOTABLE, Asked, Use, Voice, Voices, confided, shown
from incibot.paper import draft_markdown
from incibot.render import Renderer
from tests.bench import START
from tests.review.histories import ANA, BELA, BOOK, CHIDI, DANA, EMRE, checkout

RENDERER = Renderer()


def voice(user: UserId, use: Use, **answers: str) -> Voice:
    return Voice(
        user=user,
        use=use,
        answers={Asked(name): escape(words) for name, words in answers.items()},
        at=START,
        changed_at=START,
    )


def drafted(*told: Voice, previous: str | None = None, book: Playbook = BOOK) -> str:
    history = replace(checkout(), voices=shown(told))
    return draft_markdown(history, book, RENDERER, previous)


def section(document: str, id: str) -> str:
    return document.partition(f"<!-- incibot:begin {id} ")[2].partition("<!-- incibot:end")[0]


def test_each_answer_stands_in_the_section_that_it_belongs_to() -> None:
    told = voice(
        ANA, Use.NAMED, surprised="no alert", hard="the graphs", helped="Bo", believed="the deploy"
    )
    document = drafted(told)
    for id, words in (
        ("surprises", "no alert"),
        ("hard", "the graphs"),
        ("hard", "Bo"),
        ("enquiry", "the deploy"),
    ):
        assert f"- Ana Alves: “{words}” (voice)\n" in section(document, id)
    assert "is for whoever facilitates" not in document
    assert drafted(told) == document
    assert "told afterwards" not in drafted()
    assert drafted() == draft_markdown(checkout(), BOOK, RENDERER)


def test_a_brief_draft_says_only_that_there_is_more() -> None:
    book = Playbook(review=ReviewPlan(depth=Depth.BRIEF))
    document = drafted(voice(ANA, Use.FACILITATOR, hard="secretly"), book=book)
    assert "secretly" not in document
    assert "is for whoever facilitates the review" in section(document, "questions")
    deep = Playbook(review=ReviewPlan(depth=Depth.DEEP))
    document = drafted(voice(ANA, Use.FACILITATOR, hard="secretly"), book=deep)
    assert "is for whoever facilitates the review" in section(document, "questions")


def test_fewer_than_three_without_a_name_are_not_shown_and_not_counted() -> None:
    two = [voice(ANA, Use.UNNAMED, hard="one thing"), voice(BELA, Use.UNNAMED, hard="another")]
    document = drafted(*two)
    assert "one thing" not in document
    assert "told afterwards\n" not in document
    assert document == drafted(two[0]), "nor does it tell how many"
    assert document == drafted(voice(CHIDI, Use.FACILITATOR, helped="x")), "nor of what sort"
    third = voice(CHIDI, Use.UNNAMED, hard="a third", helped="the pool")
    lines = [
        line
        for line in section(drafted(*two, third), "hard").splitlines()
        if line.endswith("(voice)")
    ]
    assert sorted(lines) == [
        f"- Somebody: “{words}” (voice)" for words in ("a third", "another", "one thing")
    ]
    assert drafted(*two, third) == drafted(third, *reversed(two))
    assert "the pool" not in drafted(*two, third)


def test_whom_to_talk_to_is_for_the_facilitator_alone() -> None:
    document = drafted(voice(ANA, Use.NAMED, whom="the one who pushed it"))
    assert "pushed it" not in document
    assert "is for whoever facilitates the review" in document


def test_words_are_quoted_as_they_are_and_nobody_is_advised_on_them() -> None:
    words = "Obviously Bo should have looked. It was human error, the root cause."
    told = voice(ANA, Use.NAMED, hard=words)
    document = drafted(told)
    assert f"“{words}”" in document
    assert check(document) == check(drafted())
    edited = document.replace("- Ana Alves:", "- Ana Alves, on the phone:")
    assert check(edited) == check(drafted())


def test_what_is_read_by_the_facilitator_depends_on_to_whom_it_was_told() -> None:
    mine = replace(voice(ANA, Use.FACILITATOR, hard="a"), confided_to=EMRE)
    anothers = replace(voice(BELA, Use.FACILITATOR, hard="b"), confided_to=DANA)
    found = confided([mine, anothers, voice(CHIDI, Use.UNNAMED, hard="c", whom="d")], EMRE)
    assert found.named == (mine,)
    assert found.unnamed == {Asked.HARD: ("c",), Asked.WHOM: ("d",)}
    assert found.closed


def test_what_is_taken_back_goes_with_its_name_and_the_block_stays_incibots() -> None:
    told = voice(ANA, Use.NAMED, hard="the graphs\nlied", surprised="no alert at all")
    before = drafted(told)
    bare = without_voices(before, told.answers.values())
    for trace in ("lied", "no alert at all", "Ana Alves: “no", "Ana Alves: (voice)"):
        assert trace not in bare
    assert bare.count(f"- {UNTOLD}\n") == 2
    assert drafted(previous=bare) == drafted()


def test_an_edited_block_keeps_what_people_wrote_and_loses_the_quote() -> None:
    told = voice(ANA, Use.NAMED, hard="the graphs were of another zone")
    mine = drafted(told).replace(
        "- Ana Alves: “the graphs were of another zone” (voice)",
        "- We learnt that “the graphs were of another zone”, and mended that.",
    )
    bare = without_voices(mine, told.answers.values())
    assert "another zone" not in bare
    assert f"- We learnt that “{UNTOLD}”, and mended that." in bare
    assert "and mended that." in drafted(previous=bare)
    assert "I copied: the graphs were of another zone" in without_voices(
        f"I copied: the graphs were of another zone\n\n{mine}", told.answers.values()
    ), "outside of the fences the words are theirs who wrote them"


def test_the_same_words_of_a_message_stay() -> None:
    said = "weird, the provider’s status page is all green"
    before = drafted(voice(ANA, Use.NAMED, surprised=said))
    bare = without_voices(before, [said])
    assert bare.count(said) == drafted().count(said) > 0


def test_where_too_few_are_left_without_a_name_they_go_too() -> None:
    four = [
        voice(user, Use.UNNAMED, hard=f"thing of {user}", helped=f"help for {user}")
        for user in (ANA, BELA, CHIDI, DANA)
    ]
    first, second = drafted(*four[:3]), drafted(*four)
    standing = [one.answers[Asked.HARD] for one in four[1:]]
    gone = [four[0].answers[Asked.HARD]]
    assert "thing of" not in without_voices(first, gone, [standing])
    assert without_voices(second, gone, [standing]).count("thing of") == 3
    assert without_voices(first, gone, [standing]).count("help for") == 3


WORDS = st.text(alphabet="ab \n*_`>-&<|“”#1.:()", min_size=1, max_size=30).filter(
    lambda text: bool(markdown(escape(text.strip()), {}).strip())
)


@settings(max_examples=30)
@given(words=WORDS, use=st.sampled_from([Use.NAMED, Use.UNNAMED]))
def test_whatever_was_told_is_gone_when_it_is_taken_back(words: str, use: Use) -> None:
    users = (ANA, BELA, CHIDI)
    book = Playbook(review=ReviewPlan(sections=("hard",)))
    told = [voice(ANA, use, hard=words.strip())]
    if use is Use.UNNAMED:
        told += [voice(user, use, hard=f"what {user} said") for user in users[1:]]
    document = drafted(*told, book=book)
    assert document.count("(voice)") == len(told)
    bare = without_voices(
        document,
        [told[0].answers[Asked.HARD]],
        [[one.answers[Asked.HARD] for one in told[1:]]] if use is Use.UNNAMED else [],
    )
    assert "(voice)" not in bare
    assert bare.count(f"- {UNTOLD}\n") == len(told)
    assert drafted(previous=bare, book=book) == drafted(book=book)


ANSWERS = st.dictionaries(
    st.sampled_from(list(Asked)), st.integers(0, 10**6).map(lambda n: f"word{n}"), max_size=5
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([ANA, BELA, CHIDI, DANA, EMRE]), st.sampled_from(list(Use)), ANSWERS
        ),
        max_size=12,
    )
)
def test_whatever_is_told_changed_and_taken_back_only_what_is_allowed_is_shown(
    told: list[tuple[UserId, Use, dict[Asked, str]]],
) -> None:
    standing: dict[UserId, Voice] = {}
    for user, use, answers in told:
        standing[user] = Voice(user=user, use=use, answers=answers, at=START, changed_at=START)
    found: Voices = shown(standing.values())
    for asked in QUOTABLE:
        given_so = {
            use: [v for v in standing.values() if v.use is use and asked in v.answers]
            for use in Use
        }
        quotes = found.quotes.get(asked, ())
        named = {(one.user, one.words) for one in quotes if one.user}
        assert named == {(v.user, v.answers[asked]) for v in given_so[Use.NAMED]}
        unnamed = [one.words for one in quotes if one.user is None]
        enough = len(given_so[Use.UNNAMED]) >= 3
        assert sorted(unnamed) == sorted(v.answers[asked] for v in given_so[Use.UNNAMED] if enough)
    assert Asked.WHOM not in found.quotes
    later = [
        replace(v, changed_at=v.changed_at + timedelta(days=n))
        for n, v in enumerate(reversed(standing.values()))
    ]
    assert shown(later) == found, "neither who came first nor when is to be seen"
    assert set(TITLES) == set(QUOTABLE)


def test_a_redacted_draft_treats_the_names_in_voices_as_all_others() -> None:
    told = shown(
        [
            voice(ANA, Use.NAMED, hard="Bela Kovács knew, I did not"),
            voice(DANA, Use.FACILITATOR, hard="secretly"),
        ]
    )
    history = replace(checkout(), voices=told)
    roles = Redactor(history.head, Level.ROLES, key=b"k").history(history)
    document = draft_markdown(roles, BOOK, RENDERER)
    assert "knew, I did not” (voice)" in document
    for name in ("Ana Alves", "Bela", "secretly"):
        assert name not in document
    outside = Redactor(history.head, Level.OUTSIDE, key=b"k").history(history)
    document = draft_markdown(outside, BOOK, RENDERER)
    assert "(voice)" in document
    assert "I did not” (voice)" not in document
