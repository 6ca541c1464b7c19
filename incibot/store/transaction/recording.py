"""The timeline, and what hangs on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from incibot.core.chain import Tip, Verdict, redacted_fact
from incibot.core.history import Outcome
from incibot.core.people import ChannelId, UserId
from incibot.core.review.erasing import without
from incibot.core.timeline import Entry, MarkEvent, Recorded
from incibot.errors import NotFound
from incibot.store import catching_up, chain, incidents, timeline
from incibot.store.schema import entries as entry_rows
from incibot.store.schema import incidents as incident_rows
from incibot.store.schema import review_versions
from incibot.store.transaction.reviewing import Reviewing
from incibot.store.transaction.scoped import no_incident


class Recording(Reviewing):
    """The timeline, and what hangs on it."""

    # The timeline

    async def record(self, number: int, entry: Entry, *, since: str = "") -> bool:
        """Store an entry; the incident stands as it did. False if it was there already."""
        await self._must_be_ours(number)
        return await timeline.record(
            self._connection,
            self.ledger,
            number,
            entry,
            ours=self._is_ours,
            at=self.at,
            since=since,
        )

    async def reword(self, key: str, words: str, *, since: str) -> bool:
        return await timeline.reword(
            self._connection, self.ledger, key, words, ours=self._is_ours, since=since
        )

    async def erase(self, channel: ChannelId, ts: str, *, at: datetime) -> None:
        """The message was deleted in Slack: its words go, in each timeline that has it."""
        await catching_up.is_known_now(self._connection, channel, ts, scope=self._own)
        said = await timeline.said_in(self._connection, channel, ts, ours=self._is_ours)
        await timeline.erase(self._connection, self.ledger, channel, ts, ours=self._is_ours, at=at)
        for entry, (number, wordings) in said.items():
            await self._erase_quotes(number, entry, wordings)

    async def _erase_quotes(self, number: int, entry: int, wordings: Sequence[str]) -> None:
        """In each text that the review ever had, where incibot has quoted them."""
        incident = await self.incident(number)
        channels: dict[str, str] = {}
        if incident.channel:
            channels[incident.channel] = incident.channel_name

        def without_them(markdown: str) -> str:
            return without(markdown, entry, wordings, channels)

        await self._in_each_text(number, without_them)

    async def _in_each_text(self, number: int, without_them: Callable[[str], str]) -> None:
        """Take something out of each text that the review ever had.

        As it stands, the review gets a version more, so that whoever has it open writes over nothing.
        """
        kept = await self.kept_review(number)
        if kept is None:
            return
        if (bare := without_them(kept.markdown)) != kept.markdown:
            await self.rewrite_review(number, bare, over=kept.version)
        query = select(review_versions).where(review_versions.c.incident == number)
        for row in (await self._connection.execute(query.with_for_update())).mappings().all():
            bare = without_them(row["markdown"])
            if bare == row["markdown"]:
                continue
            version = {**row, "markdown": bare, "salt": self.ledger.salt()}
            await self._connection.execute(
                update(review_versions)
                .where(
                    review_versions.c.incident == number,
                    review_versions.c.version == row["version"],
                )
                .values(markdown=bare, salt=version["salt"])
            )
            self.ledger.note(number, redacted_fact(version))

    async def bears(self, channel: ChannelId, ts: str) -> bool:
        """Whether the message is in any timeline."""
        return bool(await timeline.bearing(self._connection, channel, ts, ours=self._is_ours))

    async def take_back(self, number: int, entry: int, *, by: UserId) -> bool:
        """Strike the incident's entry out. False if it was already."""
        await self._must_be_ours(number)
        return await timeline.take_back(
            self._connection, self.ledger, number, entry, at=self.at, by=by
        )

    async def mark(self, event: MarkEvent) -> bool:
        return await timeline.mark(self._connection, self.ledger, event, scope=self._own)

    async def set_member(self, number: int, user: UserId, *, present: bool, as_of: str) -> None:
        await self._must_be_ours(number)
        await incidents.set_member(self._connection, number, user, present=present, as_of=as_of)

    async def present(self, number: int) -> frozenset[UserId]:
        """Who is in the incident's channel, as far as we have heard."""
        await self._must_be_ours(number)
        return await incidents.present(self._connection, number)

    async def rooms(self, numbers: Iterable[int]) -> dict[int, frozenset[UserId]]:
        """Who is in the channels of these incidents."""
        ours = self._of_ours(incident_rows.c.team)
        return await incidents.rooms(self._connection, numbers, *ours)

    async def outcomes(self, number: int) -> dict[int, Outcome]:
        """What became of the hypotheses, by the ids of their entries."""
        await self._must_be_ours(number)
        return await timeline.outcomes(self._connection, number)

    async def entry(self, number: int, entry: int) -> Recorded:
        """Raises NotFound if the incident has no such entry."""
        await self._must_be_ours(number)
        found = await timeline.find(self._connection, number, entry_rows.c.id == entry)
        if not found:
            raise NotFound(f"INC-{number} has no entry {entry}.")
        return found[0]

    async def entry_by_key(self, number: int, key: str) -> Recorded | None:
        await self._must_be_ours(number)
        found = await timeline.find(self._connection, number, entry_rows.c.key == key)
        return found[0] if found else None

    async def entry_at(self, number: int, channel: ChannelId, ts: str) -> Recorded | None:
        """The entry that a message in Slack bears."""
        await self._must_be_ours(number)
        found = await timeline.find(
            self._connection, number, entry_rows.c.channel == channel, entry_rows.c.ts == ts
        )
        return found[0] if found else None

    async def last_entries(self, number: int, count: int) -> list[Recorded]:
        await self._must_be_ours(number)
        return await timeline.find(self._connection, number, limit=count)

    async def entries(self, number: int) -> AsyncIterator[Recorded]:
        """The whole timeline in the order of time, page by page."""
        await self._must_be_ours(number)
        async for entry in timeline.pages(self._connection, number):
            yield entry

    # The chain of the record

    async def verdict(self, number: int, *, kept: Tip | None = None) -> Verdict:
        """What the incident's chain proves. Raises NotFound if there is no trace of it.

        Args:
            kept: where the chain ended at an earlier time, as somebody kept it elsewhere.
        """
        await self._must_be_ours(number)
        found = await chain.verdict(self._connection, number, kept=kept)
        if not (found.entries or found.changes or found.tip.length):
            raise no_incident(number)
        return found
