"""What a visitor is told when something is wrong: in JSON to programs, on a page to people."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from incibot.errors import Conflict, IncibotError, NotAllowed, NotFound, Refused
from incibot.exports.json_timeline import compact
from incibot.log import logger
from incibot.web.metrics import Metrics
from incibot.web.sessions import SignedOut

log = logger(__name__)

SIGNED_OUT = "signed_out"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong.

    Attributes:
        code: for programs.
        words: for people: what is wrong, and what would work.
        id: what to look for in the log; only where we are at fault.
        typed: what the visitor was about to save, to be handed back.
    """

    status: int
    code: str
    words: str
    id: str = ""
    typed: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> web.Response:
        error: dict[str, Any] = {"code": self.code, "message": self.words}
        if self.id:
            error["id"] = self.id
        return web.json_response(
            {"error": error}, status=self.status, headers=self.headers, dumps=compact
        )


class Denied(Refused):
    """The request may not do that. `code` and `headers` are for programs."""

    def __init__(
        self, status: int, code: str, words: str, *, headers: dict[str, str] | None = None
    ) -> None:
        self.trouble = Trouble(status=status, code=code, words=words, headers=headers or {})
        super().__init__(words)


class Unsaved(IncibotError):
    """What somebody typed could not be saved, because of the error that this comes from."""

    def __init__(self, typed: str, cause: Refused | SQLAlchemyError | OSError) -> None:
        self.typed = typed
        self.cause = cause
        super().__init__(str(cause))


class HungUp(IncibotError):
    """The visitor left, or took too long to read."""


NOT_FOUND = Trouble(status=404, code="not_found", words="There is nothing here that you may see.")
DATABASE = Trouble(
    status=503,
    code="database",
    words="The database does not answer just now. Nothing was changed; please try again.",
    headers={"Retry-After": "5"},
)


def of_refusal(refused: Refused) -> Trouble:
    match refused:
        case Denied():
            return refused.trouble
        case SignedOut():
            return Trouble(status=403, code=SIGNED_OUT, words=str(refused))
        case NotFound():  # the same for what there is and for what there is not
            return NOT_FOUND
        case NotAllowed():
            return Trouble(status=409, code="not_allowed", words=str(refused))
        case _:
            return Trouble(status=400, code="bad_request", words=str(refused))


def of_http(error: web.HTTPException) -> Trouble:
    """aiohttp's own: no such path, no such method, too much of a body."""
    allow = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
    match error.status:
        case 404:
            return NOT_FOUND
        case 405:
            words = f"That is not done here by this method; allowed: {allow.get('Allow', 'none')}."
            return Trouble(status=405, code="method_not_allowed", words=words, headers=allow)
        case 413:
            return Trouble(status=413, code="too_large", words="That is more than incibot takes.")
        case status:
            return Trouble(status=status, code="bad_request", words=error.reason)


def edge(metrics: Metrics, show: Callable[[web.Request, Trouble], web.Response]) -> Any:
    """The outermost layer: it counts, and turns whatever is raised into an answer.

    Args:
        show: how this request is to be told what is wrong.
    """

    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            trouble = of_http(error)
        except Unsaved as unsaved:
            trouble = replace(_of(request, unsaved.cause), typed=unsaved.typed)
        except web.RequestPayloadError:
            trouble = Trouble(status=400, code="bad_request", words="That came only in part.")
        except HungUp as gone:
            log.info("request.hung_up", route=_route(request), error=str(gone)[:300])
            return web.Response(status=499)  # nobody reads it; it is for the count
        except (Refused, SQLAlchemyError, OSError, Conflict) as error:
            trouble = _of(request, error)
        except Exception:
            known_as = secrets.token_hex(6)
            log.exception("request.failed", id=known_as, route=_route(request))
            words = f"incibot failed at this. Its log says more, under {known_as}."
            trouble = Trouble(status=500, code="internal", words=words, id=known_as)
        return show(request, trouble)

    @web.middleware
    async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
        answered = await answer(request, handler)
        metrics.asked(_route(request), answered.status)
        return answered

    return counted


def _of(request: web.Request, error: Exception) -> Trouble:
    if isinstance(error, Refused):
        return of_refusal(error)
    log.error("request.no_database", route=_route(request), error=repr(error)[:300])
    return DATABASE


def _route(request: web.Request) -> str:
    """The route's pattern: no words, names or tickets of the request itself."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"
