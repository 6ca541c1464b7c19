"""What people had not expected: what they marked so, then what may be a surprise by its words."""

from __future__ import annotations

from incibot.core.review.possible import candidates
from incibot.core.review.section import Analysis, Findings, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import EntryKind, Mark

SHOWN = Threshold(name="A17.shown", value=8, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: surpris\w* | weird\w* | strange\w* | odd(?:ly)? | huh | wait,?\ what | what\ the | wtf
        | unexpected(?:ly)?(?!\ (?:token|eof|end\b|character|identifier|status|response))
        | that(?:['’]s|\ is)\ (?:new|not\ right|funny) | no\ idea\ why
        | (?:does\ not|doesn['’]t)\ make\ sense | (?:should\ not|shouldn['’]t)\ (?:be|happen)\b
        | how\ is\ (?:that|this)\ possible | never\ seen )\b
    | \binteresting(?:…|\.\.\.) | 🤔 | 😮 | :thinking_face: | :open_mouth: | :astonished:
    """,
    "surpris* weird* strange* odd oddly huh wait what wtf unexpected unexpectedly that no does doesn"
    " should shouldn how never interesting 🤔 😮 thinking_face open_mouth astonished",
)
_PLAIN = (EntryKind.MESSAGE, EntryKind.NOTE, EntryKind.OBSERVATION)


def possible(telling: Telling) -> list[Said]:
    """Not marked as anything else, and with such words."""
    return [one for one in telling.talk.matching(WORDS) if one.entry.kind in _PLAIN]


def surprises(telling: Telling) -> Findings:
    marked = [
        entry
        for entry in telling.history.entries
        if entry.kind is EntryKind.SURPRISE and stands(entry)
    ]
    emoji = next(
        (name for name, mark in telling.book.reactions.items() if mark is Mark.SURPRISE), ""
    )
    confirm = f"; react with :{emoji}: to confirm" if emoji else ""
    return Findings(
        statements=tuple(telling.tell(entry) for entry in marked),
        groups=candidates(
            telling,
            possible(telling),
            shown=SHOWN,
            title=f"Possible surprises, by their words{confirm}",
        ).groups,
    )


SURPRISES = Analysis(
    id="A17",
    section="surprises",
    read=surprises,
    minimum="one marked message, or one with such words during the response",
    thresholds=(SHOWN,),
)
