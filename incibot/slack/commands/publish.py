"""``/incident publish``: an update for the public status page, looked over by a person first."""

from __future__ import annotations

from collections.abc import Iterable

from incibot.config.status_page import StatusPage
from incibot.core import publishing
from incibot.core.incident import Incident
from incibot.core.markup import plain
from incibot.core.publication import (
    IMPACTS,
    STATUSES,
    WORKING,
    Publication,
    Way,
    draft,
    status_of,
)
from incibot.core.redaction import Level, Redactor
from incibot.core.secrets import mask
from incibot.errors import NotAllowed
from incibot.slack import blocks
from incibot.slack.blocks import Block, View, value_of
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, Wrong, incident_named
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction

NO_PAGE = (
    "No status page is set up: whoever runs incibot names it under `status_page:` in its "
    "configuration. `/incident update` tells those in this workspace."
)


async def run(call: Call, tx: Transaction) -> Reply:
    return Reply(view=await form(call, tx))


async def form(call: Call, tx: Transaction) -> View:
    incident, words = await incident_named(call, tx)
    page = _page(call)
    before = await tx.publications(incident.number)
    last = before[-1] if before else None
    status = status_of(incident, tx.book, dict(page.statuses))
    text = mask(plain(words, {}) if words else draft(incident))
    shown: list[Block] = [
        blocks.section(
            "*The public reads this.* Nothing is posted until you press Publish. Say what people "
            "notice, and when they hear more; name nobody."
        ),
        *_unposted(before),
        blocks.field(
            "Title",
            blocks.text_input(initial=last.title if last else mask(incident.title)),
            block_id="title",
        ),
        blocks.field("Status", _choice(STATUSES, "status", status), block_id="status"),
        blocks.field(
            "What people should know", blocks.text_input(initial=text, long=True), block_id="text"
        ),
        blocks.field(
            "Impact",
            _choice(IMPACTS, "impact", last.impact if last else "minor"),
            block_id="impact",
        ),
    ]
    if page.components:
        shown += _components(page, last, status)
    if incident.private:
        box = blocks.checkbox("The public may know this of a private incident")
        shown.append(blocks.field("Please confirm", box, block_id="confirm"))
    return blocks.modal(
        f"Publish {incident.ref}",
        shown,
        callback="publish",
        submit="Publish",
        close="Cancel",
        metadata={"number": incident.number},
    )


def _unposted(before: list[Publication]) -> Iterable[Block]:
    if any(one.way is Way.WAITING for one in before):
        yield blocks.context(
            "An earlier update is on its way to the page; this one comes after it."
        )
    elif before and before[-1].way is Way.REFUSED:
        yield blocks.context("The page refused the last update: the card says why.")


def _choice(words: Iterable[str], name: str, initial: str) -> Block:
    options = [blocks.option(word.replace("_", " "), word) for word in words]
    return blocks.select(options, name=name, placeholder="Choose", initial=initial)


def _components(page: StatusPage, last: Publication | None, status: str) -> list[Block]:
    options = [blocks.option(name, value_of(name)) for name in page.components]
    chosen = [
        value_of(name) for name, id in page.components.items() if last and id in last.components
    ]
    working = next(iter(last.components.values()), WORKING[1]) if last else WORKING[1]
    affected = blocks.many_select(options, name="components", placeholder="None", initial=chosen)
    ends = status == STATUSES[-1]
    return [
        blocks.field("Affected", affected, block_id="components", optional=True),
        blocks.field(
            "These are now",
            _choice(WORKING, "working", WORKING[0] if ends else working),
            block_id="working",
        ),
    ]


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    incident, _ = await incident_named(call, tx)
    page = _page(call)
    title, words = mask(sent.text("title")), mask(sent.text("text"))
    wrong = {}
    for block, text in (("title", title), ("text", words)):
        if not text:
            wrong[block] = "The public update needs this."
        elif named := await _named(incident, text, call, tx):
            wrong[block] = f"No names on a public page: {', '.join(named)}."
    if incident.private and not sent.all("confirm"):
        wrong["confirm"] = "Nothing of a private incident is published until you confirm it."
    status, impact, working = (sent.text(one) for one in ("status", "impact", "working"))
    if status not in STATUSES or impact not in IMPACTS:
        wrong["status"] = "Choose a status and an impact."
    if wrong:
        raise Wrong(wrong)
    affected = sent.all("components")
    ids = [id for name, id in page.components.items() if value_of(name) in affected]
    change = publishing.publish(
        incident,
        await tx.publications(incident.number),
        title=title,
        words=words,
        status=status,
        impact=impact,
        components=dict.fromkeys(ids, working if working in WORKING else WORKING[0]),
        by=call.by,
        at=tx.at,
        key=call.key,
    )
    await tx.apply(change)
    return Reply()


async def _named(incident: Incident, text: str, call: Call, tx: Transaction) -> list[str]:
    """The people whom the text names, in whichever way people write names."""
    redactor = Redactor(await tx.head(incident, zone=call.zone), Level.ROLES)
    redactor.typed(text)
    return [one.original for one in redactor.masked if one.what == "person"][:5]


def _page(call: Call) -> StatusPage:
    if call.integrations.status_page is None:
        raise NotAllowed(NO_PAGE)
    return call.integrations.status_page


PUBLISH = Subcommand(
    word="publish",
    usage="[text]",
    says="Draft an update for the public status page; it is posted once you confirm it.",
    run=run,
    group="Respond",
    examples=("publish", "publish Payments by card work again"),
    form=form,
    submit=submit,
)
