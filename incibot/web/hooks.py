"""`/hooks/<source>/<key>`: evidence from other systems comes in here, is kept, and read afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from aiohttp import web

from incibot.config import Hook, Integrations
from incibot.errors import CallBusy, CallRefused, NotInstalled
from incibot.integrations.http import Http
from incibot.log import logger
from incibot.store.unit import Store, Transaction
from incibot.web import payloads
from incibot.web.metrics import Metrics
from incibot.web.sources import SOURCES, Delivery, Source, Unreadable, source_of
from incibot.web.sources.source import STUMBLES, kept_headers
from incibot.web.trouble import Denied

PATHS = ("/hooks/{source}/{key}", "/hooks/{source}")  # without a key, it is the source's own word
LATER = {"Retry-After": "30"}  # seconds

log = logger(__name__)


def wrong_with(hooks: Iterable[Hook], *, several: bool) -> list[str]:
    """What is wrong with the hooks of the team's file, a line each.

    Args:
        several: workspaces install incibot themselves, so that a hook must say whose it is.
    """
    words = [one.word for one in SOURCES]
    problems = []
    for hook in hooks:
        place, source = f"hooks[{hook.source}].", source_of(hook.source)
        if source is None:
            near = get_close_matches(hook.source, words, n=1)
            advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(words)}"
            problems.append(f"{place}source: incibot knows no source “{hook.source}”; {advice}")
            continue
        if not getattr(hook, source.proof):
            problems.append(
                f"{place}{source.proof}: is missing; without it anybody could send to"
                f" /hooks/{hook.source}/{hook.key}"
            )
        if several and not hook.workspace:
            problems.append(
                f"{place}workspace: is missing; it wants the id of the workspace that it is for,"
                " such as T0123ABCD"
            )
        problems += [f"{place}{one}" for one in source.check(hook)]
    return problems


class Hooks:
    """The routes below `/hooks/`.

    Args:
        usual_team: the workspace of a hook that names none; None while it is not known.
    """

    def __init__(
        self,
        store: Store,
        integrations: Integrations,
        *,
        http: Http,
        metrics: Metrics,
        usual_team: Callable[[], str | None],
    ) -> None:
        self._store = store
        self._integrations = integrations
        self._http = http
        self._metrics = metrics
        self._usual_team = usual_team

    def routes(self) -> list[web.RouteDef]:
        return [
            route
            for path in PATHS
            for route in (web.post(path, self.take), web.options(path, self.asked_beforehand))
        ]

    async def take(self, request: web.Request) -> web.Response:
        """Keep a genuine delivery; the answer comes after the commit."""
        source, hook = self._known(request)
        try:
            body = await payloads.whole(request)
        except web.HTTPRequestEntityTooLarge:
            self._metrics.hooked(source.word, "too_large")
            raise
        headers = payloads.lower(request)
        delivery = Delivery(
            headers=headers, body=body, at=self._store.clock(), query=dict(request.query)
        )
        if not await self._is_genuine(source, delivery, hook):
            self._metrics.hooked(source.word, "unsigned")
            log.warning("hook.unsigned", source=source.word, hook=hook.key)
            words = "That does not bear what this hook's senders prove themselves by."
            raise Denied(401, "unsigned", words)
        number = await self._keep(source, delivery, hook)
        outcome = "repeated" if number is None else "kept"
        self._metrics.hooked(source.word, outcome)
        told = {"outcome": outcome} | ({"delivery": number} if number is not None else {})
        return web.json_response(told, status=202)

    def _known(self, request: web.Request) -> tuple[Source, Hook]:
        """Raises HTTPNotFound, in the same words whatever of it is not known."""
        word = request.match_info["source"]
        key = request.match_info.get("key", word)
        source, hook = source_of(word), self._integrations.hook(word, key)
        if source is None or hook is None:
            self._metrics.hooked("", "unknown")
            raise web.HTTPNotFound
        return source, hook

    async def _is_genuine(self, source: Source, delivery: Delivery, hook: Hook) -> bool:
        try:
            return await source.verify(delivery, hook, self._http)
        except CallRefused as refused:  # what would prove it is not to be had
            log.warning("hook.unproved", source=source.word, hook=hook.key, error=str(refused))
            return False
        except CallBusy as busy:
            log.warning("hook.unproved", source=source.word, hook=hook.key, error=str(busy))
            words = "Whether that is genuine cannot be told just now; please send it again."
            raise Denied(503, "busy", words, headers=LATER) from None
        except (ValueError, TypeError, LookupError):
            return (
                False  # a signature beyond ASCII, a time that is no number, a body that is no text
            )

    async def _keep(self, source: Source, delivery: Delivery, hook: Hook) -> int | None:
        """Its number; None if it came before."""
        try:
            name = source.id(delivery)
        except (Unreadable, *STUMBLES):  # reading it will say what is wrong with it
            name = ""

        async def keep(tx: Transaction) -> int | None:
            if not await tx.is_installed():
                raise NotInstalled(team)
            return await tx.keep_delivery(
                source=source.word,
                hook=hook.key,
                id=name,
                headers=kept_headers(delivery.headers, hook),
                body=delivery.body,
            )

        team = hook.workspace or self._usual_team() or ""
        try:
            if not team:
                raise NotInstalled(team)
            return await self._store.of(team).write(keep)
        except NotInstalled:
            words = "incibot does not know its Slack workspace yet; please send it again."
            raise Denied(503, "not_installed", words, headers=LATER) from None

    async def asked_beforehand(self, request: web.Request) -> web.Response:
        """Some senders ask first whether they may send here."""
        source, _ = self._known(request)
        answer = source.options(payloads.lower(request))
        if answer is None:
            raise web.HTTPMethodNotAllowed("OPTIONS", ["POST"])
        return web.Response(status=200, headers=answer)
