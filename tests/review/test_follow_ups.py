"""What people mean to do afterwards, as the record tells of it."""

from datetime import timedelta

from incibot.core import following
from incibot.core.follow_up import Candidate, Issue, Stand
from incibot.core.review.follow_ups import FOLLOW_UPS
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BOOK, Story, checkout


def test_each_stands_with_its_issue_and_how_it_stands_now() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    at, incident = story.now, story.history().incident
    known = []
    for words in ("Alert on a|b *payments*", "Try the flag"):
        candidate = Candidate(origin=f"said:{words}", words=words)
        made, change = following.write_down(incident, candidate, known, by=ANA, at=at, key="k")
        known.append(made)
        story._apply(change)
    issue = Issue(id="7", shown="acme/checkout#7", url="https://github.com/acme/checkout/issues/7")
    linked = following.issue_made(known[0], issue, system="GitHub", at=at)
    story._apply(linked)
    later = at + timedelta(hours=2)
    done = following.stands(
        linked.follow_ups[0], Stand.DONE, since=None, seen="", system="GitHub", at=later
    )
    story._apply(done)
    table = FOLLOW_UPS.read(Telling(story.history(), BOOK)).table
    assert table
    assert [row.cells for row in table.rows] == [
        (
            "1. Alert on a\\|b **payments**",
            "[acme/checkout#7](https://github.com/acme/checkout/issues/7)",
            "done",
        ),
        ("2. Try the flag", "", "open"),
    ]
    assert [len(row.evidence) for row in table.rows] == [3, 1]


def test_without_any_nothing_is_said() -> None:
    assert not FOLLOW_UPS.read(Telling(checkout(), BOOK))
