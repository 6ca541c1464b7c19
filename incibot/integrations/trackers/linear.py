"""Linear's issues, by its GraphQL API."""

from __future__ import annotations

import re
from typing import Any

from incibot.config.trackers import Tracker as Config
from incibot.core.follow_up import Issue, Stand
from incibot.errors import CallBusy, CallRefused
from incibot.integrations.http import Http
from incibot.integrations.trackers.tracker import (
    Draft,
    Look,
    address,
    field,
    in_markdown,
    moment,
)

SYSTEM = "Linear"
LIMITED = 300.0  # seconds; its limits are of an hour, and a 400 tells of them
STANDS = {"completed": Stand.DONE, "canceled": Stand.DROPPED, "duplicate": Stand.DROPPED}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

FIND = "query($id: ID!) { issues(filter: {id: {eq: $id}}) { nodes { id identifier url } } }"
TEAMS = "query($key: String!) { teams(filter: {key: {eq: $key}}) { nodes { id } } }"
LABELS = "query($names: [String!]) { issueLabels(filter: {name: {in: $names}}) { nodes { id } } }"
CREATE = """mutation($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { id identifier url } } }"""
LOOK = """query($id: ID!) { issues(filter: {id: {eq: $id}}, includeArchived: true) {
  nodes { state { type } completedAt canceledAt } } }"""


class Linear:
    def __init__(self, http: Http, config: Config) -> None:
        self._http = http
        self._config = config

    async def find(self, draft: Draft) -> Issue | None:
        found = field(SYSTEM, await self._ask(FIND, id=draft.marker), "issues", "nodes")
        return self._issue(found[0]) if found else None

    async def create(self, draft: Draft) -> Issue:
        # The id is ours, so that Linear itself would refuse a second one.
        values: dict[str, Any] = {
            "id": draft.marker,
            "teamId": await self._team(),
            "title": draft.title,
            "description": in_markdown(draft),
        }
        if self._config.labels:
            answer = await self._ask(LABELS, names=list(self._config.labels))
            labels = field(SYSTEM, answer, "issueLabels", "nodes")
            values["labelIds"] = [one["id"] for one in labels]
        answer = await self._ask(CREATE, input=values)
        return self._issue(field(SYSTEM, answer, "issueCreate", "issue"))

    async def look(self, issue: str, seen: str) -> Look:
        found = field(SYSTEM, await self._ask(LOOK, id=issue), "issues", "nodes")
        if not found:
            return Look(stand=Stand.LOST)
        kind = field(SYSTEM, found[0], "state", "type")
        since = moment(found[0].get("completedAt")) or moment(found[0].get("canceledAt"))
        return Look(stand=STANDS.get(kind, Stand.OPEN), since=since)

    async def _team(self) -> str:
        if _UUID.fullmatch(self._config.team):
            return self._config.team
        key = self._config.team.upper()
        found = field(SYSTEM, await self._ask(TEAMS, key=key), "teams", "nodes")
        if not found:
            raise CallRefused(SYSTEM, f"there is no team {key}, or not for this key")
        return str(field(SYSTEM, found[0], "id"))

    def _issue(self, one: Any) -> Issue:
        shown = str(field(SYSTEM, one, "identifier"))
        return Issue(
            id=str(field(SYSTEM, one, "id")),
            shown=shown,
            url=address(one.get("url"), f"https://linear.app/issue/{shown}"),
        )

    async def _ask(self, query: str, **variables: Any) -> Any:
        """What is asked for. Errors come with 200 too."""
        try:
            answer = await self._http.call(
                SYSTEM,
                "POST",
                f"{self._config.address}/graphql",
                json={"query": query, "variables": variables},
                headers={"Authorization": self._config.token.reveal()},
            )
        except CallRefused as refused:
            if "RATELIMITED" in refused.detail:
                raise CallBusy(SYSTEM, "429", refused.detail, retry_after=LIMITED) from refused
            raise
        errors = answer.json.get("errors") if isinstance(answer.json, dict) else None
        if errors:
            said = "; ".join(str(one.get("message", one)) for one in errors)[:300]
            if "RATELIMITED" in str(errors):
                raise CallBusy(SYSTEM, "429", said, retry_after=LIMITED)
            raise CallRefused(SYSTEM, "it says", said)
        return field(SYSTEM, answer.json, "data")
