"""GitLab's issues, by its REST API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from incibot.config.trackers import Tracker as Config
from incibot.core.follow_up import Issue, Stand
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

SYSTEM = "GitLab"
SKEW = timedelta(minutes=10)  # that its clock and ours may differ


class GitLab:
    def __init__(self, http: Http, config: Config) -> None:
        self._http = http
        self._config = config
        project = quote(config.project, safe="")
        self._issues = f"{config.address}/api/v4/projects/{project}/issues"

    async def find(self, draft: Draft) -> Issue | None:
        since = stamp(draft.asked_at - SKEW)
        for page in range(1, PAGES + 1):
            query = (
                f"?scope=all&state=all&created_after={since}&order_by=created_at&sort=desc"
                f"&per_page=100&page={page}"
            )
            found = listed((await self._call("GET", self._issues + query)).json)
            for one in found:
                if bears(field(SYSTEM, one, "description"), draft):
                    return self._issue(one)
            if len(found) < 100:
                break
        return None

    async def create(self, draft: Draft) -> Issue:
        values = {"title": draft.title, "description": in_markdown(draft)}
        if self._config.labels:
            values["labels"] = ",".join(self._config.labels)
        return self._issue((await self._call("POST", self._issues, json=values)).json)

    async def look(self, issue: str, seen: str) -> Look:
        headers = {"If-None-Match": seen} if seen else {}
        answer = await self._call("GET", f"{self._issues}/{issue}", headers=headers)
        if answer.status == 304:
            return Look(stand=None, seen=seen)
        state = field(SYSTEM, answer.json, "state")
        return Look(
            stand=Stand.DONE if state == "closed" else Stand.OPEN,
            since=moment(answer.json.get("closed_at")),
            seen=answer.headers.get("etag", ""),
        )

    def _issue(self, one: Any) -> Issue:
        number = str(field(SYSTEM, one, "iid"))
        project = self._config.project
        return Issue(
            id=number,
            shown=f"{project}#{number}",
            url=address(one.get("web_url"), f"{self._config.address}/{project}/-/issues/{number}"),
        )

    async def _call(
        self, method: str, url: str, *, json: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        token = {"PRIVATE-TOKEN": self._config.token.reveal()}
        return await self._http.call(
            SYSTEM, method, url, json=json, headers={**token, **(headers or {})}
        )
