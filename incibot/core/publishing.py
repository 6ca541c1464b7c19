"""The moves of what is said to the public: confirmed by somebody, posted on the status page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from incibot.core.change import Change
from incibot.core.incident import Incident
from incibot.core.jobs import Echo, Publish
from incibot.core.markup import escape
from incibot.core.people import UserId
from incibot.core.publication import Publication, Way
from incibot.core.timeline import Entry, EntryKind, Source
from incibot.errors import Unclear


def publish(
    incident: Incident,
    before: Sequence[Publication],
    *,
    title: str,
    words: str,
    status: str,
    impact: str,
    components: Mapping[str, str],
    by: UserId,
    at: datetime,
    key: str,
) -> Change:
    """Have this said on the status page. Raises Unclear if it says nothing."""
    if not title.strip() or not words.strip():
        raise Unclear("The public update needs a title and words: what people see, and since when.")
    number = max((one.number for one in before), default=0) + 1
    name = f"publication:{incident.number}:{number}:{by}:{at.isoformat()}:{key}"
    made = Publication(
        incident=incident.number,
        number=number,
        title=" ".join(title.split()),
        words=words.strip(),
        status=status,
        impact=impact,
        components=dict(components),
        by=by,
        at=at,
        marker=str(uuid5(NAMESPACE_URL, f"incibot:{name}")),
    )
    return Change(
        about=incident.number,
        publications=(made,),
        jobs=(Publish(incident=incident.number),),
    )


def posted(publication: Publication, there: str, url: str, *, more: bool, at: datetime) -> Change:
    """It is on the page, and the timeline says so.

    Args:
        more: others wait to be posted after it.
    """
    link = f"<{url}|status page>" if url else "status page"
    entry = Entry(
        key=f"published:{publication.incident}:{publication.number}",
        kind=EntryKind.LINK,
        occurred_at=at,
        by=publication.by,
        words=f"Published on the {link} as {publication.status}: {escape(publication.words)}",
        source=Source(type="statuspage", url=url),
        data={
            "published": publication.number,
            "status": publication.status,
            "impact": publication.impact,
            "words": escape(publication.words),
            "url": url,
        },
    )
    echo = Echo(incident=publication.incident, entry=entry.key)
    return Change(
        about=publication.incident,
        entries=(entry,),
        publications=(replace(publication, way=Way.POSTED, there=there, url=url),),
        jobs=(echo, Publish(incident=publication.incident)) if more else (echo,),
    )
