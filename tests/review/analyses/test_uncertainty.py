"""Uncertain wording, phase by phase."""

from incibot.core.review.analyses.uncertainty import UNCERTAINTY, uncertainty
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story


def story(unsure: int, sure: int) -> Story:
    told = Story()
    told.at("9:00").declares(ANA, "Search is slow")
    for number in range(unsure + sure):
        words = "not sure, maybe the disk" if number < unsure else "the disk is full"
        told.at(f"9:{number + 1:02}").says((ANA, BELA)[number % 2], words)
    told.at("9:50").moves_to("mitigated", by=ANA)
    return told


def test_the_share_is_told_for_a_phase_of_twenty_messages() -> None:
    (one,) = UNCERTAINTY.read(Telling(story(5, 15).history(), BOOK)).statements
    assert one.text == "Response: uncertain wording in 25 % of 20 messages."
    assert one.evidence == (2, 3, 4, 5, 6)


def test_of_fewer_or_of_none_that_are_uncertain_nothing_is_said() -> None:
    assert not uncertainty(Telling(story(5, 14).history(), BOOK))
    assert not UNCERTAINTY.read(Telling(story(0, 20).history(), BOOK))
