"""The one way out: whom it calls, what it makes of answers, and that no secret stands in an error."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from incibot.config import Integrations
from incibot.config.on_call import OnCall, PagerDuty
from incibot.config.secret import Secret
from incibot.errors import CallBusy, CallRefused
from incibot.integrations import http as door
from incibot.integrations.http import Http, is_public
from tests.integrations.serving import Handler, answering, served

LOCAL = "127.0.0.1"


@asynccontextmanager
async def calling(
    *hosts: str, private: tuple[str, ...] = (), resolver: AbstractResolver | None = None
) -> AsyncIterator[Http]:
    made = Http(hosts, private, resolver=resolver)
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def local(handler: Handler) -> AsyncIterator[tuple[Http, str]]:
    async with served(handler) as url, calling(LOCAL, private=(LOCAL,)) as http:
        yield http, url


async def test_an_answer_is_read() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Token token=abc"
        return web.json_response({"got": await request.json()}, headers={"X-One": "1"})

    async with local(handler) as (http, url):
        found = await http.call(
            "It", "POST", f"{url}/x?y=1", json=[1], headers={"Authorization": "Token token=abc"}
        )
    assert (found.status, found.json, found.headers["x-one"]) == (200, {"got": [1]}, "1")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 304, 501])
async def test_what_would_be_refused_again_is_refused(status: int) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text="no" if status != 304 else None)

    async with local(handler) as (http, url):
        with pytest.raises(CallRefused) as refused:
            await http.call("It", "GET", url)
    assert refused.value.status == status
    assert str(refused.value).startswith(f"It: {status}")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 529])
async def test_what_may_go_well_later_may_be_tried_again(status: int) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status)

    async with local(handler) as (http, url):
        with pytest.raises(CallBusy) as busy:
            await http.call("It", "GET", url)
    assert busy.value.code == str(status)
    assert busy.value.retry_after is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"ratelimit-reset": "8"}, 8.0),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 14:01:30 GMT",
                "Date": "Fri, 20 Nov 2026 14:00:00 GMT",
            },
            90.0,
        ),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "123456789"}, None),
    ],
)
async def test_a_time_that_is_named_is_kept(headers: dict[str, str], seconds: float | None) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=429, headers=headers)

    async with local(handler) as (http, url):
        with pytest.raises(CallBusy) as busy:
            await http.call("It", "GET", url)
    assert busy.value.retry_after == seconds


async def test_a_system_that_takes_too_long_does_not_answer() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async with local(handler) as (http, url):
        http.timeout = aiohttp.ClientTimeout(total=0.05)
        with pytest.raises(CallBusy, match="It: it does not answer"):
            await http.call("It", "GET", url)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n[1, 2",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n\xff\xfe\x00",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
async def test_half_an_answer_is_none(raw: bytes) -> None:
    async with answering(raw) as url, calling(LOCAL, private=(LOCAL,)) as http:
        with pytest.raises(CallBusy):
            await http.call("It", "GET", url)


async def test_too_long_an_answer_is_not_read_to_its_end() -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(200):
            await answer.write(b"x" * 2**18)
            sent += 2**18
        return answer

    async with local(handler) as (http, url):
        with pytest.raises(CallRefused, match="too long"):
            await http.call("It", "GET", url)
    assert sent < 4 * door.MOST


async def test_deeply_nested_json_is_no_json() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text="[" * 500_000, content_type="application/json")

    async with local(handler) as (http, url):
        with pytest.raises(CallBusy, match="no JSON"):
            await http.call("It", "GET", url)


async def test_a_redirect_is_followed_on_the_same_host_only() -> None:
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append((request.method, request.path))
        match request.path:
            case "/moved":
                raise web.HTTPPermanentRedirect("/new")
            case "/circle":
                raise web.HTTPTemporaryRedirect("/circle")
            case "/away":
                raise web.HTTPFound("https://elsewhere.example.com/")
            case "/port":
                raise web.HTTPFound(f"http://{LOCAL}:1/")
            case "/up":
                raise web.HTTPFound(
                    str(request.url.with_scheme("https").with_port(request.url.port))
                )
            case "/confused":
                return web.Response(status=302, headers={"Location": "http:\\\\10.0.0.1"})
            case "/found":
                raise web.HTTPFound("/new")
            case "/other":
                raise web.HTTPSeeOther("/new")
        return web.Response(text="here")

    async with local(handler) as (http, url):
        assert (await http.call("It", "GET", f"{url}/moved")).body == b"here"
        assert (await http.call("It", "POST", f"{url}/moved", json={})).body == b"here"
        assert asked == [("GET", "/moved"), ("GET", "/new"), ("POST", "/moved"), ("POST", "/new")]
        for method, path, said in (
            ("GET", "circle", "round in circles"),
            ("GET", "away", "another host"),
            ("GET", "port", "another host"),
            ("GET", "up", "from http to https"),
            ("GET", "confused", "its address is none"),
            ("POST", "found", "it answered 302 to POST"),
            ("POST", "other", "it answered 303 to POST"),
        ):
            with pytest.raises(CallRefused, match=said):
                await http.call("It", method, f"{url}/{path}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://other.example.com/", "not in the configuration"),
        ("http://api.example.com/", "over https only"),
        ("ftp://api.example.com/", "over https only"),
        ("https://api.example.com@other.example.com/", "its address is none"),
        ("https://other.example.com\\@api.example.com/", "its address is none"),
        ("https://api.example.com/ x", "its address is none"),
        ("https://api.example.com:99999999/", "its address is none"),
        ("https://[::1/", "its address is none"),
        ("", "not in the configuration"),
        ("https://127.0.0.1/", "a private one"),
        ("https://10.1.2.3/", "a private one"),
        ("https://169.254.169.254/", "a private one"),
        ("https://[::1]/", "a private one"),
        ("https://[::ffff:127.0.0.1]/", "a private one"),
        ("https://[64:ff9b::7f00:1]/", "a private one"),
        ("https://[2002:7f00:1::]/", "a private one"),
        ("https://2130706433/", "its address is none"),
        ("https://0x7f000001/", "a private one"),
        ("https://127.1/", "its address is none"),
        ("https://localhost/", "a private one"),
    ],
)
async def test_no_other_host_is_called_and_no_private_address(url: str, said: str) -> None:
    named = ["api.example.com", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "2130706433"]
    named += ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "127.1", "0x7f000001"]
    async with calling(*named, "localhost") as http:
        with pytest.raises(CallRefused, match=said):
            await http.call("It", "GET", url)


class Names(AbstractResolver):
    """Names that lead where a test says."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0
            )
            for one in self.addresses
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_to_a_private_address_is_not_called() -> None:
    async with calling("api.example.com", resolver=Names("10.0.0.1", "127.0.0.1")) as http:
        with pytest.raises(CallRefused, match="its address is a private one"):
            await http.call("It", "GET", "https://api.example.com/")
    async with calling("api.example.com", resolver=Names()) as http:
        with pytest.raises(CallBusy, match="does not answer"):
            await http.call("It", "GET", "https://api.example.com/")
    # Of several, the public ones alone are tried.
    mixed = door.Public((), Names("10.0.0.1", "93.184.216.34"))
    assert [one["host"] for one in await mixed.resolve("api.example.com")] == ["93.184.216.34"]


async def test_a_private_host_is_called_where_the_team_has_named_it() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text="here")

    async with (
        served(handler) as url,
        calling("gitlab.internal", private=("gitlab.internal",), resolver=Names(LOCAL)) as http,
    ):
        found = await http.call("It", "GET", url.replace(LOCAL, "GitLab.internal"))
    assert found.body == b"here"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("2606:4700::1111", True),
        ("224.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - nobody binds to it
        ("100.64.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::", False),
    ],
)
def test_which_addresses_are_the_internets(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_no_secret_stands_in_an_error() -> None:
    async def handler(request: web.Request) -> web.Response:
        said = (
            f"bad {request.headers['authorization']} for {request.path_qs} {await request.text()}"
        )
        return web.Response(status=int(request.query["status"]), text=said)

    async with local(handler) as (http, url):
        for status in (401, 500):
            with pytest.raises((CallRefused, CallBusy)) as error:
                await http.call(
                    "It",
                    "POST",
                    f"{url}/calendar/private-0123456789/basic.ics?status={status}",
                    json={"routing_key": "R0UTINGKEY0123456789"},
                    headers={"Authorization": "Token token=S3CRETS3CRET"},
                    hidden=["R0UTINGKEY0123456789"],
                )
            said = str(error.value)
            assert f"It: {status} (bad " in said
            for secret in ("S3CRET", "R0UTING", "private-0123456789"):
                assert secret not in said
            assert error.value.__cause__ is None


def test_the_hosts_are_those_of_the_configuration() -> None:
    assert Integrations().hosts == frozenset()
    on_call = OnCall(pagerduty=PagerDuty(token=Secret("t")))
    assert Integrations(on_call=on_call).hosts == {"api.pagerduty.com", "events.pagerduty.com"}
