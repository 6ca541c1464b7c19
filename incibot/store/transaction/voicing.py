"""What people tell of an incident afterwards, and how they let it be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from incibot.core.incident import Incident
from incibot.core.jobs import AskVoice
from incibot.core.people import UserId
from incibot.core.review.erasing import without_voices
from incibot.core.voices import (
    QUOTABLE,
    Asked,
    Confided,
    Use,
    Voice,
    Voices,
    confided,
    due_at,
    shown,
    unnamed_answers,
)
from incibot.errors import Conflict
from incibot.store import incidents, timeline, voices
from incibot.store.transaction.comparing import Comparing
from incibot.store.transaction.reminding import MISSED


class Voicing(Comparing):
    """What people tell of an incident afterwards, and how they let it be used."""

    # When they are asked

    async def _set_hearing(self, incident: Incident, *, late: datetime | None = None) -> None:
        """Note when those who took part are to be asked, as things stand now.

        Args:
            late: where nobody was to be asked until now, and would have been before, nobody is.
        """
        hearing = await voices.hearing(self._connection, incident.number)
        due = due_at(incident, self.book)
        if due is not None and incident.turned_at == hearing.asked_of:
            due = None
        if due == hearing.due_at:
            return
        if due and late and hearing.due_at is None and due < late:
            await voices.note(self._connection, incident.number, asked_of=incident.turned_at)
        else:
            await voices.note(self._connection, incident.number, due_at=due)

    async def set_reminders(self, number: int) -> None:
        """Set them anew, and when people are asked; see `Reminding`."""
        await super().set_reminders(number)
        await self._set_hearing(await self.incident(number), late=self.at - MISSED)

    async def unheard(self, *, limit: int) -> list[int]:
        """The incidents whose people are to be asked now, the one that has waited longest first."""
        return await voices.overdue(self._connection, scope=self._scope, at=self.at, limit=limit)

    async def hear(self, number: int) -> bool:
        """Ask each who took part, once ever. False if another was faster, or there is nobody to ask."""
        await self._must_be_ours(number)
        await incidents.hold(self._connection, number)
        hearing = await voices.hearing(self._connection, number)
        incident = await self.incident(number)
        due = due_at(incident, self.book)
        if hearing.due_at is None or hearing.due_at > self.at:
            return False
        if due is None or due > self.at:  # an older release has changed the incident
            await voices.note(self._connection, number, due_at=due)
            return False
        await voices.note(self._connection, number, due_at=None, asked_of=incident.turned_at)
        if await timeline.is_foreign(self._connection, number):
            return False  # its people are names in a file
        users = await voices.took_part(self._connection, number, incident.channel, scope=self._own)
        told = {voice.user for voice in await voices.load(self._connection, number)}
        asked = [user for user in users if user not in told]
        for user in asked:
            if await self.post(AskVoice(incident=number, user=user).key) is None:
                await self.ask(AskVoice(incident=number, user=user))
        return bool(asked)

    # What they tell

    async def voice(self, number: int, user: UserId) -> Voice | None:
        """What they told; without answers where they took it back, or had no wish to tell."""
        await self._must_be_ours(number)
        found = await voices.load(self._connection, number, [user])
        return found[0] if found else None

    async def voices(self, number: int) -> Voices:
        """What a review may show of what people told."""
        await self._must_be_ours(number)
        return shown(await voices.load(self._connection, number))

    async def tell(self, number: int, user: UserId, answers: Mapping[Asked, str], use: Use) -> None:
        """Keep it in the place of what they told before, which is gone then. No answers: take it back."""
        await self._must_be_ours(number)
        await incidents.hold(self._connection, number)
        before = await self.voice(number, user)
        hearing = await voices.hearing(self._connection, number)
        now = Voice(
            user=user,
            use=use if answers else Use.FACILITATOR,
            answers=answers,
            confided_to=hearing.facilitator if answers else None,
            at=before.at if before else self.at,
            changed_at=self.at,
            withdrawn_at=self.at if before and before.answers and not answers else None,
        )
        await voices.keep(self._connection, number, now)
        if before:
            await self._erase_voice(number, before, now)
        await self.ask(AskVoice(incident=number, user=user))  # to say so where it asked

    async def take_voice_back(self, number: int, user: UserId) -> bool:
        """Erase what they told, in each text of the review too. False if there is nothing."""
        told = await self.voice(number, user)
        if told is None or not told.answers:
            return False
        await self.tell(number, user, {}, Use.FACILITATOR)
        return True

    async def _erase_voice(self, number: int, before: Voice, now: Voice) -> None:
        """In each text of the review: what no longer stands there as they told it."""
        changed = [
            asked
            for asked in QUOTABLE
            if before.quoted(asked)
            and (before.use, before.quoted(asked)) != (now.use, now.quoted(asked))
        ]
        if not changed:
            return
        standing = await voices.load(self._connection, number)
        unnamed = [
            unnamed_answers(standing, asked) for asked in changed if before.use is Use.UNNAMED
        ]
        gone = [before.quoted(asked) for asked in changed]
        await self._in_each_text(number, lambda text: without_voices(text, gone, unnamed))

    async def rewrite_review(
        self,
        number: int,
        markdown: str,
        *,
        over: int,
        by: UserId | None = None,
        heard: Voices | None = None,
    ) -> None:
        """Keep the text; see `Reviewing`.

        Args:
            heard: the voices that a draft was made of; Conflict if they are others by now.
        """
        if heard is not None:
            await self._must_be_ours(number)
            await incidents.hold(self._connection, number)
            if await self.voices(number) != heard:
                raise Conflict(f"somebody told more of INC-{number}, or took it back")
        await super().rewrite_review(number, markdown, over=over, by=by)

    # Who facilitates

    async def facilitator(self, number: int) -> UserId | None:
        """Who facilitates the review, if anybody was named."""
        await self._must_be_ours(number)
        return (await voices.hearing(self._connection, number)).facilitator

    async def name_facilitator(self, number: int, user: UserId | None) -> None:
        """They facilitate from now on. What was told to nobody in particular is for the first one."""
        await self._must_be_ours(number)
        await incidents.hold(self._connection, number)
        before = (await voices.hearing(self._connection, number)).facilitator
        await voices.note(self._connection, number, facilitator=user)
        for voice in await voices.load(self._connection, number):
            if not voice.answers:
                continue
            if before is None and voice.confided_to is None and user is not None:
                told = replace(voice, confided_to=user)
                await voices.keep(self._connection, number, told)
            await self.ask(AskVoice(incident=number, user=voice.user))  # so that they know

    async def confided(self, number: int, facilitator: UserId) -> Confided:
        """What is for that facilitator to read; whether they are one is for the asker to know."""
        await self._must_be_ours(number)
        return confided(await voices.load(self._connection, number), facilitator)
