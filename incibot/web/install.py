"""How a workspace gets incibot: Bolt's OAuth flow, with pages of ours before and after Slack's own.

The `state` that Slack hands back is good once, for ten minutes, and only in the browser that was
given it as a cookie: else somebody could have another person finish what they began.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final
from urllib.parse import urljoin

import aiohttp
from aiohttp import web
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from incibot.log import logger
from incibot.web.site import INSTALLER, Site

INSTALL: Final = "/slack/install"
REDIRECT: Final = "/slack/oauth_redirect"
STATE_SECONDS: Final = 600
TIMEOUT: Final = 10  # seconds for one call of Slack's

UNREACHABLE: Final = "slack_unreachable"
WHOLE: Final = "whole_organisation"
EXPIRES: Final = "token_expires"
UNKNOWN_STATE: Final = "What Slack sent back belongs to another browser, was used already, or is older than ten minutes."
WORDS: Final = {  # by the reasons of Bolt's flow, Slack's page and ours
    "access_denied": "It was cancelled in Slack, or the workspace does not let you install apps."
    " Nothing was changed.",
    "invalid_browser": UNKNOWN_STATE,
    "invalid_state": UNKNOWN_STATE,
    "missing_code": "Slack sent no code back.",
    "invalid_code": "Slack did not take the code that it had sent: it may be too old, or used.",
    UNREACHABLE: "Slack does not answer just now. Nothing was changed; please try again in a moment.",
    WHOLE: "incibot is installed into one workspace at a time, and not for a whole organisation."
    " Begin again, and choose a single workspace on Slack's page.",
    EXPIRES: "The Slack app hands out tokens that expire. Whoever runs incibot turns token rotation"
    " off in the app's settings, and then it can be installed.",
}

log = logger(__name__)
_bolt = logging.getLogger("incibot.web.bolt")
_bolt.setLevel(logging.CRITICAL)  # it writes down codes and states; what happened we say ourselves


class _Failed(Exception):
    """It cannot be installed; the reason is one of `WORDS`."""


class _Client(AsyncWebClient):
    """Shows the app's secret in the form: slack_sdk's way, HTTP's own credentials, ends with aiohttp 4."""

    async def oauth_v2_access(self, **given: Any) -> Any:
        return await self.api_call("oauth.v2.access", data=given)


class _Flow(AsyncOAuthFlow):
    """Bolt's, with our words where it cannot go on."""

    async def issue_new_state(self, request: AsyncBoltRequest) -> str:
        state = await super().issue_new_state(request)
        request.context["state"] = state
        return state

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        named = request.query.get("team", [""])[0]  # Bolt would take it as it comes
        team = named if re.fullmatch(r"T[A-Z0-9]{1,30}", named) else None
        return self.settings.authorize_url_generator.generate(state=state, team=team)

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        return url  # our own page has it

    async def run_installation(self, code: str) -> Installation | None:
        try:
            granted = await super().run_installation(code)
        except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError) as trouble:
            log.warning("install.unreachable", error=type(trouble).__name__)
            raise _Failed(UNREACHABLE) from None
        if granted is not None and (granted.is_enterprise_install or granted.team_id is None):
            raise _Failed(WHOLE)
        if granted is not None and granted.bot_token_expires_at is not None:
            raise _Failed(EXPIRES)
        return granted


class Install:
    """The two routes.

    Args:
        scopes: what incibot needs; each with the reason for it.
        api_url: the base of Slack's Web API; the page that people are sent to is beside it.
        installed: called with the workspace when its token has been kept.
    """

    def __init__(
        self,
        site: Site,
        *,
        client_id: str,
        client_secret: str,
        scopes: Iterable[str],
        api_url: str,
        session: aiohttp.ClientSession,
        installations: AsyncInstallationStore,
        states: AsyncOAuthStateStore,
        installed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._site = site
        self._installed = installed
        settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=sorted(scopes),
            user_scopes=[],
            redirect_uri=f"{site.base_url}{REDIRECT}",
            authorization_url=urljoin(api_url, "../oauth/v2/authorize"),
            installation_store=installations,
            state_store=states,
            state_cookie_name=INSTALLER,
            state_expiration_seconds=STATE_SECONDS,
            callback_options=AsyncCallbackOptions(success=self._succeeded, failure=self._failed),
            logger=_bolt,
        )
        client = _Client(
            base_url=api_url,
            session=session,
            timeout=TIMEOUT,
            trust_env_in_session=True,
            logger=_bolt,
        )
        client.retry_handlers = []
        self._flow = _Flow(client=client, logger=_bolt, settings=settings)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(INSTALL, self.begin, allow_head=False),
            web.get(REDIRECT, self.end, allow_head=False),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        """A page that leads to Slack's, where a person of the workspace allows it."""
        asked = _asked(request)
        answer = await self._flow.handle_installation(asked)
        page = self._site.page("web/install.html.j2", address=answer.body)
        self._site.know_installer(page, asked.context["state"], seconds=STATE_SECONDS)
        return page

    async def end(self, request: web.Request) -> web.Response:
        """Slack has sent the person back, with a code if it was allowed."""
        asked = _asked(request)
        try:
            status = (await self._flow.handle_callback(asked)).status
        except _Failed as failed:
            asked.context["reason"] = str(failed)
            status = 503 if str(failed) == UNREACHABLE else 409
        reason = asked.context.get("reason", "")
        page = self._site.page(
            "web/installed.html.j2",
            status=status,
            team=asked.context.get("team_name", ""),
            words=WORDS.get(reason, f"Slack says “{reason}”.") if reason else "",
            again=f"{self._site.root}{INSTALL}",
        )
        self._site.forget_installer(page)
        return page

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        team = str(args.installation.team_id)
        log.info("install.done", team=team, by=args.installation.user_id)
        await self._installed(team)
        args.request.context["team_name"] = args.installation.team_name or team
        return BoltResponse(status=200)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        # Anybody may write into the address, so only what can be Slack's word is shown.
        known = re.fullmatch(r"[a-z0-9_]{1,60}", args.reason)
        reason = args.reason if known else "something_else"
        log.warning("install.failed", reason=reason)
        args.request.context["reason"] = reason
        return BoltResponse(status=args.suggested_status_code)


def _asked(request: web.Request) -> AsyncBoltRequest:
    headers: dict[str, str | Sequence[str]] = dict(request.headers)
    return AsyncBoltRequest(body="", query=request.query_string, headers=headers)
