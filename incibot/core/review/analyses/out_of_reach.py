"""Tools that may have been out of reach when people wanted them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from incibot.core.review.analyses.links import link_in
from incibot.core.review.possible import listed
from incibot.core.review.section import Analysis, Findings, Question, Rank, Statement, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling
from incibot.core.timeline import Recorded

NEAR = Threshold(name="A21.near", value=8, unit="words apart", source="practice")
INSTEAD = Threshold(name="A21.instead", value=15, unit="min", source="practice")
SHOWN = Threshold(name="A21.shown", value=5, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: down | not\ loading
        | (?:can['’]t|cannot|could\ not|couldn['’]t|unable\ to)\ (?:reach|load|log\ ?in|open|access|see|get\ (?:in|on|to))
        | timing\ out | times\ out | locked\ out | no\ access | permissions? | denied | expired )\b
    """,
    "down loading can cannot could couldn unable timing times locked access permission permissions"
    " denied expired",
)
TOOLS = Wording(
    r"""
    \b(?: grafana | kibana | datadog | prometheus | splunk | sentry | honeycomb | new\ ?relic | cloudwatch
        | dashboards? | graphs? | logs? | metrics | traces? | console | bastion | ssh | vpn | sso | okta | duo
        | jenkins | argo\w* | github | gitlab | jira | confluence | wiki | runbooks? | pagerduty | opsgenie
        | status\ ?page | zoom | slack | kubectl | terraform | vault | admin\ (?:page|panel|tool|ui) )\b
    """,
    "grafana kibana datadog prometheus splunk sentry honeycomb new newrelic cloudwatch dashboard"
    " dashboards graph graphs log logs metrics trace traces console bastion ssh vpn sso okta duo"
    " jenkins argo* github gitlab jira confluence wiki runbook runbooks pagerduty opsgenie status"
    " statuspage zoom slack kubectl terraform vault admin",
)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Missed:
    """A message that may tell of a tool out of reach, and the next link within some minutes."""

    said: Said
    tool: str
    instead: Recorded | None


def out_of_reach(telling: Telling) -> tuple[Missed, ...]:
    """The affected service itself counts only where it is used as a tool, which its name does not tell."""
    near = NEAR.count(telling.book)
    found = []
    for one in telling.talk.matching(WORDS):
        tool = TOOLS.find(one.text)
        if tool and _apart(one.text, one.words, tool) <= near:
            found.append(Missed(one, tool, _instead(telling, one.entry)))
    return tuple(found)


def _apart(text: str, one: str, other: str) -> int:
    """How many words lie between the two."""
    first, second = sorted((text.index(one), text.index(other)))
    return len(_WORD.findall(text[first:second]))


def _instead(telling: Telling, entry: Recorded) -> Recorded | None:
    written = telling.talk.written
    place = bisect_right(written, entry.occurred_at, key=lambda one: one.occurred_at)
    until = entry.occurred_at + INSTEAD.time(telling.book)
    for one in written[place:]:
        if one.occurred_at > until:
            break
        if link_in(one.words):
            return one
    return None


def read(telling: Telling) -> Findings:
    found = out_of_reach(telling)
    if not found:
        return Findings()
    told = [
        Statement(
            text=_text(telling, one),
            quote=telling.quote(one.said.entry.words),
            evidence=(one.said.entry.id, *((one.instead.id,) if one.instead else ())),
            rank=Rank.PATTERN,
        )
        for one in found
    ]
    return Findings(
        statements=listed(telling.book, told, shown=SHOWN).statements,
        questions=tuple(
            Question(
                text=f"At {telling.clock(one.said.entry.occurred_at)}: what did you use instead, and "
                "what could you not see?",
                evidence=(one.said.entry.id,),
            )
            for one in found[:2]
        ),
    )


def _text(telling: Telling, one: Missed) -> str:
    told = telling.tell(one.said.entry).text
    if one.instead is None:
        return told
    return f"{told} (next link at {telling.clock(one.instead.occurred_at)})"


OUT_OF_REACH = Analysis(
    id="A21",
    section="hard",
    title="Tools possibly out of reach, by people’s words",
    read=read,
    minimum="one message that names a tool near such words",
    thresholds=(NEAR, INSTEAD, SHOWN),
)
