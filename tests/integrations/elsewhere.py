"""Systems of others, on this machine: each speaks its product's API, and fails as it is told."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with a call.

    Attributes:
        status: what is answered instead; 0: nothing at all, the connection ends.
        after: whether the product has done what it was asked for by then.
        half: the answer breaks off in its middle.
        only: the method that it happens to.
    """

    status: int = 0
    body: str = "{}"
    after: bool = False
    half: bool = False
    only: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()


LOST = Fault(after=True)  # it was done, and nobody was told
HALF = Fault(after=True, half=True)
DOWN = Fault()


@dataclass(slots=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Elsewhere:
    """A server. `product` answers: a status, a body and headers."""

    product: Callable[[web.Request, bytes], Awaitable[tuple[int, Any, dict[str, str]]]]
    faults: deque[Fault] = field(default_factory=deque)
    calls: list[Call] = field(default_factory=list)
    address: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(Call(request.method, request.path_qs, headers, body))
        fault = None
        if self.faults and self.faults[0].only == request.method:
            fault = self.faults.popleft()
        if fault and not fault.after:
            return await self._fail(request, fault, fault.body.encode())
        status, answer, more = await self.product(request, body)
        text = json.dumps(answer).encode() if answer is not None else b""
        if fault:
            return await self._fail(request, fault, text)
        return web.Response(status=status, body=text, headers={**JSON, **more})

    async def _fail(self, request: web.Request, fault: Fault, body: bytes) -> web.StreamResponse:
        if fault.status:
            headers = {**JSON, **dict(fault.headers)}
            return web.Response(status=fault.status, body=fault.body.encode(), headers=headers)
        if fault.half:
            response = web.StreamResponse(headers={**JSON, "Content-Length": str(len(body) + 9)})
            await response.prepare(request)
            await response.write(body[: len(body) // 2])
        assert request.transport is not None
        request.transport.close()
        return web.Response()


JSON = {"Content-Type": "application/json"}


@asynccontextmanager
async def served(product: Any) -> AsyncIterator[Elsewhere]:
    """The product's server, until the end."""
    here = Elsewhere(product.answer)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", here.handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        here.address = f"http://{host}:{port}"
        yield here
    finally:
        await runner.cleanup()


class GitHub:
    """`POST` and `GET /repos/acme/checkout/issues`, and one of them; with ETags."""

    issues: list[Json]

    def __init__(self) -> None:
        self.issues = []

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if request.headers.get("Authorization") != "Bearer t0ken":
            return 401, {"message": "Bad credentials"}, {}
        assert request.headers["User-Agent"]
        where = request.path.removeprefix("/repos/acme/checkout/issues")
        if request.method == "POST" and not where:
            number = len(self.issues) + 1
            one = {
                **json.loads(body),
                "number": number,
                "state": "open",
                "html_url": f"https://github.com/acme/checkout/issues/{number}",
            }
            self.issues.append(one)
            return 201, one, {}
        if not where:
            page = int(request.query["page"])
            listed = list(reversed(self.issues))[(page - 1) * 100 : page * 100]
            return 200, listed, {}
        number = int(where.removeprefix("/"))
        if number > len(self.issues):
            return 404, {"message": "Not Found"}, {}
        one = self.issues[number - 1]
        tag = f'W/"{hash(json.dumps(one, sort_keys=True))}"'
        if request.headers.get("If-None-Match") == tag:
            return 304, None, {"ETag": tag}
        return 200, one, {"ETag": tag}

    def texts(self) -> list[str]:
        return [f"{one['title']}\n{one['body']}" for one in self.issues]

    def close(self, number: int, at: str, *, dropped: bool = False) -> None:
        reason = "not_planned" if dropped else "completed"
        self.issues[number - 1] |= {"state": "closed", "state_reason": reason, "closed_at": at}

    def reopen(self, number: int) -> None:
        self.issues[number - 1] |= {"state": "open", "closed_at": None}


class GitLab(GitHub):
    """`/api/v4/projects/acme%2Fcheckout/issues`."""

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if request.headers.get("PRIVATE-TOKEN") != "t0ken":
            return 401, {"message": "401 Unauthorized"}, {}
        assert request.raw_path.startswith("/api/v4/projects/acme%2Fcheckout/issues")
        where = request.path.partition("/issues")[2]
        if request.method == "POST" and not where:
            number = len(self.issues) + 1
            one = {
                **json.loads(body),
                "iid": number,
                "state": "opened",
                "web_url": f"https://gitlab.com/acme/checkout/-/issues/{number}",
            }
            self.issues.append(one)
            return 201, one, {}
        if not where:
            page = int(request.query["page"])
            return 200, list(reversed(self.issues))[(page - 1) * 100 : page * 100], {}
        number = int(where.removeprefix("/"))
        if number > len(self.issues):
            return 404, {"message": "404 Issue Not Found"}, {}
        return 200, self.issues[number - 1], {}

    def texts(self) -> list[str]:
        return [f"{one['title']}\n{one['description']}" for one in self.issues]

    def close(self, number: int, at: str, *, dropped: bool = False) -> None:
        self.issues[number - 1] |= {"state": "closed", "closed_at": at}

    def reopen(self, number: int) -> None:
        self.issues[number - 1] |= {"state": "opened", "closed_at": None}


class Jira(GitHub):
    """`/rest/api/3/issue`, `/rest/api/3/search/jql`."""

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any, dict[str, str]]:
        pair = b64encode(b"ana@acme.example:t0ken").decode()
        if request.headers.get("Authorization") != f"Basic {pair}":
            return 401, {"errorMessages": ["Client must be authenticated"]}, {}
        where = request.path.removeprefix("/rest/api/3/")
        if where == "issue":
            fields = json.loads(body)["fields"]
            assert fields["project"] == {"key": "OPS"}
            assert fields["issuetype"] == {"name": "Task"}
            assert "\n" not in fields["summary"]
            number = len(self.issues) + 1
            status = {"statusCategory": {"key": "new"}}
            self.issues.append(
                {"id": str(10000 + number), "key": f"OPS-{number}", "fields": fields}
            )
            fields["status"] = status
            return 201, {name: self.issues[-1][name] for name in ("id", "key")}, {}
        if where == "search/jql":
            label = json.loads(body)["jql"].partition('labels = "')[2].rstrip('"')
            found = [one for one in self.issues if label in one["fields"]["labels"]]
            return 200, {"issues": found, "isLast": True}, {}
        number = int(where.removeprefix("issue/")) - 10000
        if number > len(self.issues):
            return 404, {"errorMessages": ["Issue does not exist"]}, {}
        return 200, self.issues[number - 1], {}

    def texts(self) -> list[str]:
        return [json.dumps(one["fields"], ensure_ascii=False) for one in self.issues]

    def close(self, number: int, at: str, *, dropped: bool = False) -> None:
        fields = self.issues[number - 1]["fields"]
        fields["status"] = {"statusCategory": {"key": "done"}}
        fields["resolutiondate"] = at.replace("Z", ".000+0000")

    def reopen(self, number: int) -> None:
        fields = self.issues[number - 1]["fields"]
        fields["status"] = {"statusCategory": {"key": "indeterminate"}}
        fields["resolutiondate"] = None


class Linear(GitHub):
    """`POST /graphql`: the four questions that are asked of it."""

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if request.headers.get("Authorization") != "t0ken":
            code = {"extensions": {"code": "AUTHENTICATION_ERROR"}}
            return 401, {"errors": [{"message": "Authentication required", **code}]}, {}
        asked = json.loads(body)
        query, variables = asked["query"], asked["variables"]
        if "teams(" in query:
            nodes = [{"id": "5a4b3c2d-0000-4000-8000-000000000001"}]
            return (
                200,
                {"data": {"teams": {"nodes": nodes if variables["key"] == "ENG" else []}}},
                {},
            )
        if "issueLabels" in query:
            return 200, {"data": {"issueLabels": {"nodes": [{"id": "l1"}]}}}, {}
        if "issueCreate" in query:
            given = variables["input"]
            if any(one["id"] == given["id"] for one in self.issues):
                return 200, {"errors": [{"message": "Entity already exists"}]}, {}
            number = len(self.issues) + 1
            one = {
                **given,
                "identifier": f"ENG-{number}",
                "url": f"https://linear.app/acme/issue/ENG-{number}",
                "state": {"type": "backlog"},
            }
            self.issues.append(one)
            return 200, {"data": {"issueCreate": {"success": True, "issue": one}}}, {}
        found = [one for one in self.issues if one["id"] == variables["id"]]
        return 200, {"data": {"issues": {"nodes": found}}}, {}

    def texts(self) -> list[str]:
        return [f"{one['title']}\n{one['description']}" for one in self.issues]

    def close(self, number: int, at: str, *, dropped: bool = False) -> None:
        kind = "canceled" if dropped else "completed"
        self.issues[number - 1] |= {"state": {"type": kind}, f"{kind}At": at}

    def reopen(self, number: int) -> None:
        self.issues[number - 1] |= {"state": {"type": "started"}, "completedAt": None}


class Statuspage:
    """`/v1/pages/pg1/incidents`: what is on it, with each update that it ever had."""

    def __init__(self) -> None:
        self.incidents: list[Json] = []

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if request.headers.get("Authorization") != "OAuth t0ken":
            return 401, {"error": "Could not authenticate"}, {}
        where = request.path.removeprefix("/v1/pages/pg1/incidents")
        if request.method == "POST":
            number = len(self.incidents) + 1
            one = {"id": f"i{number}", "shortlink": f"https://stspg.io/i{number}", "updates": []}
            self.incidents.append(one)
            return 201, self._write(one, json.loads(body)), {}
        if not where:
            return 200, list(reversed(self.incidents)), {}
        one = next(one for one in self.incidents if one["id"] == where.removeprefix("/"))
        return 200, self._write(one, json.loads(body)) if request.method == "PATCH" else one, {}

    def _write(self, one: Json, sent: Json) -> Json:
        given = sent["incident"]
        one["updates"].append(given["body"])
        one |= given
        return one


class Listener:
    """Whoever listens to webhooks. `gone`: it listens no more."""

    def __init__(self) -> None:
        self.gone = False

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any, dict[str, str]]:
        return (410, None, {}) if self.gone else (204, None, {})
