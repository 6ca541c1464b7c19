"""Takes the words of a deleted message out of what incibot quoted of it in a review.

Only between the fences: what people wrote themselves stays. A block that nobody had touched counts as
untouched afterwards too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from incibot.core.markup import in_quotes, links_in, markdown
from incibot.core.review.merge import in_fences
from incibot.core.secrets import mask

GONE = "[deleted in Slack]"
SHORT = (
    12  # characters up to which others may have said just the same; then the citation tells whose
)

_ANYBODY = "\ue000"  # stands for a name, which may have been another one when it was quoted


class _Everybody(Mapping[str, str]):
    def __getitem__(self, _: str) -> str:
        return _ANYBODY

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def without(document: str, entry: int, wordings: Iterable[str], channels: Mapping[str, str]) -> str:
    """The document without what that entry ever said.

    Args:
        wordings: in Slack's notation, the first and the later ones.
        channels: names by id, as in the quotes.
    """
    quotes = {
        markdown(mask(words), _Everybody(), channels)
        for said in wordings
        for words in (said, " ".join(links_in(said)))
        if words.strip()
    }
    if not quotes:
        return document
    patterns = [
        one for quote in sorted(quotes, key=len, reverse=True) for one in _patterns(quote, entry)
    ]

    def erased(text: str) -> str:
        for pattern, instead in patterns:
            text = pattern.sub(instead, text)
        return text

    return in_fences(document, erased)


def _patterns(quote: str, entry: int) -> Iterable[tuple[re.Pattern[str], str]]:
    """How it may stand there: on the line that tells of it, in a cell, or in a block below it."""
    cited = rf"[^\n]*#{entry}\b"
    short = len(quote) <= SHORT
    lines = quote.split("\n")
    if len(lines) == 1:
        beside = _said(in_quotes(quote))
        yield re.compile(beside + (f"(?={cited})" if short else "")), f"“{GONE}”"
    first, *more = lines
    below = rf"(?P<indent>^[ \t]*)> {_said(first.rstrip())}[ \t]*"
    below += "".join(rf"\n(?P=indent)>(?: {_said(line.rstrip())})?[ \t]*" for line in more)
    lead = rf"^(?P<lead>{cited}[^\n]*\n)" if short else "(?P<lead>)"
    yield re.compile(lead + below + "$", re.MULTILINE), rf"\g<lead>\g<indent>> {GONE}"


def _said(text: str) -> str:
    return re.escape(text).replace(_ANYBODY, r"[^\n]{0,120}?")
