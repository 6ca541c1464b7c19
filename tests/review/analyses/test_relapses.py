"""Where things seemed better for a while."""

from incibot.core.review.analyses.relapses import RELAPSES
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story, checkout, talk


def test_things_that_seemed_better_for_a_while_are_told_and_asked_about() -> None:
    found = RELAPSES.read(Telling(checkout(), BOOK))
    relapse = found.statements[-1]
    assert relapse.text == (
        "Things seemed better at 14:22 (mitigated); status went back to identified at 14:24, 2 min later"
    )
    assert relapse.quote == "the old pods keep the flag for a while"
    assert [one.text for one in found.questions] == [
        "Things looked better at 14:22. What did you read as recovery?"
    ]


def test_going_on_from_better_to_over_is_no_relapse() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:10").moves_to("mitigated", by=BELA)
    story.at("9:20").moves_to("resolved", by=BELA)
    assert not RELAPSES.read(Telling(story.history(), BOOK)).statements


def test_an_alert_that_resolves_is_no_relapse() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:20").moves_to("mitigated", by=BELA)
    story.at("9:30").hears(EntryKind.ALERT, "Resolved: p99", source="grafana", state="resolved")
    assert not RELAPSES.read(Telling(story.history(), BOOK))
    story.at("9:40").hears(EntryKind.ALERT, "p99", source="grafana", state="firing")
    (told,) = RELAPSES.read(Telling(story.history(), BOOK)).statements
    assert "an alert came at 09:40" in told.text


def test_words_of_one_are_possibly_one_and_what_recovers_again_is_none() -> None:
    story = talk(
        ("9:01", BELA, "looked good, then degraded when the load came back"),
        ("9:02", CHIDI, "back in the same state"),
        ("9:03", BELA, "the node answers again, I do the same on the others"),
        ("9:04", CHIDI, "search is slow again"),
    )
    (group,) = RELAPSES.read(Telling(story.history(), BOOK)).groups
    assert [one.evidence for one in group.statements] == [(2,), (3,), (5,)]
    assert {one.rank for one in group.statements} == {Rank.PATTERN}
