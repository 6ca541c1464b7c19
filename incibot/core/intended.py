"""What people mean to do, as they wrote it: open tasks, and lines of the review."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from incibot.core.follow_up import Candidate, FollowUp
from incibot.core.incident import Incident, number_in
from incibot.core.markup import escape, plain
from incibot.core.review.language import ACTIONS
from incibot.core.review.merge import by_whom
from incibot.errors import NotFound

LONGEST = 2000  # characters of a line in a review that is taken for a follow-up


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """The incident's follow-ups, and what may become one."""

    known: tuple[FollowUp, ...]
    candidates: tuple[Candidate, ...]

    @property
    def without_issue(self) -> tuple[FollowUp | Candidate, ...]:
        """All of which an issue can be made."""
        waiting = [one for one in self.known if not one.issue and not one.stand.is_over]
        return (*waiting, *self.candidates)

    def numbered(self, word: str) -> FollowUp:
        """Raises NotFound."""
        for one in self.known:
            if number_in(word) == one.number:
                return one
        raise _none(word)

    def find(self, word: str) -> FollowUp | Candidate:
        """By a follow-up's number, or by what it was before. Raises NotFound."""
        listed: list[FollowUp | Candidate] = [*self.known, *self.candidates]
        for one in listed:
            if word == one.origin:
                return one
        return self.numbered(word)


def _none(word: str) -> NotFound:
    return NotFound(
        f"There is no follow-up “{escape(word.strip())}”. `/incident followups` lists them."
    )


def intended(
    incident: Incident, review: str | None, known: Sequence[FollowUp], names: Mapping[str, str]
) -> Intended:
    """The follow-ups that there are, and what may become one: open tasks, the review's own lines."""
    return Intended(known=tuple(known), candidates=candidates(incident, review, known, names))


def candidates(
    incident: Incident, review: str | None, known: Sequence[FollowUp], names: Mapping[str, str]
) -> tuple[Candidate, ...]:
    """What may become a follow-up and is none yet: open tasks, then the review's own lines."""
    taken = {one.origin for one in known}
    found = [
        Candidate(
            origin=f"task:{task.number}", words=" ".join(plain(task.words, names).split()) or "…"
        )
        for task in incident.open_tasks
    ]
    found += lines(review or "")
    return tuple(one for one in found if one.origin not in taken)


_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*")
_ITEM = re.compile(r"[ \t]{0,3}(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(\S.*)")
_COMMENT = re.compile(r"<!--.*?-->")
_LINK = re.compile(r"\[([^\]\n]*)\]\((https?://[^\s)]+)\)")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>~|$!#+=.()&-])")


def lines(markdown: str) -> Iterator[Candidate]:
    """The items of lists that people wrote under a heading about what is to be done, each once."""
    headings: list[str] = []
    seen = set()
    for text, is_ours in by_whom(markdown):
        for line in text.splitlines():
            if heading := _HEADING.fullmatch(line):
                depth = len(heading[1])
                headings = [*headings[: depth - 1], heading[2]]
                continue
            item = None if is_ours else _ITEM.fullmatch(_COMMENT.sub("", line).rstrip())
            if item is None or not ACTIONS.search(" / ".join(headings)):
                continue
            words = _ESCAPED.sub(r"\1", _LINK.sub(r"\1 (\2)", item[1])).strip()[:LONGEST]
            origin = f"line:{hashlib.sha256(words.casefold().encode()).hexdigest()[:12]}"
            if origin not in seen:
                seen.add(origin)
                yield Candidate(origin=origin, words=words)
