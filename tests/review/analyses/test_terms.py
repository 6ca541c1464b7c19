"""Words to explain."""

from incibot.core.review.analyses.terms import TERMS, terms
from incibot.core.review.telling import Telling
from tests.review.histories import BELA, BOOK, talk


def test_an_abbreviation_in_three_messages_is_told() -> None:
    story = talk(
        ("9:01", BELA, "the WAL is full, WAL and GTID, ask the DBA (Data Base Admin)"),
        ("9:02", BELA, "WAL again, the API is fine, DBA"),
        ("9:03", BELA, "WAL, API, DBA and `GTID`"),
        ("9:04", BELA, "API, GTID"),
    )
    (one,) = TERMS.read(Telling(story.history(), BOOK)).statements
    assert one.text == "Words that a reader from elsewhere may not know: WAL."
    assert list(terms(Telling(story.history(), BOOK))) == ["WAL"]


def test_without_any_nothing_is_said() -> None:
    assert not TERMS.read(Telling(talk(("9:01", BELA, "WAL")).history(), BOOK))
