"""The incident in a few sentences."""

from incibot.core.playbook import Kind
from incibot.core.review.short import SHORT
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BOOK, Story, checkout


def test_it_tells_what_was_declared_and_the_path_from_there() -> None:
    told = [(one.text, one.quote) for one in SHORT.read(Telling(checkout(), BOOK)).statements]
    assert told == [
        ("INC-7 was declared for checkout on 2026-11-20 at 14:08, sev2", "Checkout answers 500"),
        ("Described then as", "About one payment in ten fails; customers write to support."),
        ("Milestones on record: from “started” at 14:05 to “resolved” at 14:50.", ""),
        (
            "Last status on record: resolved, since 14:50",
            "Payments are as on any day; the flag stays off",
        ),
    ]


def test_an_open_response_is_called_open_and_a_near_miss_a_near_miss() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Disk almost full", kind=Kind.NEAR_MISS)
    story.at("9:10").moves_to("identified", by=ANA)
    told = [one.text for one in SHORT.read(Telling(story.history(), BOOK)).statements]
    assert told[0] == "INC-7 was declared as a near miss on 2026-11-20 at 09:00, sev2"
    assert told[-1] == "Last status on record: identified, since 09:10; the response is open"
