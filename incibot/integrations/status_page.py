"""The public status page, by the API of Atlassian Statuspage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from incibot.config.status_page import StatusPage as Config
from incibot.core.markup import is_safe_url
from incibot.core.publication import Publication
from incibot.errors import CallBusy, CallRefused
from incibot.integrations.http import Answer, Http

SYSTEM = "Statuspage"
KEPT = "incibot"  # our key in what the page keeps beside an incident, and shows nobody
LIMITED = 60.0  # seconds; it counts calls over a minute, and says 420 as well as 429


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """An incident of the status page: its id, and where it is."""

    id: str
    url: str


class StatusPage:
    def __init__(self, http: Http, config: Config) -> None:
        self._http = http
        self._config = config
        self._incidents = f"{config.address}/v1/pages/{config.page}/incidents"

    async def find(self, publication: Publication) -> There | None:
        """The page's incident, if an earlier try has put this very update on it."""
        if publication.there:
            answer = await self._call("GET", f"{self._incidents}/{publication.there}")
            found = [answer.json]
        else:
            # One that is resolved at once is not among the unresolved ones.
            answer = await self._call("GET", f"{self._incidents}?limit=100")
            found = answer.json if isinstance(answer.json, list) else []
        for one in found:
            if _marker(one) == publication.marker:
                return _there(one)
        return None

    async def post(self, publication: Publication) -> There:
        """Open an incident on the page, or update the one that is there."""
        values: dict[str, Any] = {
            "name": publication.title,
            "status": publication.status,
            "body": publication.words,
            "impact_override": publication.impact,
            "deliver_notifications": self._config.notify,
            "metadata": {KEPT: {"update": publication.marker}},
        }
        if publication.components:
            values["components"] = publication.components
            values["component_ids"] = list(publication.components)
        if publication.there:
            url, method = f"{self._incidents}/{publication.there}", "PATCH"
        else:
            url, method = self._incidents, "POST"
        return _there((await self._call(method, url, json={"incident": values})).json)

    async def _call(self, method: str, url: str, *, json: Any = None) -> Answer:
        headers = {"Authorization": f"OAuth {self._config.token.reveal()}"}
        try:
            return await self._http.call(SYSTEM, method, url, json=json, headers=headers)
        except CallRefused as refused:
            if refused.status == 420:
                raise CallBusy(SYSTEM, "420", refused.detail, retry_after=LIMITED) from refused
            raise


def _marker(one: Any) -> object:
    kept = one.get("metadata") if isinstance(one, dict) else None
    ours = kept.get(KEPT) if isinstance(kept, dict) else None
    return ours.get("update") if isinstance(ours, dict) else None


def _there(one: Any) -> There:
    if not isinstance(one, dict) or not one.get("id"):
        raise CallBusy(SYSTEM, "its answer has no id")
    url = one.get("shortlink")
    return There(id=str(one["id"]), url=url if isinstance(url, str) and is_safe_url(url) else "")
