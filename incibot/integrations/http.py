"""The one way out to other systems: only to hosts of the configuration, and to no private address."""

from __future__ import annotations

import json as to_json
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from incibot.errors import CallBusy, CallRefused

TIMEOUT = aiohttp.ClientTimeout(total=15.0, connect=5.0)  # seconds
MOST = 4 * 1024 * 1024  # bytes of an answer that we read
HOPS = 3  # redirects that are followed, on the same host
LATER = frozenset({408, 425, 429, 500, 502, 503, 504})  # may go well another time


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a system answered; `status` is below 400. `headers` by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any = None


class Public(AbstractResolver):
    """Finds addresses of hosts; private ones only where the team has named the host as such.

    Asked at the moment of each connection, so that a name cannot change between check and use.
    """

    def __init__(self, private: Iterable[str]) -> None:
        self._private = frozenset(one.casefold() for one in private)
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if host.casefold() in self._private:
            return found
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise OSError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        await self._resolver.close()


def is_public(address: str) -> bool:
    """Whether that IP address is one of the internet's, and not of a network of somebody's own."""
    return ip_address(address).is_global


class Http:
    """Calls other systems over HTTP.

    Args:
        hosts: whom we may call; every other host is refused.
        private: those of them that may have private addresses, and be called without TLS.
    """

    def __init__(self, hosts: Iterable[str], private: Iterable[str] = ()) -> None:
        self._hosts = frozenset(one.casefold() for one in hosts)
        self._private = frozenset(one.casefold() for one in private)
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(resolver=Public(self._private))
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(
        self,
        system: str,
        method: str,
        url: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask, and read what is answered.

        Args:
            system: what people call it; errors name it.

        Raises:
            CallRefused: it would be refused again, or may not be called at all.
            CallBusy: it may work later, after `retry_after` seconds if the system named a time.
        """
        for _ in range(HOPS + 1):
            self._check(system, url)
            try:
                async with self._open().request(
                    method, url, json=json, data=data, headers=headers, allow_redirects=False
                ) as response:
                    body = b""
                    async for chunk in response.content.iter_chunked(2**16):
                        body += chunk
                        if len(body) > MOST:
                            break
                    found = {name.lower(): value for name, value in response.headers.items()}
                    status = response.status
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                raise CallBusy(system, "it does not answer", type(error).__name__) from error
            if len(body) > MOST:
                raise CallRefused(system, "its answer is too long")
            if status in (301, 302, 303, 307, 308) and "location" in found:
                there = urljoin(url, found["location"])
                if urlsplit(there).netloc != urlsplit(url).netloc:
                    raise CallRefused(system, "it sends us to another host")
                if status == 303 or (status in (301, 302) and method == "POST"):
                    raise CallRefused(system, f"it answered {status} to {method}")
                url = there
                continue
            return _read(system, status, found, body)
        raise CallRefused(system, "it sends us round in circles")

    def _check(self, system: str, url: str) -> None:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
        if host not in self._hosts:
            raise CallRefused(system, "its host is not in the configuration", host)
        if parts.scheme != "https" and not (parts.scheme == "http" and host in self._private):
            raise CallRefused(system, "it is called over https only", host)
        try:  # aiohttp asks no resolver about an address
            private = not is_public(host)
        except ValueError:
            return
        if private and host not in self._private:
            raise CallRefused(system, "its address is a private one", host)


def _read(system: str, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    if status in LATER:
        raise CallBusy(system, str(status), _said(body), retry_after=_seconds(headers))
    if status >= 400:
        raise CallRefused(system, str(status), _said(body), status=status)
    parsed = None
    if body and "json" in headers.get("content-type", ""):
        try:
            parsed = to_json.loads(body)
        except ValueError as error:
            raise CallBusy(system, "its answer is no JSON") from error
    return Answer(status=status, headers=headers, body=body, json=parsed)


def _said(body: bytes) -> str:
    return " ".join(body[:300].decode(errors="replace").split())


def _seconds(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
