"""The public status page, which speaks the API of Atlassian Statuspage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from incibot.config.document import Section
from incibot.config.secret import Secret
from incibot.core.playbook import Playbook
from incibot.core.publication import STATUSES

_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
NEEDED = {
    "page": "the page's id, such as kctbh9vrtdwd",
    "token": "the name of the setting that holds the API key",
}
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    """The page. Names as in the file.

    Attributes:
        page: its id.
        components: what people call each part of it, and the page's id of that part.
        statuses: the page's word for each status of the playbook that it is not clear for.
        notify: whether the page writes to its subscribers.
    """

    page: str
    token: Secret
    address: str = "https://api.statuspage.io"
    components: Mapping[str, str] = field(default_factory=lambda: _NONE)
    statuses: Mapping[str, str] = field(default_factory=lambda: _NONE)
    notify: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        return (urlsplit(self.address).hostname or "",)


def status_page(top: Section, key: str, environ: Mapping[str, str], book: Playbook) -> StatusPage:
    known = ("address", "page", "token", "components", "statuses", "notify")
    one = top.mapping(key, known, "a page with page, token and components")
    components = one.any_mapping("components", "parts of the page, each with its id in quotes")
    for name, id in components.items():
        if not isinstance(id, str) or not _ID.fullmatch(id):
            one.wrong(f"components.{name}", id, "the page's id of that component, in quotes")
    statuses = one.any_mapping("statuses", f"our statuses, each with one of {', '.join(STATUSES)}")
    ours = [status.word for status in book.statuses]
    for word, theirs in statuses.items():
        if word not in ours:
            one.wrong("statuses", word, f"any of {', '.join(ours)}")
        if theirs not in STATUSES:
            one.wrong(f"statuses.{word}", theirs, f"one of {', '.join(STATUSES)}")
    for needed, wants in NEEDED.items():
        if not one.has(needed):
            one.problems.append(f"{key}.{needed}: is missing; it wants {wants}")
    tokens = one.secrets("token", environ)
    return StatusPage(
        page=one.pattern("page", _ID, NEEDED["page"]),
        token=tokens[0] if tokens else Secret(""),
        address=one.address("address", default="https://api.statuspage.io"),
        components=MappingProxyType({name: str(id) for name, id in components.items()}),
        statuses=MappingProxyType({word: str(theirs) for word, theirs in statuses.items()}),
        notify=one.flag("notify"),
    )
