"""``/incident alerts checkout 14``: what alerts were worth to those whom they woke."""

from __future__ import annotations

from datetime import timedelta

from incibot.core.markup import escape
from incibot.core.usefulness import usefulness
from incibot.errors import Unclear
from incibot.slack import blocks, evidence
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction

DAYS = 30  # where none are named
MOST = 366
SHOWN = 12  # alerts in one answer


async def run(call: Call, tx: Transaction) -> Reply:
    service, days = read_span(call, tx, usual=DAYS, most=MOST, unit="d")
    heard = await tx.heard(since=tx.at - timedelta(days=days), service=service)
    found = usefulness(heard, call.zone)
    of = f" of {escape(service)}" if service else ""
    lately = f"the last {days} days" if days > 1 else "the last day"
    if not found:
        return Reply(words=f"No alert{of} fired in {lately}, as far as incibot was told.")
    head = f"Alerts{of} in {lately}, those of the least use first"
    shown = [blocks.section(f"*{head}*")]
    shown += [blocks.section(evidence.worth(one)) for one in found[:SHOWN]]
    more = f"… and {len(found) - SHOWN} more. " if len(found) > SHOWN else ""
    shown.append(
        blocks.context(
            f"{more}Night and day are by your own clock. The page *Alerts*, behind "
            "`/incident web`, has all of them, as a file too."
        )
    )
    return Reply(words=head, blocks=tuple(blocks.fitting(shown)))


def read_span(call: Call, tx: Transaction, *, usual: int, most: int, unit: str) -> tuple[str, int]:
    """The service and the time that are named, in either order; the service as the playbook has it.

    Args:
        unit: a letter that may stand behind the number.

    Raises:
        Unclear: the number is none that makes sense.
    """
    words = call.words.split()
    count = usual
    numbers = [word for word in words if word.casefold().removesuffix(unit).isdecimal()]
    if numbers:
        last = numbers[-1]
        words.remove(last)
        count = int(last.casefold().removesuffix(unit)[:9])
        if not 0 < count <= most:
            raise Unclear(f"Name a number from 1 to {most}, such as {usual}.")
    name = " ".join(words)
    known = tx.book.service(name) if name else None
    return (known.name if known else name), count


ALERTS = Subcommand(
    word="alerts",
    usage="[service] [days]",
    says="Show which alerts woke people, and what they were worth.",
    run=run,
    group="Learn",
    examples=("alerts", "alerts checkout 14"),
)
