"""Where tools got in the way."""

from incibot.core.review.analyses.friction import FRICTION
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, Story


def test_what_was_noted_is_told_in_peoples_own_words_and_asked_about() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:05").types(BELA, EntryKind.NOTE, "Grafana is fine")
    noted = story.at("9:10").is_hindered(BELA, "Grafana takes a minute")
    story.takes_back(story.at("9:11").is_hindered(BELA, "no access"))
    found = FRICTION.read(Telling(story.history(), BOOK))
    (told,) = found.statements
    assert (told.quote, told.evidence) == ("Grafana takes a minute", (noted,))
    assert told.rank is Rank.MARKED
    (question,) = found.questions
    assert question.evidence == (noted,)
