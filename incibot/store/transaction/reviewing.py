"""Review drafts, and each text that they ever had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from incibot.core.chain import review_fact
from incibot.core.people import UserId
from incibot.errors import Conflict
from incibot.store import incidents
from incibot.store.database import insert_once
from incibot.store.schema import review_versions, reviews
from incibot.store.transaction.reminding import Reminding

LATEST = 20  # texts of a review that are looked at for who wrote a line


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReview:
    """A review draft as people left it; `version` counts how often it was written."""

    markdown: str
    version: int
    written_at: datetime


class Reviewing(Reminding):
    """Review drafts, and each text that they ever had."""

    async def review(self, number: int) -> str | None:
        """The draft as people left it, in Markdown."""
        await self._must_be_ours(number)
        query = select(reviews.c.markdown).where(reviews.c.incident == number)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def drafted(self, numbers: Iterable[int]) -> frozenset[int]:
        """Those of the incidents that have a review draft."""
        query = select(reviews.c.incident).where(
            reviews.c.incident.in_(list(numbers)),
            incidents.of_scope(reviews.c.incident, self._scope),
        )
        return frozenset((await self._connection.execute(query)).scalars())

    async def kept_review(self, number: int) -> KeptReview | None:
        """The draft with what is needed to write it anew."""
        await self._must_be_ours(number)
        row = (
            await self._connection.execute(select(reviews).where(reviews.c.incident == number))
        ).one_or_none()
        if row is None:
            return None
        return KeptReview(markdown=row.markdown, version=row.version, written_at=row.drafted_at)

    async def own_lines(self, number: int, user: UserId) -> frozenset[str]:
        """The lines of the review that came in with one of its latest texts that they wrote."""
        await self._must_be_ours(number)
        query = (
            select(review_versions.c.markdown, review_versions.c.by)
            .where(review_versions.c.incident == number)
            .order_by(review_versions.c.version.desc())
            .limit(LATEST)
        )
        texts = list(reversed((await self._connection.execute(query)).all()))
        own: set[str] = set()
        before: set[str] = set()
        for place, text in enumerate(texts):
            lines = set(text.markdown.split("\n"))
            if text.by == user and (place or len(texts) < LATEST):
                own |= lines - before
            before = lines
        return frozenset(own)

    async def rewrite_review(
        self, number: int, markdown: str, *, over: int, by: UserId | None = None
    ) -> None:
        """Keep the text in place of that version of it; of none, where `over` is 0.

        Earlier texts stay in `review_versions`.

        Raises:
            Conflict: somebody else wrote since.
        """
        await self._must_be_ours(number)
        values = {"markdown": markdown, "drafted_at": self.at, "version": over + 1}
        if over == 0:
            await incidents.hold(self._connection, number)
            written = await insert_once(self._connection, reviews, incident=number, **values)
        else:
            changed = await self._connection.execute(
                update(reviews)
                .where(reviews.c.incident == number, reviews.c.version == over)
                .values(**values)
            )
            written = changed.rowcount == 1
        if not written:
            raise Conflict(f"the review of INC-{number} was written since version {over}")
        version = {
            "incident": number,
            "version": over + 1,
            "markdown": markdown,
            "by": by,
            "at": self.at,
            "salt": self.ledger.salt(),
        }
        await self._connection.execute(insert(review_versions).values(**version))
        self.ledger.note(number, review_fact(version))
        if over == 0:
            await self._set_reminders(await self.incident(number))
