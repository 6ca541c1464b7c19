"""What the record cannot show."""

from incibot.core.review.analyses.unseen import UNSEEN, calls, elsewhere
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import BELA, BOOK, CHIDI, Story, talk


def told(story: Story) -> list[tuple[str, Rank]]:
    return [(one.text, one.rank) for one in UNSEEN.read(Telling(story.history(), BOOK)).statements]


def test_calls_and_other_places_are_possible_and_missing_systems_are_said() -> None:
    story = talk(("9:01", BELA, "join the huddle"), ("9:02", CHIDI, "sent you a dm"))
    story.at("9:03").hears(EntryKind.ALERT, "latency", source="alertmanager")
    story.at("9:04").says(BELA, "", files=["graph.png"])
    assert told(story) == [
        ("A call may have been used (09:01); what was said there is not on record.", Rank.PATTERN),
        (
            "Direct messages, mail or other channels may have been used (09:02); what was said there "
            "is not on record.",
            Rank.PATTERN,
        ),
        (
            "1 file was posted without a word; what they show is not in this draft.",
            Rank.SYSTEM,
        ),
        (
            "No system told of changes or pages; that does not mean that there were none.",
            Rank.SYSTEM,
        ),
    ]


def test_words_of_code_and_calls_of_functions_are_none() -> None:
    story = talk(("9:01", BELA, "the call to `zoom` fails"), ("9:02", CHIDI, "private key"))
    telling = Telling(story.history(), BOOK)
    assert not calls(telling)
    assert not elsewhere(telling)
