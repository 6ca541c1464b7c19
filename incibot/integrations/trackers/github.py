"""GitHub's issues, by its REST API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from incibot.config.trackers import Tracker as Config
from incibot.core.follow_up import Issue, Stand
from incibot.errors import CallBusy, CallRefused
from incibot.integrations.http import Answer, Http
from incibot.integrations.trackers.tracker import (
    PAGES,
    Draft,
    Look,
    address,
    bears,
    field,
    in_markdown,
    listed,
    moment,
    stamp,
)

SYSTEM = "GitHub"
SKEW = timedelta(minutes=10)  # that its clock and ours may differ
LIMITED = 60.0  # seconds; its secondary limits are a 403, and name no time that reaches us


class GitHub:
    def __init__(self, http: Http, config: Config) -> None:
        self._http = http
        self._config = config
        self._issues = f"{config.address}/repos/{config.repository}/issues"

    async def find(self, draft: Draft) -> Issue | None:
        # Its search lags behind; the list does not.
        since = stamp(draft.asked_at - SKEW)
        for page in range(1, PAGES + 1):
            query = f"?state=all&sort=created&direction=desc&since={since}&per_page=100&page={page}"
            found = listed((await self._call("GET", self._issues + query)).json)
            for one in found:
                if bears(field(SYSTEM, one, "body"), draft):
                    return self._issue(one)
            if len(found) < 100:
                break
        return None

    async def create(self, draft: Draft) -> Issue:
        values: dict[str, Any] = {"title": draft.title, "body": in_markdown(draft)}
        if self._config.labels:
            values["labels"] = list(self._config.labels)
        return self._issue((await self._call("POST", self._issues, json=values)).json)

    async def look(self, issue: str, seen: str) -> Look:
        headers = {"If-None-Match": seen} if seen else {}
        answer = await self._call("GET", f"{self._issues}/{issue}", headers=headers)
        if answer.status == 304:
            return Look(stand=None, seen=seen)
        state = field(SYSTEM, answer.json, "state")
        dropped = answer.json.get("state_reason") in ("not_planned", "duplicate")
        closed = Stand.DROPPED if dropped else Stand.DONE
        return Look(
            stand=closed if state == "closed" else Stand.OPEN,
            since=moment(answer.json.get("closed_at")),
            seen=answer.headers.get("etag", ""),
        )

    def _issue(self, one: Any) -> Issue:
        number = str(field(SYSTEM, one, "number"))
        repository = self._config.repository
        return Issue(
            id=number,
            shown=f"{repository}#{number}",
            url=address(one.get("html_url"), f"https://github.com/{repository}/issues/{number}"),
        )

    async def _call(
        self, method: str, url: str, *, json: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        try:
            return await self._http.call(
                SYSTEM,
                method,
                url,
                json=json,
                headers={
                    "Authorization": f"Bearer {self._config.token.reveal()}",
                    "Accept": "application/vnd.github+json",
                    "X-GitHub-Api-Version": "2022-11-28",
                    "User-Agent": "incibot",
                    **(headers or {}),
                },
            )
        except CallRefused as refused:
            if refused.status == 403 and "rate limit" in refused.detail.casefold():
                raise CallBusy(
                    SYSTEM, refused.code, refused.detail, retry_after=LIMITED
                ) from refused
            raise
