"""What may leave the record: secrets masked, and people unnamed where that was asked for.

Every export takes words, names and data through here. Pseudonyms replace people's ids, mentions,
and the ids inside links; a name that somebody typed out by hand is beyond their reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from re import Match
from typing import Any

from incibot.core.history import Head
from incibot.core.markup import escape, is_safe_url, plain
from incibot.core.people import Directory, UserId
from incibot.core.secrets import mask
from incibot.core.timeline import IMPORT, Recorded

SOMEBODY = "Somebody"  # a person of whom the pseudonymous record knows nothing else

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>\n]*)?>")
_USER_ID = re.compile(r"(?<![A-Za-z0-9])[UW][A-Z0-9]+(?![A-Za-z0-9])")
_LONG_ID = re.compile(r"[UW](?=[A-Z]*[0-9])[A-Z0-9]{8,}")  # no word looks like that


@dataclass(frozen=True, slots=True)
class Names(Mapping[str, str]):
    """People's names by id, without a copy of the directory."""

    directory: Directory

    def __getitem__(self, user: str) -> str:
        return self.directory.people[UserId(user)].name

    def __iter__(self) -> Iterator[str]:
        return iter(self.directory.people)

    def __len__(self) -> int:
        return len(self.directory.people)


def words(head: Head, said: str) -> str:
    """What was said, still in Slack's notation, fit to be shown."""
    said = mask(said)
    if not head.pseudonyms:
        return said
    return _without_ids(
        head, _MENTION.sub(lambda found: "@" + escape(name(head, UserId(found[1]))), said)
    )


def text(head: Head, said: str) -> str:
    """What was said, in Slack's notation, as plain text."""
    return plain(words(head, said), Names(head.people), channels(head))


def typed(head: Head, typed: str) -> str:
    """Plain text that somebody typed, such as a title, fit to be shown."""
    masked = mask(typed)
    return _without_ids(head, masked) if head.pseudonyms else masked


def channels(head: Head) -> dict[str, str]:
    """The names of the channels that the record knows."""
    incident = head.incident
    return {incident.channel: incident.channel_name} if incident.channel else {}


def name(head: Head, user: UserId | None) -> str:
    if head.pseudonyms and user is not None and user not in head.people.people:
        return SOMEBODY
    return head.people.name(user)


def identity(head: Head, user: UserId) -> str | None:
    """Their id in Slack; ``responder-3`` in a pseudonymous export."""
    if not head.pseudonyms:
        return user
    known = head.people.people.get(user)
    return known.name.casefold().replace(" ", "-") if known else None


def actor(head: Head, entry: Recorded) -> str:
    """Who said or did it; for a machine its name, or that of the system it spoke for."""
    if entry.by:
        return name(head, entry.by)
    if entry.source.type == IMPORT:  # whom a foreign record names may well be a person
        hidden = head.pseudonyms and not head.level  # a redacted record bears a label there
        return SOMEBODY if hidden or not entry.by_name else entry.by_name
    return entry.by_name or entry.source.type


def permalink(head: Head, entry: Recorded) -> str:
    """Where the entry can be looked at; empty where that is nowhere, or would tell who it was."""
    if head.pseudonyms and not head.links and entry.source.type == "slack":
        return ""
    link = head.permalink(entry)
    if not entry.source.url:  # one that we made: of Slack's ids, below the workspace's address
        return link if is_safe_url(head.workspace_url) else ""
    return typed(head, link) if is_safe_url(link) else ""  # a webhook names its own address


def data(head: Head, value: Any) -> Any:
    """What the entry's kind adds, in JSON's types, its keys in order."""
    if isinstance(value, Mapping):
        return {key: data(head, value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [data(head, one) for one in value]
    return words(head, value) if isinstance(value, str) else value


def _without_ids(head: Head, words: str) -> str:
    def pseudonym(found: Match[str]) -> str:
        user = UserId(found[0])
        if user in head.people.people:
            return identity(head, user) or SOMEBODY
        return SOMEBODY if _LONG_ID.fullmatch(found[0]) else found[0]

    return _USER_ID.sub(pseudonym, words)
