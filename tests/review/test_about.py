"""What the draft says of itself."""

from datetime import timedelta

from incibot.core.history import History, Interval
from incibot.core.review.about import ABOUT
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story, checkout


def test_it_counts_the_whole_and_ranks_the_evidence() -> None:
    assert [one.text for one in ABOUT.read(Telling(checkout(), BOOK)).statements] == [
        "The record holds 50 entries, 14:03–14:52.",
        "15 messages captured; 1 edited and 1 deleted since. 5 people wrote.",
        "15 entries marked by people, or typed as what they are (an idea, a decision); "
        "1 key moment among them.",
        "From other systems: 1 alert, 3 changes.",
        "incibot was not listening 14:30–14:32; what was written meanwhile was fetched afterwards.",
    ]


def test_a_stretch_that_was_not_fetched_may_be_missing_and_is_shown_by_the_entries_around_it() -> (
    None
):
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    before = story.at("9:10").says(ANA, "looking")
    after = story.at("9:30").says(BELA, "found it")
    since = story.at("9:15").now
    story.not_listening = (Interval(since=since, until=since + timedelta(minutes=5), filled=False),)

    statement = ABOUT.read(Telling(story.history(), BOOK)).statements[-1]

    assert statement.evidence == (before, after)
    assert statement.text.endswith("what was written meanwhile may be missing.")


def test_an_empty_record_says_nothing() -> None:
    assert not ABOUT.read(Telling(History(head=checkout().head, entries=()), BOOK))
