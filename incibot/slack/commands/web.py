"""``/incident web``: a link that opens the web pages, for the asker alone."""

from __future__ import annotations

from incibot.core.visibility import may_see
from incibot.errors import NotAllowed
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    if call.door is None:
        raise NotAllowed(
            "There are no web pages here: whoever runs incibot gives them an address with "
            "`INCIBOT_BASE_URL`. `/incident export` and `/incident review` hand you files."
        )
    number = await _number(call, tx)
    what = f"the pages of INC-{number}" if number else "the incident pages"
    link = call.door(call.by, tx.at, number)
    return Reply(
        words=f"<{link}|Open {what}>\n"
        "The link is yours alone: it works once, within ten minutes, and signs your browser in "
        "for twelve hours. Please do not pass it on."
    )


async def _number(call: Call, tx: Transaction) -> int | None:
    """The incident that is named, or whose channel it is; None: all of them."""
    if call.words.strip():
        return (await incident_named(call, tx))[0].number
    incident = await tx.incident_in(call.channel) if call.channel else None
    return incident.number if incident and may_see(incident, call.by) else None


WEB = Subcommand(
    word="web",
    usage="[INC-7]",
    says="Get a personal link to the web pages, where there are any.",
    run=run,
    group="Learn",
    examples=("web", "web INC-7"),
)
