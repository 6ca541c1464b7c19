"""What leaves: a record under labels, the list of what was masked, and whether a file still is what left."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

from incibot.config import Settings
from incibot.core.chain import Tip, proved
from incibot.core.history import Head
from incibot.core.incident import number_in
from incibot.core.redaction import Level, Redactor
from incibot.core.timeline import IMPORT, Recorded
from incibot.errors import NotFound, Unclear
from incibot.exports.csv_table import inert
from incibot.exports.proof import proof_of
from incibot.exports.provenance import Proof
from incibot.store.unit import Transaction


async def redactor(tx: Transaction, head: Head, level: Level, settings: Settings) -> Redactor:
    """Knows everybody who is in the record: it is read once for that."""
    foreign: set[str] = set()
    first: list[Recorded] = []
    async for entry in tx.entries(head.incident.number):
        first = first or [entry]
        if entry.source.type == IMPORT and entry.by_name:
            foreign.add(entry.by_name)
    key = settings.pseudonym_key.reveal().encode() if settings.pseudonym_key else b""
    made = Redactor(head, level, terms=tx.book.redaction, key=key, foreign=foreign)
    made.begin(first)
    return made


async def redacted(redactor: Redactor, entries: AsyncIterator[Recorded]) -> AsyncIterator[Recorded]:
    async for entry in entries:
        yield redactor.entry(entry)


def what_was_masked(redactor: Redactor) -> str:
    """As a table: what it was, its label, how often, and where. It undoes the redaction."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(("what", "label", "original", "times", "entries"))
    for one in redactor.masked:
        entries = ", ".join(map(str, sorted(one.entries)))
        rows.writerow((one.what, one.label, inert(one.original), one.times, entries))
    return out.getvalue()


def proof_for(file: Path) -> Proof:
    """Raises Unclear for a file that is no export of ours."""
    proof = proof_of(file.read_bytes())
    if proof is None:
        raise Unclear(
            f"{file.name} has no manifest at its end: it is no export of incibot's, or its end is gone"
        )
    return proof


def as_proved(file: Path, proof: Proof) -> str:
    """What the file itself shows, in a line."""
    manifest = proof.manifest
    if not proof.holds:
        return f"{file.name} is NOT as it was exported: its words do not fit its manifest"
    level = f", redacted to level {manifest['redaction']}" if manifest.get("redaction") else ""
    return (
        f"{file.name} is as it was exported at {manifest['generated_at']} by incibot "
        f"{manifest['version']}: {manifest['incident']}, {manifest['entries']['count']} entries{level}"
    )


async def held_against_record(tx: Transaction, proof: Proof) -> tuple[list[str], bool]:
    """What the record's chain says of the moment at which the file was made, and whether all is well.

    Raises:
        NotFound: there is no such incident here.
    """
    number = number_in(str(proof.manifest.get("incident")))
    record = proof.manifest.get("record")
    if number is None or not isinstance(record, dict):
        raise NotFound("the file does not say where its record ended")
    kept = Tip(int(record["length"]), str(record["hash"]))
    verdict = await tx.verdict(number, kept=kept)
    return list(proved(verdict)), not verdict.wrong
