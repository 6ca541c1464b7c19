"""Bolt, wired: one listener for each sort of payload, and our own answer to who we are.

Bolt's defaults acknowledge an event before it is handled, and lose it when the first `auth.test`
fails. So the answer waits for the listener, which finds out for which workspace it is.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from incibot.errors import Unreadable
from incibot.log import logger
from incibot.slack import shapes
from incibot.slack.reception import Reception

EVERY = re.compile(".*", re.DOTALL)
log = logger(__name__)


def build(reception: Reception, *, api_url: str) -> AsyncApp:
    """The Bolt app. Requests over HTTP must have been verified before they come here."""

    async def authorize(*, team_id: str | None = None, **_: Any) -> AuthorizeResult:
        # Nothing of ours reaches for Slack by way of Bolt, so it is given no token.
        return AuthorizeResult(enterprise_id=None, team_id=team_id)

    app = AsyncApp(
        authorize=authorize,
        client=AsyncWebClient(base_url=api_url),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        raise_error_for_unhandled_request=True,
        logger=logging.getLogger("slack_bolt"),
    )

    async def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            # Nothing that we listen for: a form that was closed, or Slack's word that it holds
            # events back. To anything but a 200 it would be sent again.
            log.warning("delivery.unknown", kind=str(body.get("type"))[:100])
            return BoltResponse(status=200)
        if isinstance(error, Unreadable):
            return _unreadable(error, body)
        log.error("delivery.failed", error=repr(error)[:300])
        return BoltResponse(status=503)  # Slack delivers an event again

    async def no_options(ack: Any) -> None:
        await ack(options=[])

    app.error(on_error)
    app.event(EVERY)(reception.on_event)
    app.command(EVERY)(reception.on_command)
    app.block_action(EVERY)(reception.on_action)
    app.view_submission(EVERY)(reception.on_view)
    app.shortcut(EVERY)(reception.on_shortcut)
    app.options(EVERY)(no_options)
    return app


async def deliver(app: AsyncApp, payload: dict[str, Any]) -> BoltResponse:
    """Hand over what Slack delivered by HTTP, as the socket does: read already, and genuine."""
    try:
        shapes.readable(payload)
        # Bolt looks for ids in many places, and is not prepared for what is none.
        request = shapes.read(
            lambda it: AsyncBoltRequest(body=dict(it), mode="socket_mode"), payload
        )
    except Unreadable as odd:
        return _unreadable(odd, payload)
    return await app.async_dispatch(request)


def _unreadable(odd: Exception, body: dict[str, Any]) -> BoltResponse:
    log.warning("delivery.unreadable", kind=str(body.get("type"))[:100], error=str(odd)[:300])
    return BoltResponse(status=400, body={"error": "unreadable"})


def socket(
    app: AsyncApp, *, app_token: str, token: str, api_url: str, session: aiohttp.ClientSession
) -> AsyncSocketModeHandler:
    """The connection to Slack by Socket Mode; `connect_async` opens it."""
    return AsyncSocketModeHandler(
        app,
        app_token,
        web_client=AsyncWebClient(token=token, base_url=api_url, session=session),
        logger=logging.getLogger("slack_sdk.socket_mode"),
    )
