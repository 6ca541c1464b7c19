"""Where the record comes from."""

from incibot.core.review.provenance import PROVENANCE
from incibot.core.review.telling import Telling
from tests.review.histories import BOOK, checkout


def test_each_source_is_named_with_what_came_from_it() -> None:
    assert [one.text for one in PROVENANCE.read(Telling(checkout(), BOOK)).statements] == [
        "From alertmanager: 1 entry, 14:06.",
        "From github: 1 entry, 14:04.",
        "From launchdarkly: 2 entries, 14:05–14:21.",
        "From Slack, channel #inc-7-checkout-answers-500: 46 entries, 14:03–14:52.",
    ]
