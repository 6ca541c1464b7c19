"""A browser with cookies and forms and no scripts, and a program with a token."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from incibot.core.incident import Incident
from tests.bench import Bench

BASE = "https://incibot.example.com"


@dataclass(slots=True, kw_only=True)
class Page:
    """What came back."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """What it says; of a workbook, all that is packed in it."""
        if not self.body.startswith(b"PK\x03\x04"):
            return self.body.decode()
        with zipfile.ZipFile(io.BytesIO(self.body)) as packed:
            return "".join(packed.read(name).decode() for name in packed.namelist())

    @property
    def forms(self) -> list[Form]:
        reader = _Forms(self.url)
        reader.feed(self.text)
        return reader.forms

    def form(self, ending: str) -> Form:
        """The form that is sent to an address that ends so."""
        (found,) = [one for one in self.forms if one.action.endswith(ending)]
        return found


@dataclass(slots=True)
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            action = urljoin(self.url, given.get("action") or "")
            self._inside = Form(action, (given.get("method") or "get").lower())
            self.forms.append(self._inside)
        elif self._inside and tag == "input":
            self._inside.fields[str(given["name"])] = given.get("value") or ""
        elif self._inside and tag == "textarea":
            self._area = str(given["name"])
            self._inside.fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._inside and self._area:
            self._inside.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._inside and self._area:
            # A browser drops the line break that begins a text area.
            self._inside.fields[self._area] = self._inside.fields[self._area].removeprefix("\n")
            self._area = None
        elif tag == "form":
            self._inside = None


@dataclass(slots=True)
class Browser:
    """Somebody's browser. It looks incibot up at its public address and reaches the bench."""

    there: Bench
    base: str = BASE
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)

    async def get(self, path: str, *, follow: bool = True, method: str = "GET") -> Page:
        return await self._ask(method, path, follow=follow)

    async def send(self, form: Form, *, follow: bool = True, **fields: str) -> Page:
        assert form.method == "post"
        typed = {**form.fields, **fields}
        # As browsers do: line breaks are sent as CRLF.
        sent = {name: re.sub(r"\r?\n", "\r\n", value) for name, value in typed.items()}
        return await self._ask("POST", form.action, data=sent, follow=follow)

    async def post(self, path: str, **fields: str) -> Page:
        """What another site's form could send."""
        return await self._ask("POST", path, data=fields, follow=False)

    async def signs_in(self, who: str = "ana", text: str = "web", channel: str = "general") -> Page:
        door = await self.get(await link(self.there, who, text, channel))
        assert door.status == 200, door.text
        page = await self.send(door.form("/enter"))
        assert page.status == 200, page.text
        return page

    async def _ask(self, method: str, path: str, *, data: Any = None, follow: bool = True) -> Page:
        url = urljoin(f"{self.base}/", path)
        assert url.startswith(self.base), f"{url} leads away"
        inside = url.removeprefix(self.base)  # what a proxy in front passes on
        headers = {"Accept": "text/html", "User-Agent": "browser"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={one}" for name, one in self.cookies.items())
        sent = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            sent = io.BytesIO(urlencode(data).encode())
        async with (
            aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=60)
            ) as session,
            session.request(
                method,
                self.there.url + inside,
                data=sent,
                headers=headers,
                allow_redirects=False,
            ) as answer,
        ):
            body = await answer.read()
            for line in answer.headers.getall("Set-Cookie", []):
                self._keep(line)
            page = Page(url=url, status=answer.status, headers=answer.headers, body=body)
        if follow and page.status == 303:
            origin = urlsplit(url)
            return await self.get(f"{origin.scheme}://{origin.netloc}{page.headers['Location']}")
        return page

    def _keep(self, line: str) -> None:
        self.set_cookies.append(line)
        for name, one in SimpleCookie(line).items():
            if one["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = one.value


async def link(there: Bench, who: str = "ana", text: str = "web", channel: str = "general") -> str:
    """The personal link that Slack shows to whoever types `/incident web`."""
    answer = await there.types(text, who=who, channel=channel)
    found = re.search(r"<(https?://[^|>]+)\|", answer.text)
    assert found, answer
    return found[1]


async def ask(
    there: Bench, path: str, *, token: str | None = None, method: str = "GET", **headers: str
) -> Page:
    """What a program gets."""
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, there.url + path, headers=headers) as answer,
    ):
        return Page(
            url=path,
            status=answer.status,
            headers=answer.headers.copy(),
            body=await answer.read(),
        )


async def declares_privately(there: Bench, title: str = "Somebody took the list") -> Incident:
    """A private incident of Ana's."""
    await there.types(title)
    answer = await there.person("ana").submits({"private": "private"})
    await there.settle()
    assert answer.trouble is None
    return (await there.incidents())[0]
