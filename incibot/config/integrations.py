"""What incibot is integrated with: one module a kind of thing, one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from incibot.config.document import Section
from incibot.config.hooks import Hook, hooks
from incibot.config.on_call import OnCall, on_call
from incibot.config.status_page import StatusPage, status_page
from incibot.config.trackers import Tracker, trackers
from incibot.config.webhooks import Webhook, webhooks
from incibot.core.playbook import Playbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrations:
    """What comes in from elsewhere, and whom incibot may call.

    Attributes:
        hooks: webhooks that come in.
        private_hosts: hosts that may be called though their addresses are private ones.
        trackers: where follow-ups become issues.
        status_page: the public status page, if there is one.
        webhooks: webhooks that go out.
        on_call: who is on call for what, and how they are paged.
    """

    hooks: tuple[Hook, ...] = ()
    private_hosts: tuple[str, ...] = ()
    trackers: tuple[Tracker, ...] = ()
    status_page: StatusPage | None = None
    webhooks: tuple[Webhook, ...] = ()

    def tracker(self, name: str) -> Tracker | None:
        return next((one for one in self.trackers if one.name == name), None)

    def webhook(self, name: str) -> Webhook | None:
        return next((one for one in self.webhooks if one.name == name), None)

    on_call: OnCall = field(default_factory=OnCall)

    def hook(self, source: str, key: str) -> Hook | None:
        return next((one for one in self.hooks if (one.source, one.key) == (source, key)), None)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may be called: those of each address in the configuration, and no other."""
        return frozenset(host for one in fields(self) for host in _hosts(getattr(self, one.name)))


def _hosts(value: Any) -> Iterator[str]:
    """What each integration says that it calls, by its own `hosts`."""
    if isinstance(value, tuple):
        for one in value:
            yield from _hosts(one)
    elif hasattr(value, "hosts"):
        yield from value.hosts


def _private_hosts(
    top: Section, key: str, _environ: Mapping[str, str], _book: Playbook
) -> tuple[str, ...]:
    return top.texts(key, "a host's name, such as gitlab.internal.example.com")


Read = Callable[[Section, str, Mapping[str, str], Playbook], Any]

# The file's keys, which are the fields of Integrations, and how each is read.
KEYS: Mapping[str, Read] = {
    "hooks": hooks,
    "private_hosts": _private_hosts,
    "trackers": trackers,
    "status_page": status_page,
    "webhooks": webhooks,
    "on_call": on_call,
}


def integrations(top: Section, environ: Mapping[str, str], book: Playbook) -> Integrations:
    return Integrations(
        **{name: read(top, name, environ, book) for name, read in KEYS.items() if top.has(name)}
    )
