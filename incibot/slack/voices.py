"""How people are asked what it was like, the form in which they tell, and what the facilitator reads."""

from __future__ import annotations

from collections.abc import Sequence

from incibot.core.incident import Incident
from incibot.core.markup import unescape
from incibot.core.people import UserId
from incibot.core.voices import FEW, Asked, Confided, Use, Voice
from incibot.slack import blocks
from incibot.slack.blocks import Block, View

QUESTIONS = {
    Asked.SURPRISED: "What surprised you?",
    Asked.HARD: "What was hard?",
    Asked.HELPED: "What helped?",
    Asked.BELIEVED: "What did you believe at the time?",
    Asked.WHOM: "Whom should the reviewers talk to?",
}
USES = {
    Use.FACILITATOR: "Only for the facilitator, with my name",
    Use.UNNAMED: "Quoted without my name",
    Use.NAMED: "Quoted with my name",
}
EXPLAINED = {
    Use.FACILITATOR: "In no draft, export or page",
    Use.UNNAMED: f"Once {FEW} people have answered a question so, in no order",
    Use.NAMED: "In the review draft, which whoever may see the incident may read",
}
LONGEST = 2000  # characters of an answer, so that all of one person's fit into a message
PART = 45  # blocks of a message for a facilitator, less what stands around them


def asking(
    incident: Incident, told: Voice | None, facilitator: UserId | None
) -> tuple[str, list[Block]]:
    """The message that asks somebody, or says what became of that."""
    number, ref = incident.number, incident.ref
    if told is None:
        text = f"{ref} is over. How was it for you?"
        return text, [
            blocks.section(
                f"*{ref}* {blocks.title(incident.title, 200)} is over, and you took part. What you "
                "saw, and what was hard, stands in no log. Would you tell? A line or two helps "
                "those who review it to learn."
            ),
            blocks.section(
                "It is up to you, and nobody counts who does. You say how it may be used: "
                f"only for {_who(facilitator)}, quoted without your name, or quoted with it. You can "
                "change it or take it back at any time. I ask this once."
            ),
            blocks.actions(
                [
                    blocks.button("Tell", "form voice", number=number, style="primary"),
                    blocks.button("No thanks", "voice no", number=number, name="no-voice"),
                ]
            ),
        ]
    if told.answers:
        text = f"Thank you for what you told about {ref}."
        how = USES[told.use]
        lines = [f"{text} You let it be used so: _{how}_.{_for_whom(told, facilitator)}"]
        buttons = [
            blocks.button("Change it", "form voice", number=number),
            _take_back(number),
        ]
    elif told.withdrawn_at:
        text = f"What you told about {ref} is taken back, and its words are erased."
        lines = [text]
        buttons = [blocks.button("Tell after all", "form voice", number=number)]
    else:
        text = f"All right, nothing about {ref}."
        lines = [f"{text} I do not ask again."]
        buttons = [blocks.button("Tell after all", "form voice", number=number)]
    return text, [*map(blocks.section, lines), blocks.actions(buttons)]


def _who(facilitator: UserId | None) -> str:
    if facilitator is None:
        return "whoever will facilitate the review"
    return f"{blocks.person(facilitator)}, who facilitates the review"


def _for_whom(told: Voice, facilitator: UserId | None) -> str:
    """Who reads what is for the facilitator alone."""
    if told.use is not Use.FACILITATOR and Asked.WHOM not in told.answers:
        return ""
    if told.use is not Use.FACILITATOR:
        return f" Whom to talk to is for {_who(facilitator)}, alone."
    if told.confided_to is None or told.confided_to == facilitator:
        return f" That is {_who(facilitator)}."
    return (
        f" You told it to {blocks.person(told.confided_to)}, and nobody else reads it. The review "
        f"is facilitated by {blocks.person(facilitator) if facilitator else 'nobody'} now: to let "
        "them read it, save it once more."
    )


def _take_back(number: int) -> Block:
    return blocks.button(
        "Take it back",
        "voice withdraw",
        number=number,
        style="danger",
        name="take-voice-back",
        confirm=blocks.confirm(
            "Take it back?",
            "Its words are erased, and stand in no draft any more. Whoever has read them has.",
            "Take it back",
        ),
    )


def form(incident: Incident, told: Voice | None, facilitator: UserId | None) -> View:
    """What they are asked, with what they told before."""
    answers = told.answers if told else {}
    use = told.use if told else Use.FACILITATOR
    shown = [
        blocks.section(
            f"*{incident.ref}* {blocks.title(incident.title, 200)}\nAs much or as little as you "
            "like. There is no right answer, and nothing is counted."
        )
    ]
    for asked, question in QUESTIONS.items():
        hint = f"Only for {_plainly(facilitator)}, whatever you choose below."
        shown.append(
            blocks.field(
                question,
                blocks.text_input(
                    initial=unescape(answers.get(asked, "")), long=True, most=LONGEST
                ),
                block_id=asked.value,
                optional=True,
                hint=hint if asked is Asked.WHOM else "",
            )
        )
    options = [
        blocks.option(words, one.value, description=EXPLAINED[one]) for one, words in USES.items()
    ]
    shown.append(
        blocks.field(
            "How may it be used?",
            blocks.select(options, name="use", placeholder="How?", initial=use.value),
            block_id="use",
        )
    )
    shown.append(blocks.context(f"The facilitator is {_who(facilitator)}."))
    if answers:
        shown.append(blocks.actions([_take_back(incident.number)]))
    return blocks.modal(
        f"{incident.ref}: your view",
        shown,
        callback="voice",
        submit="Save",
        close="Not now",
        metadata={"number": incident.number},
    )


def _plainly(facilitator: UserId | None) -> str:
    """In plain text, in which Slack shows no name for an id."""
    return "the facilitator" if facilitator else "whoever facilitates the review"


def kept(incident: Incident, told: Voice | None) -> View:
    """What somebody sees who has sent the form."""
    if told is None or not told.answers:
        words = f"It is taken back, and its words are erased. `/incident voice {incident.ref}` asks again."
    else:
        words = (
            f"Thank you. It is kept so: _{USES[told.use]}_. `/incident voice {incident.ref}` changes "
            "it or takes it back, at any time."
        )
    return blocks.modal(f"{incident.ref}: your view", [blocks.section(words)])


def for_the_facilitator(incident: Incident, found: Confided, part: int) -> list[Block]:
    """What people told, a part of it where it is much; only for the facilitator to see."""
    shown = []
    for voice in found.named:
        quoted = " (may be quoted with the name)" if voice.use is Use.NAMED else " (only for you)"
        shown.append([blocks.section(f"*{blocks.person(voice.user)}*{quoted}")])
        shown += [
            _answer(QUESTIONS[asked], [voice.answers[asked]])
            for asked in Asked
            if voice.answers.get(asked)
        ]
    if found.unnamed:
        shown.append(
            [blocks.section("*Without a name*, each question in an order that tells nothing")]
        )
        shown += [_answer(QUESTIONS[asked], answers) for asked, answers in found.unnamed.items()]
    flat = [block for one in shown for block in one]
    parts = list(_parts(flat))
    head = f"*What people told about {incident.ref}*, only for you"
    chosen = parts[min(max(part, 1), len(parts)) - 1] if parts else []
    about = []
    if len(parts) > 1:
        about.append(
            f"Part {min(max(part, 1), len(parts))} of {len(parts)}: "
            f"`/incident voices {incident.ref} 2` shows the second."
        )
    if found.closed:
        about.append(
            "There is more, told to whoever facilitated before you. It stays with them, unless "
            "those who told it save it once more."
        )
    return blocks.fitting(
        [blocks.section(head), *chosen, *([blocks.context(*about)] if about else [])]
    )


def _answer(question: str, answers: Sequence[str]) -> list[Block]:
    return [
        block
        for answer in answers
        for block in (blocks.context(question), blocks.section(blocks.quoted(answer)))
    ]


def _parts(shown: Sequence[Block]) -> list[list[Block]]:
    """In so many messages as they need to be shown whole."""
    parts: list[list[Block]] = []
    room = 0
    for block in shown:
        length = len(str(block))
        if not parts or len(parts[-1]) >= PART or length > room:
            parts.append([])
            room = blocks.SAID
        parts[-1].append(block)
        room -= length
    return parts
