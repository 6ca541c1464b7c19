"""What first told of it."""

from datetime import timedelta

from incibot.core.people import ChannelId
from incibot.core.review.analyses.noticed import NOTICED, signs
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, Story, checkout, talk


def told(story: Story) -> list[str]:
    return [one.text for one in NOTICED.read(Telling(story.history(), BOOK)).statements]


def test_the_first_sign_comes_first_and_others_within_ten_minutes_with_it() -> None:
    (one,) = NOTICED.read(Telling(checkout(), BOOK)).statements
    assert one.text == (
        "First sign on record: a report by those we serve, 14:03; within 10 minutes also an alert."
    )
    assert one.rank is Rank.PATTERN  # that it is a report, words tell
    assert one.evidence == (45, 3)


def test_an_alert_of_which_nobody_spoke_for_a_while_is_told_with_both_times() -> None:
    story = Story()
    story.at("8:50").hears(EntryKind.ALERT, "latency", source="alertmanager")
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01").says(BELA, "looking")
    assert told(story) == [
        "First sign on record: an alert, 08:50.",
        "The alert came at 08:50; the next words on record are of 09:01.",
    ]
    story.at("8:57").types(ANA, EntryKind.NOTE, "I see it")
    story.sets("detected", "8:50", by=ANA)
    assert len(told(story)) == 2
    story.at("8:54").types(ANA, EntryKind.NOTE, "I see it")
    assert len(told(story)) == 1


def test_somebody_before_the_alert_another_channel_and_own_actions_are_told() -> None:
    story = Story()
    story.at("8:40").says(BELA, "I just deployed search 12", channel=ChannelId("C0SEARCH"))
    story.at("8:55").hears(EntryKind.ALERT, "latency", source="alertmanager")
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:00:10").opens_the_channel()
    story.at("9:00:20").says(ANA, "hello")
    assert told(story)[0] == (
        "First sign on record: somebody’s own action, 08:40 in another channel."
    )
    kinds = [one.kind for one in signs(Telling(story.history(), BOOK))]
    assert kinds == ["somebody’s own action", "an alert"]


def test_what_is_older_than_two_hours_or_after_the_declaration_is_no_sign() -> None:
    story = talk(("9:01", BELA, "a customer wrote"))
    story.at("6:59").hears(EntryKind.ALERT, "latency", source="alertmanager")
    assert told(story) == []
    assert story.now < story.day + timedelta(hours=7)
