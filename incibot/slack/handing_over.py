"""What somebody who takes over on call reads of the week before. It counts nothing of people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incibot.core.playbook import Playbook
from incibot.slack import blocks, cards
from incibot.slack.blocks import Block
from incibot.slack.on_call import Tier, told
from incibot.store.transaction.paging import Week

SHOWN = 8  # incidents; `/incident list all` has the others


def brief(
    service: str, week: Week, tiers: Sequence[Tier], book: Playbook, *, at: datetime
) -> list[Block]:
    """The brief on one service."""
    shown = told({service: tiers}, at)
    lines = [f"• {cards.incident_line(one, book)}" for one in week.incidents[:SHOWN]]
    if len(week.incidents) > SHOWN:
        lines.append(f"… and {len(week.incidents) - SHOWN} more: `/incident list all`")
    head = f"*Incidents in these seven days: {len(week.incidents) or 'none'}*"
    shown.append(blocks.section("\n".join([head, *lines])))
    shown.append(
        blocks.section(f"{_alerts(week)}\nChanges to production: {week.changes or 'none'}")
    )
    if week.follow_ups:
        head = "*Open follow-ups*"
        lines = [f"• {blocks.title(one, 200)}" for one in week.follow_ups[:SHOWN]]
        if len(week.follow_ups) > SHOWN:
            lines.append(f"… and {len(week.follow_ups) - SHOWN} more: `/incident followups INC-…`")
        shown.append(blocks.section("\n".join([head, *lines])))
    return shown


def _alerts(week: Week) -> str:
    fired = f"Alerts that fired: {week.alerts or 'none'}"
    if not week.judged:
        return fired
    share = round(100 * week.useful / week.judged)
    return (
        f"{fired}; of the {week.judged} that somebody judged, {week.useful} were useful ({share} %)"
    )
