"""What people had not expected: what they marked so, then what may be a surprise by its words."""

from __future__ import annotations

import re
from dataclasses import replace

from incibot.core.review.analyses.phases import window
from incibot.core.review.section import Analysis, Findings, Group, Rank
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import EntryKind, Mark

# Code, links and quoted lines are somebody else's words.
_MASKED = re.compile(
    r"```.*?```|`[^`\n]*`|<[^<>\n]*>|^(?:&gt;|>)[^\n]*|“[^”]*”|\"[^\"\n]*\"",
    re.DOTALL | re.MULTILINE,
)
_WORDS = re.compile(
    r"""
    \b(?: surpris\w* | weird\w* | strange\w* | odd(?:ly)? | huh | wait,?\ what | what\ the | wtf
        | unexpected(?:ly)?(?!\ (?:token|eof|end\b|character|identifier|status|response))
        | that(?:['’]s|\ is)\ (?:new|not\ right|funny) | no\ idea\ why
        | (?:does\ not|doesn['’]t)\ make\ sense | (?:should\ not|shouldn['’]t)\ (?:be|happen)\b
        | how\ is\ (?:that|this)\ possible | never\ seen )\b
    | \binteresting(?:…|\.\.\.) | 🤔 | 😮 | :thinking_face: | :open_mouth: | :astonished:
    """,
    re.VERBOSE | re.IGNORECASE,
)


def surprises(telling: Telling) -> Findings:
    marked = [
        entry
        for entry in telling.history.entries
        if entry.kind is EntryKind.SURPRISE and stands(entry)
    ]
    seen = window(telling.history)
    possible = [
        replace(telling.tell(entry), rank=Rank.PATTERN)
        for entry in telling.history.entries
        if seen is not None
        and seen[0] <= entry.occurred_at <= seen[1]
        and entry.is_said
        and entry.kind in (EntryKind.MESSAGE, EntryKind.NOTE, EntryKind.OBSERVATION)
        and _WORDS.search(_MASKED.sub(" ", entry.words))
    ]
    emoji = next(
        (name for name, mark in telling.book.reactions.items() if mark is Mark.SURPRISE), ""
    )
    confirm = f"; react with :{emoji}: to confirm" if emoji else ""
    return Findings(
        statements=tuple(telling.tell(entry) for entry in marked),
        groups=(
            Group(
                title=f"Possible surprises, found by their words{confirm}",
                statements=tuple(possible),
            ),
        )
        if possible
        else (),
    )


SURPRISES = Analysis(
    id="A17",
    section="surprises",
    read=surprises,
    minimum="one marked message, or one with such words during the response",
)
