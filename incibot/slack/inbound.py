"""What Slack delivers: a delivery is a transaction, and the 200 is its receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from incibot.config import Integrations
from incibot.core.incident import number_in
from incibot.core.jobs import ShowHome
from incibot.core.markup import clean_command, mentions, shorten, unescape
from incibot.core.moves import title_of
from incibot.core.people import ChannelId, Person, UserId, zone_of
from incibot.core.playbook import Playbook
from incibot.core.timeline import Mark, MarkEvent, moment_of
from incibot.core.visibility import may_see
from incibot.errors import Conflict, Refused, SlackError, Unreadable
from incibot.log import logger
from incibot.slack import blocks, reading, recording, shapes
from incibot.slack.blocks import View
from incibot.slack.commands import WORDS, Call, Reply, Wrong, add, declare
from incibot.slack.commands.help import meant
from incibot.slack.commands.subcommand import Door
from incibot.slack.gateway import Gateway
from incibot.slack.on_call import Rota
from incibot.slack.reading import (
    Deleted,
    Edited,
    Home,
    Message,
    Met,
    Reacted,
)
from incibot.store.unit import Store, Transaction
from incibot.store.workspaces import Workspace

TRIES = 8  # how often a decision is taken anew because somebody else was faster
ASK = 1.5  # seconds to ask Slack for somebody's time zone, of the three that an answer may take
SORRY = (
    "incibot cannot write this down just now, so nothing was changed. Please try again in a moment"
)

log = logger(__name__)

T = TypeVar("T")
Ack = Callable[..., Awaitable[Any]]


@dataclass(slots=True)
class Inbound:
    """Takes what Slack delivers of one workspace, over HTTP or a socket.

    Raises whatever the database raises: the edge answers 503 then, and Slack delivers again.

    Attributes:
        afterwards: answers that are on their way after the 200.
        integrations: what the team has named in its file.
        rota: finds out who is on call; None: nobody asks.
    """

    store: Store
    slack: Gateway
    here: Workspace
    heard: Callable[[str, str], None] = field(default=lambda kind, outcome: None)
    door: Door | None = None
    integrations: Integrations = field(default_factory=Integrations)
    afterwards: set[asyncio.Task[None]] = field(default_factory=set)
    rota: Rota | None = None

    @property
    def book(self) -> Playbook:
        return self.store.book

    # Events

    async def hear(self, body: Mapping[str, Any]) -> None:
        """Record what an event tells. It is acknowledged after the commit."""
        event = self._read(body.get("event") or {})
        ours = event is not None and recording.is_ours(event, self.here)
        if event is None or ours or self._says_nothing(event):
            self.heard("event", "ignored")
        else:
            try:
                outcome = await self._hear(str(body["event_id"]), event)
            except (SQLAlchemyError, OSError):
                self.heard("event", "failed")  # and Slack delivers it again
                raise
            self.heard("event", outcome)

    def _read(self, event: Mapping[str, Any]) -> reading.Heard | None:
        """What the event tells; nothing, if it is not as Slack describes such events."""
        try:
            return shapes.read(reading.heard, event)
        except Unreadable as odd:
            # It would be as odd the next time: to be read in the log, not to be sent again.
            log.error("event.unreadable", kind=str(event.get("type"))[:100], error=str(odd))
            return None

    def _says_nothing(self, event: reading.Heard) -> bool:
        """Most reactions are just friendly."""
        return isinstance(event, Reacted) and event.reaction not in self.book.reactions

    async def _hear(self, event_id: str, event: reading.Heard) -> str:
        match event:
            case Home(user=user):
                await self.store.write(lambda tx: tx.ask(ShowHome(user=user)))
                return "home"
            case Met(person=person):
                async with self.store.read() as tx:
                    known = await tx.person(person.id)
                if (
                    known is None
                ):  # a workspace has many people, and their profiles change all the time
                    return "stranger"
                await self.store.write(lambda tx: tx.learn([person]))
                return "met"
            case Edited(message=message) | Deleted(message=message):
                channel = message.channel
            case _:
                channel = event.channel
        async with self.store.read() as tx:
            number = await tx.number_in(channel)
            copied = isinstance(event, Deleted) and await tx.bears(channel, event.message.ts)
        if number is None and not copied:
            return "elsewhere"

        async def keep(tx: Transaction) -> str:
            if not await tx.receive(f"event:{event_id}"):
                return "repeated"
            if number is not None:
                await recording.record(number, event, tx)
            if isinstance(event, Deleted):
                # In each timeline that somebody added it to, its words go too.
                await tx.erase(channel, event.message.ts, at=moment_of(event.at))
            return "recorded"

        return await self._until_settled(keep)

    # What people ask for

    async def on_command(self, body: Mapping[str, Any], ack: Ack) -> None:
        """``/incident`` as typed; the answer is for the asker alone."""
        command = shapes.read(reading.command, body)
        reply = await self._answer(
            command.key,
            command.user,
            lambda call, tx: self._run_typed(call, tx),
            words=clean_command(command.text),
            channel=command.channel,
            response_url=command.response_url,
        )
        if reply.view is not None:
            reply = await self._open(reply.view, command.trigger_id)
        self.heard("command", "answered")
        if reply.words:
            await ack(
                response_type="ephemeral",
                text=blocks.fallback(reply.words),
                blocks=list(reply.blocks) or blocks.said(reply.words),
            )
        else:
            await ack()

    async def _run_typed(self, call: Call, tx: Transaction) -> Reply:
        """Bare ``/incident``: the panel or the form. A word that is no subcommand begins a title."""
        if not call.words:
            incident = await tx.incident_in(call.channel) if call.channel else None
            word = "panel" if incident and may_see(incident, call.by) else "form"
            return await WORDS[word].run(call.saying("" if word == "panel" else "declare"), tx)
        word, words = call.rest()
        command = WORDS.get(word.casefold())
        if command is not None:
            return await command.run(call.saying(words), tx)
        folded = word.casefold()
        if any(folded == role.word or folded in role.aliases for role in self.book.roles):
            return await WORDS["role"].run(call, tx)
        near = meant(word, self.book)
        if near:
            title = title_of(call.words, (await tx.people()).names())
            asked = f"There is no `/incident {word}`. Did you mean `/incident {near}`?"
            return Reply(
                words=asked,
                blocks=(
                    blocks.section(f"{asked} Or is it the title of a new incident?"),
                    blocks.actions(
                        [
                            blocks.button(
                                f"Declare “{shorten(title, 60)}”", f"form declare {call.words}"
                            )
                        ]
                    ),
                ),
            )
        return Reply(view=await declare.form(call, tx))

    async def on_action(self, body: Mapping[str, Any], ack: Ack) -> None:
        """A button is a typed command; the rest of the controls wait for their form to be sent."""
        press = shapes.read(reading.pressed, body)
        if press.action == declare.SERVICE and press.in_modal:
            self.heard("action", "answered")
            await ack()
            self._later(self._show_on_call(press, body["view"]))
            return
        if not press.action.startswith("run:"):
            self.heard("action", "ignored")
            await ack()
            return
        words, number = blocks.read_pointed(press.value)
        named = _number(press.metadata)
        reply = await self._answer(
            press.key,
            press.user,
            lambda call, tx: self._run_typed(call, tx),
            words=words,
            channel=press.channel,
            number=number or named,
            response_url=press.response_url,
        )
        if reply.view is not None:
            reply = await self._open(reply.view, press.trigger_id, push=press.in_modal)
        elif reply.words and press.channel is None:  # in a modal or on App Home
            shown = list(reply.blocks) or blocks.said(reply.words)
            reply = await self._open(
                blocks.modal("incibot", shown),
                press.trigger_id,
                push=press.in_modal,
                over=press.view_id if reply.goes_on and press.in_modal else "",
            )
        self.heard("action", "answered")
        await ack()
        if reply.words:
            self._later(self._tell(press.user, press.channel, press.response_url, reply))

    async def _show_on_call(self, press: reading.Pressed, view: Mapping[str, Any]) -> None:
        """Add to the form that declares who is on call for the service that was chosen in it."""
        service = declare.service_of(press.value, self.book)
        duty = self.integrations.on_call.duty(service)
        try:
            tiers = await self.rota.tiers(duty) if self.rota and duty else ()
            told = declare.with_on_call(view, tiers, self.store.clock())
            await self.slack.update_view(press.view_id, told)
        except (SlackError, SQLAlchemyError, OSError) as error:
            log.warning("on_call.not_shown", error=str(error)[:300])  # the form does without

    async def on_view(self, body: Mapping[str, Any], ack: Ack) -> None:
        """A form that was sent. What is wrong is said under its field, and nothing typed is lost."""
        sent = shapes.read(reading.submitted, body)
        command = WORDS.get(sent.callback)
        if command is None or command.submit is None:
            self.heard("view", "ignored")
            await ack()
            return
        submit = command.submit
        named = _number(sent.metadata)
        first = next(iter(sent.values), "")
        try:
            reply = await self._decide(
                sent.key,
                sent.user,
                lambda call, tx: submit(sent, call, tx),
                number=named,
            )
        except Wrong as wrong:
            await ack(response_action="errors", errors=wrong.fields)
        except Refused as refused:
            await ack(response_action="errors", errors={first: unescape(str(refused))})
        except (SQLAlchemyError, OSError) as trouble:
            log.error("delivery.failed", kind="view", error=repr(trouble)[:300])
            await ack(
                response_action="errors", errors={first: f"{SORRY}; what you typed is still here."}
            )
        else:
            if reply is not None and reply.view is not None:
                await ack(response_action="update", view=reply.view)
            else:
                await ack(response_action="clear")
        self.heard("view", "answered")

    async def on_shortcut(self, body: Mapping[str, Any], ack: Ack) -> None:
        """The shortcuts of the manifest: declare, declare from a message, add to the timeline."""
        used = shapes.read(reading.shortcut, body)
        message = used.message

        async def work(call: Call, tx: Transaction) -> Reply:
            if used.callback == "declare_incident" or message is None:
                return Reply(view=await declare.form(call, tx))
            if used.callback == "declare_from_message":
                return Reply(view=await declare.form_about(message, call, tx))
            incident = await tx.incident_in(message.channel)
            if incident is None or not may_see(incident, call.by):
                return Reply(view=await add.form_about(message, call, tx))
            await self._mark_by_shortcut(incident.number, message, used, tx)
            return Reply(words=f"It is a key moment of {incident.ref} now. :pushpin:")

        reply = await self._answer(
            used.key, used.user, work, channel=message.channel if message else None
        )
        if reply.view is not None:
            reply = await self._open(reply.view, used.trigger_id)
        self.heard("shortcut", "answered")
        await ack()
        if reply.words:
            channel = message.channel if message else None
            self._later(self._tell(used.user, channel, used.response_url, reply))

    async def _mark_by_shortcut(
        self, number: int, message: Message, used: reading.Shortcut, tx: Transaction
    ) -> None:
        me = self.here
        # An echo of ours is an entry already.
        if not message.is_by(me.bot_user, me.bot_id):
            await tx.record(number, message.entry(), since=message.since)
        await tx.mark(
            MarkEvent(
                channel=message.channel,
                ts=message.ts,
                mark=Mark.KEY_MOMENT,
                user=used.user,
                via="shortcut",
                at=used.at,
                on=True,
            )
        )
        await recording.meet(tx, used.user, message.user)

    # How a wish becomes a decision, and an answer

    async def _answer(
        self,
        key: str,
        user: UserId,
        work: Callable[[Call, Transaction], Awaitable[Reply]],
        *,
        words: str = "",
        channel: ChannelId | None = None,
        number: int | None = None,
        response_url: str = "",
    ) -> Reply:
        """What to say to the asker; a refusal is an answer too, and so is trouble of ours."""
        try:
            reply = await self._decide(
                key,
                user,
                work,
                words=words,
                channel=channel,
                number=number,
                response_url=response_url,
            )
        except Refused as refused:
            return Reply(words=str(refused))
        except (SQLAlchemyError, OSError) as trouble:
            log.error("delivery.failed", kind=key.partition(":")[0], error=repr(trouble)[:300])
            return Reply(words=f"{SORRY}.")
        return reply or Reply()

    async def _decide(
        self,
        key: str,
        user: UserId,
        work: Callable[[Call, Transaction], Awaitable[Reply]],
        *,
        words: str = "",
        channel: ChannelId | None = None,
        number: int | None = None,
        response_url: str = "",
    ) -> Reply | None:
        """One delivery, one transaction; decided again if somebody else was faster. None: it came before."""
        person, fresh = await self._person(user)
        zone = zone_of(person.zone) if person else None
        call = Call(
            key=key,
            by=user,
            words=words,
            channel=channel,
            number=number,
            zone=zone or ZoneInfo("UTC"),
            door=self.door,
            integrations=self.integrations,
            response_url=response_url,
        )

        async def decide(tx: Transaction) -> Reply | None:
            if not await tx.receive(key):
                return None
            if person and fresh:
                await tx.learn([person])
            reply = await work(call, tx)
            await recording.meet(tx, *mentions(words))
            return reply

        return await self._until_settled(decide)

    async def _until_settled(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """One transaction; begun again if somebody else was faster."""
        attempt = 1
        while True:
            try:
                return await self.store.write(work)
            except Conflict:
                if attempt == TRIES:
                    raise
                attempt += 1

    async def _person(self, user: UserId) -> tuple[Person | None, bool]:
        """Who that is, and whether we had to ask Slack.

        Their zone decides how times are read; and whoever may be a guest is shown nothing private.
        """
        async with self.store.read() as tx:
            known = await tx.person(user)
        if known and known.outside is not None:
            return known, False
        try:
            async with asyncio.timeout(ASK):
                return await self.slack.person(user), True
        except (SlackError, TimeoutError) as error:
            log.warning("person.unknown", user=user, error=str(error))
            return known, False

    async def _open(
        self, view: View, trigger_id: str, *, push: bool = False, over: str = ""
    ) -> Reply:
        """Open a form or panel; if Slack will not, say what to type instead.

        Args:
            push: upon the modal that is open; Slack takes three upon each other.
            over: the modal whose place it takes.
        """
        try:
            if over:
                await self.slack.update_view(over, view)
            elif push:
                await self.slack.push_view(trigger_id, view)
            else:
                await self.slack.open_view(trigger_id, view)
        except SlackError as error:
            log.warning("view.not_opened", error=str(error))
            return Reply(
                words=f"Slack did not open the form ({error.code}). Try once more, or type it: "
                "`/incident help` shows how, for example `/incident declare sev2 Checkout answers 500`."
            )
        return Reply()

    async def _tell(
        self, user: UserId, channel: ChannelId | None, response_url: str, reply: Reply
    ) -> None:
        """Answer somebody who pressed something, for their eyes only."""
        shown = list(reply.blocks) or blocks.said(reply.words)
        try:
            if response_url:
                await self.slack.respond(response_url, text=reply.words, blocks=shown)
            elif channel:
                await self.slack.whisper(channel, user, text=reply.words, blocks=shown)
            else:
                direct = await self.slack.direct_channel(user)
                await self.slack.whisper(direct, user, text=reply.words, blocks=shown)
        except SlackError as error:
            log.warning("answer.not_shown", user=user, error=str(error))

    def _later(self, deed: Coroutine[Any, Any, None]) -> None:
        """After the 200. Only for answers that nothing depends on; a deed that matters is a job."""
        task = asyncio.create_task(deed)
        self.afterwards.add(task)
        task.add_done_callback(self.afterwards.discard)


def _number(metadata: Mapping[str, Any]) -> int | None:
    """The incident that a form or panel of ours is about."""
    named = metadata.get("number")
    return number_in(str(named)) if type(named) is int else None
