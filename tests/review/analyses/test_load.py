"""How much of the talk was about organising the work."""

from incibot.core.review.analyses.load import LOAD, load
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story, talk


def story(messages: int) -> Story:
    lines = ["any update?", "just joined, where are we", "I'll take the disk", "on the zoom"]
    lines += ["the disk is full"] * (messages - len(lines))
    return talk(*((f"9:{minute + 1:02}", BELA, words) for minute, words in enumerate(lines)))


def test_the_share_and_what_it_holds_are_told() -> None:
    (one,) = LOAD.read(Telling(story(40).history(), BOOK)).statements
    assert one.text == (
        "10 % of 40 messages may be about organising the work; asked how it stands: 1; "
        "about catching up: 1."
    )
    assert one.rank is Rank.PATTERN


def test_of_fewer_than_thirty_messages_nothing_is_said() -> None:
    assert load(Telling(story(29).history(), BOOK)) is None
    assert not LOAD.read(Telling(talk(("9:01", ANA, "any update?")).history(), BOOK))
