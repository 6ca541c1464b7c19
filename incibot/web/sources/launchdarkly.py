"""LaunchDarkly: flags and segments that were changed, as its audit log has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from incibot.config import Hook
from incibot.core.evidence import Change, Evidence, What
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import sample as signed_sample
from incibot.web.sources.reading import unnamed
from incibot.web.sources.source import Delivery, Source, signature, signed_by
from incibot.web.sources.watched import watches_environment, wrong_with_map

SITE: Final = "https://app.launchdarkly.com"
_RESOURCE: Final = re.compile(r"proj/([^:;]+)(?::env/([^:;]+))?:(flag|segment)/([^:;]+)")
_WORDS_ALONE: Final = frozenset(  # change what people read about it, and not what it does
    {
        *("updateName", "updateDescription", "updateTags", "updateMaintainer", "updateFlagLink"),
        *("createFlagLink", "deleteFlagLink", "updateFlagCustomProperties", "updateTemporary"),
        *("updateFlagFollowers", "updateDeprecated", "updateClientSideFlagAvailability"),
    }
)


def read(delivery: Delivery, hook: Hook) -> Sequence[Evidence]:
    body = document(delivery)
    id, kind = body.needed("_id"), body.needed("kind")
    if kind not in ("flag", "segment"):
        return []
    accesses = body.parts("accesses")
    actions = [one.text("action") for one in accesses]
    places = [_RESOURCE.search(one.text("resource")) for one in accesses]
    place = next(filter(None, places), None)
    project, named, _, key = place.groups(default="") if place else ("", "", "", "")
    environment = "" if named == "*" else named
    if actions and _WORDS_ALONE.issuperset(actions):
        return []
    if environment and not watches_environment(hook, environment):
        return []
    before, now = _values(body, environment)
    name = body.line("name") or key
    verb = body.line("titleVerb") or f"changed the {kind}"
    where = f" in {environment}" if environment else ""
    return [
        Change(
            id=id,
            what=What.FLAG,
            title=f"{verb[:1].upper()}{verb[1:]} {name}{where}",
            details="\n".join(filter(None, (body.text("comment"), body.text("description")))),
            at=body.epoch("date", per_second=1000),
            service=project,
            version=now,
            environment=environment,
            state=now,
            actor=_actor(body),
            url=_site(body),
            data=_told(flag=key, project=project, actions=actions, **{"from": before, "to": now}),
        )
    ]


def _values(body: Part, environment: str) -> tuple[str, str]:
    """From where to where its switch went: by the title, else by the versions, where they are sent."""
    said = re.match(r"turned (on|off)\b", body.line("titleVerb"))
    if said:
        return ("off", "on") if said[1] == "on" else ("on", "off")
    before, now = (
        _switch(body.values.get(version), environment)
        for version in ("previousVersion", "currentVersion")
    )
    return (before, now) if before and now and before != now else ("", "")


def _switch(version: object, environment: str) -> str:
    """Where the switch of a flag stands in a version of it; empty where that is not told."""
    for key in ("environments", environment):
        version = version.get(key) if isinstance(version, dict) else None
    switch = version.get("on") if isinstance(version, dict) else None
    return {True: "on", False: "off"}.get(switch, "") if isinstance(switch, bool) else ""


def _actor(body: Part) -> str:
    """The member's name; where there is none the token's, and the address only as a last resort."""
    member = body.part("member")
    name = f"{member.text('firstName')} {member.text('lastName')}".strip()
    token = body.part("token").text("name") or body.part("app").text("name")
    return name or token or member.text("email").partition("@")[0]


def _site(body: Part) -> str:
    path = body.part("_links", "site").text("href")
    return f"{SITE}{path}" if path.startswith("/") else path


def _told(**values: Any) -> Mapping[str, Any]:
    return {name: value for name, value in values.items() if value}


def sample(hook: Hook, at: datetime) -> Delivery:
    id = f"incibot-test-{at.timestamp() * 1000:.0f}"
    body = {
        "_links": {"site": {"href": "/"}},
        "_id": id,
        "date": int(at.timestamp() * 1000),
        "accesses": [{"action": "updateOn", "resource": "proj/test:env/*:flag/incibot-test"}],
        "kind": "flag",
        "name": "incibot-test (a test, no flag was changed)",
        "member": {"firstName": "incibot-test", "lastName": ""},
        "titleVerb": "turned on the flag",
    }
    return signed_sample(
        hook, at, body, lambda secret, sent: {"x-ld-signature": signature(secret, sent)}
    )


LAUNCHDARKLY: Final = Source(
    word="launchdarkly",
    title="LaunchDarkly",
    verify=signed_by(header="X-LD-Signature"),
    read=read,
    id=unnamed,  # it is in the body alone, which the next try repeats
    sample=sample,
    check=lambda hook: wrong_with_map(hook, "environments"),
)
