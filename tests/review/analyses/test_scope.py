"""The path of the severity."""

from incibot.core.review.analyses.scope import SCOPE
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BOOK, Story, checkout


def test_each_step_has_its_time() -> None:
    (one,) = SCOPE.read(Telling(checkout(), BOOK)).statements
    assert (one.text, one.evidence) == ("Severity: sev2 → sev1 (14:13).", (4, 18))


def test_what_was_corrected_within_two_minutes_is_left_out() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow", "sev3")
    for at, severity in (("9:10", "sev1"), ("9:11", "sev2"), ("9:40", "sev1"), ("9:43", "sev2")):
        story.at(at).rates(severity, by=ANA)
    (one,) = SCOPE.read(Telling(story.history(), BOOK)).statements
    assert (
        one.text == "Severity: sev3 → sev2 (09:11) → sev1 (09:40) → sev2 (09:43); it turned once."
    )
