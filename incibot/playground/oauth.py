"""How the app gets into a workspace, by Slack's OAuth v2: a page to allow it on, codes, and tokens.

There are no passwords here, so the page asks who one is: a workspace, and a person in it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from incibot.playground.asking import Asked
from incibot.playground.records import User
from incibot.playground.terms import Json, Refusal

if TYPE_CHECKING:
    from incibot.playground.server import Playground

CODE_LIVES: Final = timedelta(minutes=10)
ROTATING: Final = {"expires_in": 43_200, "refresh_token": "xoxe-1-refresh"}
"""What comes with a token where the app has token rotation; here none expires all the same."""
ASKED: Final = ("client_id", "scope", "user_scope", "redirect_uri", "state", "team")


@dataclass(slots=True, kw_only=True)
class Code:
    """A code, with what was allowed by whom. `whole`: for all workspaces of the organisation."""

    slack: Playground
    person: User
    scopes: list[str]
    redirect_uri: str
    issued: datetime
    whole: bool
    used: bool = False


class OAuth:
    """The app's way in.

    Args:
        client_id, client_secret: the app's; the addresses to which people may be sent back are
            those of its manifest.
    """

    def __init__(self, slack: Playground, *, client_id: str, client_secret: str) -> None:
        self._slack = slack
        self.client_id = client_id
        self.client_secret = client_secret
        self._codes: dict[str, Code] = {}

    def begin(self) -> None:
        """Forget the codes: the workspaces are fresh."""
        self._codes.clear()

    def routes(self) -> list[web.RouteDef]:
        """The page, and its form."""
        return [
            web.get("/oauth/v2/authorize", self.page),
            web.post("/oauth/v2/authorize", self.decide),
        ]

    # --- The page --------------------------------------------------------------------------------

    def _problem(self, asked: Json) -> str | None:
        if asked["client_id"] != self.client_id:
            return "invalid_client_id"
        if not asked["scope"]:
            return "invalid_scope"
        registered = self._slack.manifest.get("oauth_config", {}).get("redirect_urls", [])
        if not any(_is_below(asked["redirect_uri"], one) for one in registered):
            return "bad_redirect_uri"
        return None

    async def page(self, request: web.Request) -> web.Response:
        """Who allows the app what; or that it is refused, in Slack's word."""
        asked = {name: request.query.get(name, "") for name in ASKED}
        if problem := self._problem(asked):
            return _shown(f"<h1>Something is wrong</h1><p>{problem}</p>", status=400)
        wanted = [
            one for one in self._slack.all if asked["team"] in ("", one.workspace.team_id)
        ] or self._slack.all
        app = self._slack.manifest.get("display_information", {}).get("name", "An app")
        parts = [
            f"<h1>{escape(app)} asks to be let in</h1>"
            f"<p>What it may do then: {escape(asked['scope'].replace(',', ', '))}</p>"
        ]
        parts += [_form(one, asked) for one in wanted]
        return _shown("".join(parts))

    async def decide(self, request: web.Request) -> web.Response:
        """A person allows or cancels it, and is sent back."""
        given = await request.post()
        asked = {name: str(given.get(name, "")) for name in ASKED}
        if problem := self._problem(asked):
            return _shown(f"<h1>Something is wrong</h1><p>{problem}</p>", status=400)
        slack = next(
            (one for one in self._slack.all if one.workspace.team_id == given.get("workspace")),
            None,
        )
        if slack is None:
            return _shown("<h1>Something is wrong</h1><p>team_not_found</p>", status=400)
        person = slack.workspace.user(str(given.get("person", "")))
        if given.get("decision") not in ("allow", "allow for all") or person.is_restricted:
            return _back(asked, error="access_denied")
        code = slack.workspace.ids.hexes("oauth code", 40)
        self._codes[code] = Code(
            slack=slack,
            person=person,
            scopes=[one for one in asked["scope"].split(",") if one],
            redirect_uri=asked["redirect_uri"],
            issued=slack.workspace.now(),
            whole=given.get("decision") == "allow for all",
        )
        return _back(asked, code=code)

    # --- Tokens ----------------------------------------------------------------------------------

    def admit(self, client_id: str, client_secret: str) -> None:
        """Raises unless these are the app's."""
        if client_id != self.client_id:
            raise Refusal("invalid_client_id")
        if not hmac.compare_digest(client_secret.encode(), self.client_secret.encode()):
            raise Refusal("bad_client_secret")

    def access(self, asked: Asked) -> Json:
        """The token for a code, as `oauth.v2.access` answers."""
        self.admit(asked.text("client_id"), asked.text("client_secret"))
        if asked.text("grant_type", "authorization_code") != "authorization_code":
            raise Refusal("invalid_grant_type")
        code = self._codes.get(asked.text("code"))
        if code is None or code.used:
            raise Refusal("invalid_code")
        space = code.slack.workspace
        if space.now() - code.issued > CODE_LIVES:
            raise Refusal("invalid_code")
        if asked.text("redirect_uri") != code.redirect_uri:
            raise Refusal("bad_redirect_uri")
        code.used = True
        token = code.slack.web_api.install(code.scopes)
        settings = self._slack.manifest.get("settings", {})
        return {
            "app_id": space.app_id,
            "authed_user": {"id": code.person.id},
            "scope": ",".join(sorted(code.slack.web_api.scopes())),
            "token_type": "bot",
            "access_token": token,
            "bot_user_id": space.bot.id,
            "team": None if code.whole else {"id": space.team_id, "name": space.name},
            "enterprise": space.enterprise,
            "is_enterprise_install": code.whole,
            **(ROTATING if settings.get("token_rotation_enabled") else {}),
        }


def _is_below(address: str, registered: str) -> bool:
    """Whether an address is a registered one, or below it."""
    there, known = urlsplit(address), urlsplit(registered)
    same = (there.scheme, there.netloc) == (known.scheme, known.netloc)
    return same and f"{there.path.rstrip('/')}/".startswith(f"{known.path.rstrip('/')}/")


def _back(asked: Json, **told: str) -> web.Response:
    query = urlencode({**told, "state": asked["state"]})
    join = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    return web.Response(status=302, headers={"Location": f"{asked['redirect_uri']}{join}{query}"})


def _form(slack: Playground, asked: Json) -> str:
    space = slack.workspace
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in {**asked, "workspace": space.team_id}.items()
    )
    people = "".join(
        f'<option value="{one.id}">{escape(one.real_name)}</option>'
        for one in space.people()
        if not space.is_external(one)
    )
    buttons = ["allow", *(["allow for all"] if space.enterprise else []), "cancel"]
    return (
        f'<form method="post" action="/oauth/v2/authorize"><h2>{escape(space.name)}</h2>{hidden}'
        f'<label>You are <select name="person">{people}</select></label> '
        + " ".join(
            f'<button name="decision" value="{one}">{one.capitalize()}</button>' for one in buttons
        )
        + "</form>"
    )


def _shown(body: str, status: int = 200) -> web.Response:
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Slack, on this machine</title>'
        f"<main>{body}</main></html>"
    )
    headers = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
