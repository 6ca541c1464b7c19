"""What was typed: commands and queries that people showed in the channel, without who typed them."""

from __future__ import annotations

import re

from incibot.core.playbook import Depth
from incibot.core.review.section import Analysis, Findings, Row, Table, Threshold
from incibot.core.review.telling import Telling, ids
from incibot.core.timeline import Recorded

SHOWN = Threshold(name="A22.shown", value=30, unit="commands", source="authors")
SAME = Threshold(name="A22.same", value=3, unit="words", source="practice")

_CODE = re.compile(r"```(.*?)```|`([^`\n]+)`", re.DOTALL)
_KNOWN = re.compile(
    r"""
    ^\s*(?:[$#>]\ ?|sudo\ )*
    (?:kubectl|helm|psql|mysql|redis-cli|aws|gcloud|az|curl|dig|ping|ssh|git|systemctl|journalctl|docker
       |terraform|ansible\S*|vault|consul|nomad|argocd|select|update|delete|insert|alter|explain)\s\S
    """,
    re.VERBOSE | re.IGNORECASE,
)


def commands(telling: Telling) -> dict[str, tuple[Recorded, ...]]:
    """Each as first typed, and where it stands; those that begin with the same words are one."""
    same = SAME.count(telling.book)
    shown: dict[str, str] = {}
    found: dict[str, list[Recorded]] = {}
    for entry in telling.talk.written:
        if "`" not in entry.words:
            continue
        for block, span in _CODE.findall(entry.words):
            for line in (block or span).splitlines():
                if _KNOWN.match(line):
                    key = " ".join(line.lower().split()[:same])
                    shown.setdefault(key, line.strip())
                    found.setdefault(key, []).append(entry)
    return {shown[key]: tuple(entries) for key, entries in found.items()}


def read(telling: Telling) -> Findings:
    found = list(commands(telling).items())[: SHOWN.count(telling.book)]
    if not found:
        return Findings()
    return Findings(
        table=Table(
            columns=("Typed", "First"),
            rows=tuple(
                Row(
                    cells=(
                        _cell(telling.quote(f"`{line}`")),
                        telling.clock(entries[0].occurred_at),
                    ),
                    evidence=ids({one.id: one for one in entries[:3]}.values()),
                )
                for line, entries in found
            ),
        )
    )


def _cell(words: str) -> str:
    return re.sub(
        r"(?<!\\)\|", r"\\|", " ".join(words.split())
    )  # in code too it would end the cell


COMMANDS = Analysis(
    id="A22",
    section="unfolding",
    title="What was typed",
    read=read,
    minimum="one command in code, of those that are known",
    thresholds=(SHOWN, SAME),
    depth=Depth.DEEP,
)
