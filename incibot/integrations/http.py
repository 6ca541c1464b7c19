"""The one way out to other systems: only to hosts of the configuration, and to no private address."""

from __future__ import annotations

import json as to_json
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from incibot.core.secrets import mask
from incibot.errors import CallBusy, CallRefused

TIMEOUT = aiohttp.ClientTimeout(total=15.0, connect=5.0)  # seconds
MOST = 4 * 1024 * 1024  # bytes of an answer that we read
HOPS = 3  # redirects that are followed, on the same host
LATER = frozenset({408, 425, 429})  # may go well another time, as all from 500 on but 501
MOVED = frozenset({301, 302, 303, 307, 308})
NAT64 = IPv6Network("64:ff9b::/96")  # addresses of IPv4, as a network of IPv6 alone writes them
_ODD = re.compile(r"[\s\\\x00-\x1f\x7f]")  # what two readers of one address read differently


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a system answered; `status` is below 300. `headers` by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any = None


class Public(AbstractResolver):
    """Finds addresses of hosts; private ones only where the team has named the host as such.

    Asked at the moment of each connection, so that a name cannot change between check and use.
    """

    def __init__(self, private: Iterable[str], resolver: AbstractResolver | None = None) -> None:
        self._private = frozenset(one.casefold() for one in private)
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if host.casefold() in self._private:
            return found
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise _Private(host) if found else OSError(f"{host} has no address")
        return public

    async def close(self) -> None:
        await self._resolver.close()


class _Private(OSError):
    """The name leads to private addresses only."""


def is_public(address: str) -> bool:
    """Whether that IP address is one of the internet's, and not of a network of somebody's own.

    Raises:
        ValueError: it is no address.
    """
    found = ip_address(address)
    within = _within(found) if isinstance(found, IPv6Address) else None
    reached = within or found
    return reached.is_global and not reached.is_multicast


def _within(address: IPv6Address) -> IPv4Address | None:
    """The address of IPv4 that stands in it, and that a packet would go to in the end."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


class Http:
    """Calls other systems over HTTP.

    Args:
        hosts: whom we may call; every other host is refused.
        private: those of them that may have private addresses, and be called without TLS.
        resolver: who finds addresses; the machine's own if left out.

    Attributes:
        timeout: how long a call may take.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        private: Iterable[str] = (),
        *,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._hosts = frozenset(one.casefold() for one in hosts)
        self._private = frozenset(one.casefold() for one in private)
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None
        self.timeout = TIMEOUT

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(resolver=Public(self._private, self._resolver))
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar()
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
        hidden: Iterable[str] = (),
    ) -> Answer:
        """Ask, and read what is answered.

        Args:
            system: what people call it; errors name it.
            hidden: what stands in no error, should the system repeat it; the headers that are sent
                and the address need not be named.

        Raises:
            CallRefused: it would be refused again, or may not be called at all.
            CallBusy: it may work later, after `retry_after` seconds if the system named a time.
        """
        secrets = [*hidden, *_words_of(headers or {})]
        for _ in range(HOPS + 1):
            here = self._check(system, url)
            status, found, body = await self._ask(system, method, url, json, data, headers)
            if status not in MOVED or "location" not in found:
                return _read(system, status, found, body, [*secrets, *_path_of(here)])
            if status == 303 or (status in (301, 302) and method == "POST"):
                raise CallRefused(system, f"it answered {status} to {method}")
            url = urljoin(url, found["location"])
            there = self._check(system, url, sent=True)
            if (there.hostname, _port(there)) != (here.hostname, _port(here)):
                raise CallRefused(system, "it sends us to another host")
            if there.scheme != here.scheme:
                raise CallRefused(system, f"it sends us from {here.scheme} to {there.scheme}")
        raise CallRefused(system, "it sends us round in circles")

    async def _ask(
        self,
        system: str,
        method: str,
        url: str,
        json: Any,
        data: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[int, dict[str, str], bytes]:
        try:
            async with self._open().request(
                method,
                url,
                json=json,
                data=data,
                headers=headers,
                allow_redirects=False,
                timeout=self.timeout,
            ) as response:
                body = bytearray()
                async for chunk in response.content.iter_chunked(2**16):
                    body += chunk
                    if len(body) > MOST:
                        raise CallRefused(system, "its answer is too long")
                found = {name.lower(): value for name, value in response.headers.items()}
                return response.status, found, bytes(body)
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, _Private):
                raise CallRefused(system, "its address is a private one", error.host) from None
            raise CallBusy(system, "it does not answer", "its name is not found") from None
        except aiohttp.InvalidURL:
            raise CallRefused(system, "its address is none") from None  # and may hold a secret
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise CallBusy(system, "it does not answer", type(error).__name__) from None

    def _check(self, system: str, url: str, *, sent: bool = False) -> SplitResult:
        """The address in its parts, if we may call it.

        Args:
            sent: it is where the system sends us.
        """
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").casefold()
            _port(parts)
        except ValueError:
            raise CallRefused(system, "its address is none") from None
        if _ODD.search(url) or "@" in parts.netloc:
            raise CallRefused(system, "its address is none")
        if host not in self._hosts:
            code = "it sends us to another host" if sent else "its host is not in the configuration"
            raise CallRefused(system, code, host)
        if parts.scheme != "https" and not (parts.scheme == "http" and host in self._private):
            raise CallRefused(system, "it is called over https only", host)
        try:  # aiohttp asks no resolver about an address
            private = not is_public(host)
        except ValueError:
            private = False
        if private and host not in self._private:
            raise CallRefused(system, "its address is a private one", host)
        return parts


def _port(parts: SplitResult) -> int:
    """Raises ValueError where it is none."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def _words_of(headers: Mapping[str, str]) -> list[str]:
    return [word for value in headers.values() for word in (value, *value.split())]


def _path_of(parts: SplitResult) -> list[str]:
    """What an address may have in it that is a key: the address of a calendar is one."""
    return [f"{parts.path}?{parts.query}", parts.path, *parts.path.split("/"), parts.query]


def _read(
    system: str, status: int, headers: Mapping[str, str], body: bytes, secrets: Iterable[str]
) -> Answer:
    if status in LATER or (status >= 500 and status != 501):
        raise CallBusy(system, str(status), _said(body, secrets), retry_after=_seconds(headers))
    if status >= 300:
        raise CallRefused(system, str(status), _said(body, secrets), status=status)
    parsed = None
    if body and "json" in headers.get("content-type", ""):
        try:
            parsed = to_json.loads(body)
        except (ValueError, RecursionError):
            raise CallBusy(system, "its answer is no JSON") from None
    return Answer(status=status, headers=headers, body=body, json=parsed)


def _said(body: bytes, secrets: Iterable[str]) -> str:
    """The beginning of what it said, without what is nobody's business."""
    text = body[:2000].decode(errors="replace")
    for one in sorted(secrets, key=len, reverse=True):
        if len(one) >= 8:  # what is shorter is a word as others
            text = text.replace(one, "…")
    return mask(" ".join(text[:300].split()))


def _seconds(headers: Mapping[str, str]) -> float | None:
    """How long the system wants to be left in peace, in seconds: it says so in one of three ways."""
    text = headers.get("retry-after") or headers.get("ratelimit-reset", "")
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 6 else None
    try:
        until, now = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("date", ""))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
