"""What people wrote, for rules of words to look through.

Code, links and quoted lines are somebody else's words: they are masked first. A rule is looked for
only where one of its cues stands, which an index tells; so a hundred rules cost little more than one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from incibot.core.timeline import Recorded

LONG = 160  # characters; of a longer message that is possibly something one sentence is quoted

_MASKED = re.compile(
    r"```.*?```|`[^`\n]*`|<[^<>\n]*>|^(?:&gt;|>)[^\n]*|“[^”]*”|\"[^\"\n]*\"",
    re.DOTALL | re.MULTILINE,
)
_TO_MASK = re.compile(r"[`<>“\"]|&gt;")
_STOP = re.compile(r"[.!?](?=\s)\s+|\n+")
_TOKEN = re.compile(r"\w+|[^\w\s\x00-\x7f]")


def masked(words: str) -> str:
    """The words with blanks for what is not their writer's; as long as before."""
    return _MASKED.sub(_blanks, words) if _TO_MASK.search(words) else words


def _blanks(found: re.Match[str]) -> str:
    return " " * len(found[0])


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that a rule looks for.

    Attributes:
        pattern: a regular expression, written out, in which blanks do not count.
        cues: words, of which each match holds at least one; ``surpris*`` is any that begins so.
    """

    pattern: str
    cues: str
    _compiled: list[re.Pattern[str]] = field(default_factory=list, compare=False, repr=False)

    def find(self, text: str) -> str:
        """The words that match; empty where none do."""
        if not self._compiled:
            self._compiled.append(re.compile(self.pattern, re.VERBOSE | re.IGNORECASE))
        found = self._compiled[0].search(text)
        return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's words; `text` without what is not theirs, `words` those that a rule looked for."""

    entry: Recorded
    text: str
    words: str = ""

    @property
    def excerpt(self) -> str:
        """What the entry says; of a long one the sentence with the words alone."""
        said = self.entry.words
        if len(said) <= LONG:
            return said
        at = self.text.find(self.words)
        begin = max((one.end() for one in _STOP.finditer(self.text, 0, at)), default=0)
        stop = _STOP.search(self.text, at + len(self.words))
        end = stop.start() + 1 if stop else len(said)
        return f"{'… ' if begin else ''}{said[begin:end].strip()}{' …' if stop else ''}"


class Talk:
    """What people wrote while they were at work on it, in the order of time.

    Attributes:
        written: all of it, what is nothing but code, links and quotes too.
        said: what holds words of their own.

    Args:
        window: from when to when; None: nobody wrote anything.
    """

    def __init__(
        self, entries: Sequence[Recorded], window: tuple[datetime, datetime] | None
    ) -> None:
        self._found: dict[Wording, tuple[Said, ...]] = {}
        self.written = tuple(
            entry
            for entry in entries
            if window is not None and window[0] <= entry.occurred_at <= window[1] and entry.is_said
        )
        self.said = tuple(
            Said(entry, text) for entry in self.written if (text := masked(entry.words)).strip()
        )

    def between(self, since: datetime, until: datetime) -> Sequence[Said]:
        """What was written then, both ends included."""
        first = bisect_left(self.said, since, key=_at)
        return self.said[first : bisect_right(self.said, until, key=_at)]

    def matching(self, wording: Wording) -> tuple[Said, ...]:
        """In which of them words of that kind stand, and which; for several who ask, found once."""
        if wording not in self._found:
            self._found[wording] = tuple(
                Said(one.entry, one.text, words)
                for one in map(self.said.__getitem__, self._places(wording.cues))
                if (words := wording.find(one.text))
            )
        return self._found[wording]

    def _places(self, cues: str) -> Iterable[int]:
        found: set[int] = set()
        for cue in cues.split():
            if cue.endswith("*"):
                begin = cue[:-1]
                first = bisect_left(self._vocabulary, begin)
                for word in self._vocabulary[first:]:
                    if not word.startswith(begin):
                        break
                    found.update(self._index[word])
            else:
                found.update(self._index.get(cue, ()))
        return sorted(found)

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        """In which texts each word stands."""
        index: dict[str, list[int]] = {}
        for place, one in enumerate(self.said):
            for word in set(_TOKEN.findall(one.text.lower())):
                index.setdefault(word, []).append(place)
        return index

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(self._index)


def _at(one: Said) -> datetime:
    return one.entry.occurred_at
