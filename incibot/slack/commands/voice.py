"""``/incident voice``: tell how it was for you, and how that may be used; change it or take it back."""

from __future__ import annotations

from incibot.core.incident import number_in
from incibot.core.markup import escape, markdown
from incibot.core.voices import Asked, Use
from incibot.errors import NotAllowed, NotFound, Unclear
from incibot.slack import voices
from incibot.slack.blocks import View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, Wrong, incident_named
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction

TAKE_BACK = ("withdraw", "take back", "delete")
NO = ("no", "no thanks")


async def run(call: Call, tx: Transaction) -> Reply:
    number, words = _named(call)
    if words.casefold() in TAKE_BACK:
        return await _take_back(call, number, tx)
    incident, words = await incident_named(call, tx)
    if words.casefold() in NO:
        told = await tx.voice(incident.number, call.by)
        if told is not None and told.answers:
            raise NotAllowed(
                f"You have told about {incident.ref}. `/incident voice {incident.ref} withdraw` "
                "takes it back."
            )
        await tx.tell(incident.number, call.by, {}, Use.FACILITATOR)
        return Reply()
    if words:
        raise Unclear(
            "Type `/incident voice` for the form, or `/incident voice INC-7 withdraw` to take back "
            "what you told."
        )
    return Reply(view=await form(call, tx))


def _named(call: Call) -> tuple[int | None, str]:
    """The number of the incident that it names, if it names one; and the other words."""
    first, others = call.rest()
    named = number_in(first) if first.casefold().startswith("inc") else None
    return (named, others) if named else (call.number, call.words.strip())


async def _take_back(call: Call, number: int | None, tx: Transaction) -> Reply:
    """Also by whoever may no longer see the incident: it is theirs all the same."""
    told = await tx.voice(number, call.by) if number else None
    if number is None or told is None or not told.answers:
        incident, _ = await incident_named(call, tx)
        number = incident.number
    if not await tx.take_voice_back(number, call.by):
        raise NotFound(f"There is nothing of yours about INC-{number}.")
    words = f"What you told about INC-{number} is taken back, and its words are erased."
    return Reply(words=words, goes_on=True)


async def form(call: Call, tx: Transaction) -> View:
    incident, _ = await incident_named(call, tx)
    told = await tx.voice(incident.number, call.by)
    return voices.form(incident, told, await tx.facilitator(incident.number))


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    incident, _ = await incident_named(call, tx)
    typed = {one: escape(sent.text(one.value)) for one in Asked}
    answers = {one: words for one, words in typed.items() if markdown(words, {}).strip()}
    use = next((one for one in Use if one.value == sent.text("use")), Use.FACILITATOR)
    told = await tx.voice(incident.number, call.by)
    if not answers and (told is None or not told.answers):
        first = next(iter(Asked)).value
        raise Wrong({first: "Fill in whichever you like; or close the form, and nothing is kept."})
    await tx.tell(incident.number, call.by, answers, use)
    now = await tx.voice(incident.number, call.by)
    return Reply(view=voices.kept(incident, now))


VOICE = Subcommand(
    word="voice",
    usage="[INC-7] [withdraw]",
    says="Tell how it was for you, and how that may be used; change it, or take it back.",
    run=run,
    group="Learn",
    examples=("voice", "voice INC-7"),
    form=form,
    submit=submit,
)
