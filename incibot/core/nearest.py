"""A word that nobody knows, and the known one that was probably meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches

from incibot.core.markup import shorten
from incibot.errors import Unclear

LIKE = 0.6  # of two words, from which on the one may be the other, mistyped
SHOWN = 60  # characters of a word that nobody knows


def nearest(word: str, known: Sequence[str], *, like: float = LIKE) -> str | None:
    """The known word that was probably meant; None where none is near, or several are as near."""
    folded = word.casefold()
    near = get_close_matches(folded, known, n=2, cutoff=like)
    if len(near) == 2 and _likeness(folded, near[0]) == _likeness(folded, near[1]):
        return None
    return near[0] if near else None


def _likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, other, word).ratio()


def unknown(what: str, word: str, known: Sequence[str], *, also: Sequence[str] = ()) -> Unclear:
    """What to say to a word of a closed list that is not in it.

    Args:
        what: what the list is of, such as ``severity``.
        also: other words for those on the list, which need not be listed.
    """
    near = nearest(word, (*known, *also))
    asked = f" Did you mean `{near}`?" if near else ""
    shown = shorten(word, SHOWN, words=True)
    return Unclear(f"There is no {what} “{shown}”.{asked} There are: {', '.join(known)}.")
