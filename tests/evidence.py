"""What other systems tell, as a hook takes it in."""

from __future__ import annotations

from collections.abc import Iterable

from incibot.config import Hook, Integrations, Secret
from incibot.core.evidence import Evidence
from incibot.store.transaction.delivering import Origin
from incibot.store.unit import Transaction
from tests.bench import Bench

SOURCE = HOOK = "alertmanager"
CHANNEL = "#checkout"
SHOWN = Integrations(
    hooks=(Hook(source=SOURCE, key=HOOK, channel=CHANNEL, secret=(Secret("s" * 20),)),)
)


async def tells(
    there: Bench, *told: Evidence, source: str = SOURCE, hook: str = HOOK, settle: bool = True
) -> None:
    """It is told to a hook, and incibot does what follows."""
    await there.app.store.write(lambda tx: take_in(tx, told, source, hook))
    if settle:
        await there.settle()


async def take_in(tx: Transaction, told: Iterable[Evidence], source: str, hook: str) -> None:
    await tx.take_in(told, Origin(source=source, hook=hook, heard_at=tx.at))
