"""Jira's issues, by the REST API of its cloud."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from incibot.config.trackers import Tracker as Config
from incibot.core.follow_up import Issue, Stand
from incibot.core.markup import is_safe_url
from incibot.errors import CallBusy
from incibot.integrations.http import Answer, Http
from incibot.integrations.trackers.tracker import Draft, Look, field, moment

SYSTEM = "Jira"
INDEXED = 60.0  # seconds after which its search surely finds an issue that was just made


class Jira:
    def __init__(self, http: Http, config: Config) -> None:
        self._http = http
        self._config = config
        self._api = f"{config.address}/rest/api/3"

    async def find(self, draft: Draft) -> Issue | None:
        query = {
            "jql": f'project = "{self._config.project}" AND labels = "{_label(draft)}"',
            "fields": ["summary"],
            "maxResults": 2,
        }
        answer = await self._call("POST", f"{self._api}/search/jql", json=query)
        found = field(SYSTEM, answer.json, "issues")
        return self._issue(found[0]) if found else None

    async def create(self, draft: Draft) -> Issue:
        fields = {
            "project": {"key": self._config.project},
            "issuetype": {"name": self._config.type},
            "summary": draft.title,
            "description": _document(draft),
            "labels": [*self._config.labels, _label(draft)],
        }
        try:
            answer = await self._call("POST", f"{self._api}/issue", json={"fields": fields})
        except CallBusy as busy:
            # It may be there all the same, and is to be found before it is made again.
            wait = max(busy.retry_after or 0.0, INDEXED)
            raise CallBusy(SYSTEM, busy.code, busy.detail, retry_after=wait) from busy
        return self._issue(answer.json)

    async def look(self, issue: str, seen: str) -> Look:
        url = f"{self._api}/issue/{issue}?fields=status,resolutiondate"
        answer = await self._call("GET", url)
        category = field(SYSTEM, answer.json, "fields", "status", "statusCategory", "key")
        return Look(
            stand=Stand.DONE if category == "done" else Stand.OPEN,
            since=moment(answer.json["fields"].get("resolutiondate")),
        )

    def _issue(self, one: Any) -> Issue:
        key = str(field(SYSTEM, one, "key"))
        return Issue(
            id=str(field(SYSTEM, one, "id")),
            shown=key,
            url=f"{self._config.address}/browse/{key}",
        )

    async def _call(self, method: str, url: str, *, json: Any = None) -> Answer:
        pair = f"{self._config.user}:{self._config.token.reveal()}"
        credentials = b64encode(pair.encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}
        return await self._http.call(SYSTEM, method, url, json=json, headers=headers)


def _label(draft: Draft) -> str:
    return f"incibot-{draft.marker}"


def _document(draft: Draft) -> dict[str, Any]:
    """The text in Jira's own format, in which plain text is nothing but text."""
    paragraphs = [[_text(line)] for line in draft.words.splitlines() if line.strip()]
    if draft.about:
        about = [_text(f"From {draft.about}")]
        if is_safe_url(draft.link):
            mark = {"type": "link", "attrs": {"href": draft.link}}
            about += [_text(": "), {**_text(draft.link), "marks": [mark]}]
        paragraphs.append(about)
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": one} for one in paragraphs],
    }


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
