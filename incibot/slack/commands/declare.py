"""``/incident declare sev2 Checkout answers 500``, and the form that asks for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from incibot.core import moves
from incibot.core.history import permalink
from incibot.core.incident import Incident
from incibot.core.markup import escape, plain, shorten
from incibot.core.people import UserId
from incibot.core.playbook import Kind, Playbook
from incibot.core.timeline import Source
from incibot.core.when import read_moment
from incibot.errors import Unclear
from incibot.slack import blocks, cards
from incibot.slack.blocks import Block, View
from incibot.slack.commands import page
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, Wrong
from incibot.slack.on_call import Tier, known_of, line, told
from incibot.slack.reading import Message, Submitted
from incibot.store.unit import Transaction

NOW = "now"
ABOUT = ("alert", "storm", "room")  # what of an alert, or of a storm, a form remembers
NOTHING: Mapping[str, Any] = {}
SERVICE = "service"  # the menu of which we are told at once, so that the form says who is on call
ON_CALL = "on_call"  # the block that says so
LIKE = 0.75  # a first word that is so like a severity may be one, mistyped: ``sve1``, ``sev9``


async def run(call: Call, tx: Transaction) -> Reply:
    """Declare at once, or show the form where no title was typed."""
    severity, title = _split(call, tx.book)
    title = moves.title_of(title, (await tx.people()).names())
    if not title:
        return Reply(view=await form(call, tx))
    draft = moves.Draft(title=title, severity=severity, declared_by=call.by, commander=call.by)
    nearby = await just_declared(tx, call.by)
    incident = await _declare(draft, tx)
    words = (
        f"{incident.ref} is declared as {severity}. Its channel is on its way; you will be in it."
    )
    if first := _like_a_severity(call, tx.book):
        words += (
            f" There is no severity “{first}”, so it is in the title; "
            "`/incident severity` in its channel sets one."
        )
    if not nearby:
        return Reply(words=words)
    shown = [
        blocks.section(f"{words}\n*Declared just before it by others.* Is it one of these?"),
        *(_candidate(one, tx.book) for one in nearby[:5]),
    ]
    return Reply(words=words, blocks=tuple(blocks.fitting(shown)))


def _split(call: Call, book: Playbook) -> tuple[str, str]:
    """The severity and the title. Without a severity, the middle one: it is changed with a word."""
    first, others = call.rest()
    if any(severity.word == first.casefold() for severity in book.severities):
        return first.casefold(), others
    return usual(book), call.words.strip()


def _like_a_severity(call: Call, book: Playbook) -> str:
    """The first word, where it is no severity but was probably meant to be one; else empty."""
    known = [one.word for one in book.severities]
    first = call.rest()[0]
    folded = first.casefold()
    return first if folded not in known and get_close_matches(folded, known, 1, LIKE) else ""


def usual(book: Playbook) -> str:
    """The severity to start from when none was named."""
    return book.severities[min(len(book.severities) - 1, len(book.severities) // 2)].word


async def just_declared(tx: Transaction, by: UserId) -> list[Incident]:
    """Open incidents that somebody else declared a moment ago, and that this person may see."""
    found = await tx.incidents(by, since=tx.at - tx.book.nearby)
    return [incident for incident in found if incident.declared_by != by]


async def _declare(draft: moves.Draft, tx: Transaction) -> Incident:
    number = await tx.next_number()
    change = moves.declare(draft, number=number, book=tx.book, at=tx.at)
    incident = await tx.apply(change)
    if incident is None:
        raise RuntimeError("a declaration is always about an incident")
    return incident


async def form(call: Call, tx: Transaction) -> View:
    """The empty form, or one with the title that was typed."""
    title = moves.title_of(call.words, (await tx.people()).names())
    return view(
        tx.book,
        by=call.by,
        nearby=await just_declared(tx, call.by),
        title=title,
        on_call=bool(call.integrations.on_call.schedules),
    )


async def form_about(message: Message, call: Call, tx: Transaction) -> View:
    """The form, filled in from a message."""
    names = (await tx.people()).names()
    words = plain(message.words, names).strip()
    here = await tx.workspace()
    source = Source(channel=message.channel, ts=message.ts, thread_ts=message.thread_ts)
    link = permalink(here.url, source) if here else ""
    first = words.splitlines()[0] if words else ""
    return view(
        tx.book,
        by=call.by,
        nearby=await just_declared(tx, call.by),
        title=shorten(first, 120),
        summary=words,
        link=link,
        on_call=bool(call.integrations.on_call.schedules),
    )


def view(
    book: Playbook,
    *,
    by: UserId,
    nearby: Sequence[Incident] = (),
    title: str = "",
    summary: str = "",
    link: str = "",
    severity: str = "",
    service: str = "",
    about: Mapping[str, Any] = NOTHING,
    on_call: bool = False,
) -> View:
    """The declare form.

    Args:
        severity, service: as far as they are known.
        about: what it is declared from, as `submit` finds it again: an alert or a storm.
        on_call: it is to say who is, once a service is chosen.
    """
    shown: list[Block] = []
    if nearby:
        shown.append(blocks.section("*Declared just now by others.* Is it one of these?"))
        shown += [_candidate(one, book) for one in nearby[:5]]
        shown.append(blocks.divider())
    severities = [
        blocks.option(one.word, one.word, description=one.means) for one in book.severities
    ]
    meanings = "\n".join(f"{one.emoji} *{one.word}* {escape(one.means)}" for one in book.severities)
    shown += [
        blocks.field(
            "Title",
            blocks.text_input(initial=title, placeholder="Checkout answers 500"),
            block_id="title",
            hint="A few words for what you see.",
        ),
        blocks.field(
            "Severity",
            blocks.select(
                severities,
                name="severity",
                placeholder="How bad is it?",
                initial=severity or usual(book),
            ),
            block_id="severity",
        ),
        blocks.context(meanings),
        blocks.field(
            "What is happening?",
            blocks.text_input(
                initial=summary,
                long=True,
                placeholder="What you see, who is affected, what has been tried",
            ),
            block_id="summary",
            optional=True,
        ),
    ]
    listed = book.service(service) if service else None
    if book.services:
        services = [blocks.option(one.name, one.name) for one in book.services]
        shown.append(
            blocks.field(
                "Affected service",
                blocks.select(
                    services,
                    name=SERVICE,
                    placeholder="Choose one",
                    initial=blocks.value_of(listed.name) if listed else None,
                ),
                block_id="service",
                optional=True,
                at_once=on_call,
            )
        )
    shown += [
        blocks.field(
            "Another service" if book.services else "Affected service",
            blocks.text_input(initial="" if listed else service),
            block_id="other_service",
            optional=True,
        ),
        blocks.field(
            "When did it start?",
            blocks.text_input(initial=NOW, placeholder="14:05, 10 minutes ago, yesterday 22:10"),
            block_id="started",
            optional=True,
            hint="Read in your own time zone. Leave it empty if nobody knows yet.",
        ),
        blocks.field(
            "Who may see it?",
            blocks.select(
                [
                    blocks.option("Everybody (public)", "public"),
                    blocks.option("Only those in its channel (private)", "private"),
                ],
                name="private",
                placeholder="Public or private",
                initial="public",
            ),
            block_id="private",
        ),
        blocks.field(
            "Kind",
            blocks.select(
                [
                    blocks.option("Incident", Kind.INCIDENT.value),
                    blocks.option("Near miss", Kind.NEAR_MISS.value),
                ],
                name="kind",
                placeholder="Incident or near miss",
                initial=Kind.INCIDENT.value,
            ),
            block_id="kind",
        ),
        blocks.field(
            book.roles[0].title,
            blocks.users_select(
                name="commander", placeholder="Who has the lead to begin with?", initial=by
            ),
            block_id="commander",
            optional=True,
        ),
    ]
    if link:
        shown.append(blocks.context(f"Declared from <{link}|this message>."))
    # Numbers rise: whatever is declared from now on has a higher one than what was shown.
    metadata = {**about, "seen": max((one.number for one in nearby), default=0)}
    if link:
        metadata["link"] = link[:2500]
    return blocks.modal(
        "Declare an incident",
        shown,
        callback="declare",
        submit="Declare",
        close="Cancel",
        metadata=metadata,
    )


def _candidate(incident: Incident, book: Playbook) -> Block:
    return blocks.section(
        cards.incident_line(incident, book),
        accessory=blocks.button(
            "Join", "join", number=incident.number, name=f"join{incident.number}"
        ),
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    """Read the form and declare, or show what somebody else declared meanwhile, once.

    Raises:
        Wrong: with what is wrong, under the field it is wrong in.
    """
    wrong: dict[str, str] = {}
    started: datetime | None = None
    if not sent.text("title"):
        wrong["title"] = "A few words for what you see, such as “Checkout answers 500”."
    if sent.text("started"):
        try:
            started = read_moment(sent.text("started"), now=tx.at, zone=call.zone).at
        except Unclear as unclear:
            wrong["started"] = str(unclear)
    private, commander = sent.text("private") == "private", sent.text("commander")
    if private and await _is_outside(call.by, tx):
        wrong["private"] = (
            "Private incidents are for members of this workspace. Declare it as a public one, or "
            "ask a member to declare it."
        )
    if private and commander and await _is_outside(UserId(commander), tx):
        wrong["commander"] = (
            "They are a guest or of another workspace, who see nothing of a private incident. "
            "Choose a member of this workspace, or nobody for now."
        )
    if wrong:
        raise Wrong(wrong)
    seen = sent.metadata.get("seen")
    fresh = [
        one
        for one in await just_declared(tx, call.by)
        if not isinstance(seen, int) or one.number > seen
    ]
    if fresh:
        on_call = bool(call.integrations.on_call.schedules)
        return Reply(view=_second_look(sent, fresh, tx.book, on_call=on_call))
    draft = moves.Draft(
        title=sent.text("title"),
        severity=sent.text("severity") or usual(tx.book),
        declared_by=call.by,
        kind=next((one for one in Kind if one.value == sent.text("kind")), Kind.INCIDENT),
        summary=sent.text("summary"),
        service=sent.text("other_service") or service_of(sent.text("service"), tx.book),
        started_at=started,
        private=private,
        commander=UserId(commander) if commander else None,
        link=str(sent.metadata.get("link") or ""),
    )
    try:
        incident = await _declare(draft, tx)
    except Unclear as unclear:
        raise Wrong({"title": str(unclear)}) from unclear
    await _take_along(sent.metadata, incident, tx)
    return Reply(view=declared(incident, await _on_call(incident, call, tx)))


async def _take_along(about: Mapping[str, Any], incident: Incident, tx: Transaction) -> None:
    """What it was declared from belongs to it: an alert with all that was told of it, or a storm."""
    alert, storm, room = (about.get(name) for name in ("alert", "storm", "room"))
    if type(alert) is int:
        await tx.attach(alert, incident.number)
    if type(storm) is int and isinstance(room, str):
        found = await tx.storm(room, storm)
        if found is not None:
            await tx.record(incident.number, found.entry(incident.number))


async def _is_outside(user: UserId, tx: Transaction) -> bool:
    person = await tx.person(user)
    return person is not None and bool(person.outside)


def service_of(value: str, book: Playbook) -> str:
    """The name of the service that was chosen from the list."""
    return next((one.name for one in book.services if blocks.value_of(one.name) == value), value)


async def _on_call(incident: Incident, call: Call, tx: Transaction) -> list[Block]:
    """Who is on call for its service, as far as we know, and how to have them called."""
    service = tx.book.service(incident.service) if incident.service else None
    if service is None:
        return []
    duty = call.integrations.on_call.duty(service.name)
    tiers = await known_of(duty, tx) if duty else []
    shown = told({service.name: tiers}, tx.at) if any(one.known.known_at for one in tiers) else []
    if call.integrations.on_call.way(service.name):
        shown.append(blocks.actions([page.button(service.name, incident.number)]))
    return shown


def with_on_call(view: Mapping[str, Any], tiers: Sequence[Tier], at: datetime) -> View:
    """The open form, with who is on call under the service; all that was typed stays."""
    shown: list[Block] = []
    for block in view["blocks"]:
        if block.get("block_id") == ON_CALL:
            continue
        shown.append(block)
        if block.get("block_id") == SERVICE and tiers:
            lines = "\n".join(line(tier, at) for tier in tiers)
            shown.append({**blocks.context(f"On call\n{lines}"), "block_id": ON_CALL})
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    return {**{name: view[name] for name in kept if view.get(name)}, "blocks": shown}


def declared(incident: Incident, on_call: Sequence[Block] = ()) -> View:
    """What the declarer sees when it is done."""
    what = "private channel" if incident.private else "channel"
    return blocks.modal(
        f"{incident.ref} is declared",
        [
            blocks.section(f"*{incident.ref}*  {blocks.title(incident.title)}"),
            blocks.section(
                f"Its {what} is on its way, and you are invited to it. "
                "You need not wait for it: what you filled in is in the timeline."
            ),
            *on_call,
        ],
    )


def _second_look(
    sent: Submitted, fresh: Sequence[Incident], book: Playbook, *, on_call: bool
) -> View:
    """The same form, with all that was typed, under what was declared while it was being filled in."""
    link = str(sent.metadata.get("link") or "")
    about = {name: sent.metadata[name] for name in ABOUT if name in sent.metadata}
    again = view(book, by=sent.user, nearby=fresh, link=link, about=about, on_call=on_call)
    for block in again["blocks"]:
        _keep(block, sent)
    return again


def _keep(block: Block, sent: Submitted) -> None:
    """Fill a field in with what had been typed into it."""
    if block["type"] != "input":
        return
    element, typed = block["element"], sent.text(block["block_id"])
    match element["type"]:
        case "plain_text_input":
            element.pop("initial_value", None)
            if typed:
                element["initial_value"] = typed
        case "static_select":
            element.pop("initial_option", None)
            chosen = next((one for one in element["options"] if one["value"] == typed), None)
            if chosen:
                element["initial_option"] = chosen
        case "users_select":
            element.pop("initial_user", None)
            if typed:
                element["initial_user"] = typed


DECLARE = Subcommand(
    word="declare",
    usage="[sev] <title>",
    says="Declare an incident at once. Without a title, a form asks.",
    run=run,
    group="Start",
    examples=("declare sev2 Checkout answers 500", "Checkout answers 500"),
    form=form,
    submit=submit,
)
