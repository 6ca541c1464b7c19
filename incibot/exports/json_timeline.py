"""The timeline as JSON, for programs: an entry a line, so that two exports can be compared."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime
from typing import Any

from incibot.core import disclosure
from incibot.core.history import FETCHED, Head
from incibot.core.people import UserId
from incibot.core.timeline import Recorded
from incibot.exports.format import Format
from incibot.exports.provenance import IN_JSON, sealed
from incibot.render import Renderer, local

SCHEMA = "incibot.timeline/1"


@sealed(IN_JSON)
async def write(
    head: Head, entries: AsyncIterable[Recorded], renderer: Renderer
) -> AsyncIterator[str]:
    yield f'{{\n"schema": {compact(SCHEMA)},\n"incident": {compact(incident(head))},\n'
    yield f'"roles": {_lines([compact(role) for role in roles(head)])},\n"entries": ['
    separator = "\n"
    async for recorded in entries:
        yield separator + compact(entry(head, recorded))
        separator = ",\n"
    yield "\n],\n" if separator != "\n" else "],\n"
    yield f'"completeness": {compact(completeness(head))},\n'
    yield f'"record": {compact(record(head))},\n'
    yield f'"exported_at": {compact(stamp(head, head.at))},\n'
    yield f'"time_zone": {compact(str(head.zone))},\n'


def compact(value: Any) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def stamp(head: Head, at: datetime) -> str:
    """ISO 8601 with the zone's offset, always with microseconds."""
    return local(at, head.zone).isoformat(timespec="microseconds")


def incident(head: Head) -> dict[str, Any]:
    it = head.incident
    return {
        "ref": it.ref,
        "title": disclosure.typed(head, it.title),
        "kind": it.kind.value,
        "severity": it.severity,
        "status": it.status,
        "private": it.private,
        "declared_by": person(head, it.declared_by),
        "milestones": {
            disclosure.typed(head, one.name): stamp(head, one.at)
            for one in sorted(it.milestones, key=lambda one: (one.at, one.name))
        },
        "channel": {"id": it.channel, "name": it.channel_name} if it.channel else None,
    }


def roles(head: Head) -> list[dict[str, Any]]:
    """Who held which role, from when to when; `to` is null for whoever holds it still."""
    return [
        {
            "role": held.role,
            "user": person(head, held.user),
            "from": stamp(head, held.since),
            "to": stamp(head, held.until) if held.until else None,
        }
        for held in sorted(
            head.incident.assignments, key=lambda one: (one.since, one.role, one.user)
        )
    ]


def person(head: Head, user: UserId) -> dict[str, Any]:
    return {"id": disclosure.identity(head, user), "name": disclosure.name(head, user)}


def entry(head: Head, recorded: Recorded) -> dict[str, Any]:
    return {
        "id": recorded.id,
        "occurred_at": stamp(head, recorded.occurred_at),
        "recorded_at": stamp(head, recorded.recorded_at),
        "kind": recorded.kind.value,
        "actor": person(head, recorded.by)
        if recorded.by
        else {"id": None, "name": disclosure.actor(head, recorded)},
        "text": disclosure.text(head, recorded.words),
        # With pseudonyms what Slack sent stays inside: it may name people in ways unforeseen.
        "raw": None if head.pseudonyms else disclosure.words(head, recorded.words),
        "source": source(head, recorded),
        "key_moment": recorded.key_moment,
        "marked_by": [
            {
                **person(head, marked.user),
                "mark": marked.mark.value,
                "via": marked.via,
                # One that was found when incibot caught up was set at a time that nobody knows.
                "at": None if marked.noticed else stamp(head, marked.at),
            }
            for marked in recorded.marks
        ],
        "revisions": [
            {
                "text": disclosure.text(head, revision.words),
                "replaced_at": stamp(head, revision.replaced_at),
            }
            for revision in recorded.revisions
        ],
        "retracted_at": stamp(head, recorded.retracted_at) if recorded.retracted_at else None,
        "data": disclosure.data(head, recorded.data),
    }


def source(head: Head, recorded: Recorded) -> dict[str, Any]:
    link = disclosure.permalink(head, recorded) or None
    where = recorded.source
    if where.type != "slack":
        return {"type": where.type, "url": link}
    return {
        "type": where.type,
        "channel": where.channel,
        "ts": where.ts,
        "thread_ts": where.thread_ts,
        "permalink": link,
    }


def completeness(head: Head) -> dict[str, Any]:
    """What was captured; `filled` says of an interval that what was missed was fetched afterwards.

    `fetched` says how much of what was, by stretches that end when incibot looked.
    """
    known = head.completeness
    return {
        "messages": known.messages,
        "edited": known.edited,
        "deleted": known.deleted,
        "not_listening": [
            {
                "from": stamp(head, interval.since),
                "to": stamp(head, interval.until),
                "filled": interval.filled,
            }
            for interval in known.not_listening
        ],
        "fetched": [
            {
                "from": stamp(head, one.since),
                "to": stamp(head, one.until),
                **{what: one.counts.get(what, 0) for what in FETCHED},
            }
            for one in known.fetched
        ],
        "cannot_be_known": list(known.cannot_be_known),
    }


def record(head: Head) -> dict[str, Any] | None:
    """Where the chain of the record ended, so that the record can be held against this later."""
    tip = head.record
    return {"length": tip.length, "hash": tip.hash} if tip else None


def _lines(values: list[str]) -> str:
    return "[\n" + ",\n".join(values) + "\n]" if values else "[]"


JSON = Format(word="json", media_type="application/json", extension="json", write=write)
