"""``/incident followups``: what people mean to do afterwards, and the issues that it becomes."""

from __future__ import annotations

from collections.abc import Sequence

from incibot.config import Integrations
from incibot.config.trackers import Tracker, usual
from incibot.core import following
from incibot.core.follow_up import Candidate, FollowUp, Stand
from incibot.core.incident import Incident, number_in
from incibot.core.intended import Intended
from incibot.core.jobs import MakeIssue
from incibot.core.markup import escape, plain
from incibot.core.secrets import mask
from incibot.errors import NotAllowed, NotFound, Unclear
from incibot.slack import blocks
from incibot.slack.blocks import Block, View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, Wrong, incident_named
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction

SHOWN = 40  # in one answer; Slack takes 50 blocks
CONFIRMED = 20  # whose words are confirmed in one form
SETTLED = {"done": Stand.DONE, "drop": Stand.DROPPED, "open": Stand.OPEN}
NO_TRACKER = (
    "No issue tracker is set up: whoever runs incibot names one under `trackers:` in its "
    "configuration. Until then, `/incident followups` keeps the list."
)


def _names_some(word: str) -> bool:
    """Whether that names follow-ups, and is not a word of a sentence about issues."""
    return word in ("", "all") or ":" in word or number_in(word) is not None


async def run(call: Call, tx: Transaction) -> Reply:
    """List them, write one down, make issues of them, or say what became of one."""
    incident, words = await incident_named(call, tx)
    found = await tx.intended(incident)
    first, _, rest = words.partition(" ")
    which, _, tracker = rest.strip().partition(" ")
    if not words:
        return await _shown(incident, found, call.integrations, tx)
    if first.casefold() == "issue" and _names_some(which):
        return await _issue(call, incident, found, which.casefold(), tracker.strip(), tx)
    if first.casefold() in SETTLED and number_in(rest) is not None:
        one = found.numbered(rest)
        stand = SETTLED[first.casefold()]
        await tx.apply(following.settle(incident, one, stand, by=call.by, at=tx.at))
        return Reply(words=f"Follow-up {one.number} is {stand.value}.")
    text = plain(words, (await tx.people()).names())
    said = Candidate(origin=f"said:{call.key}"[:190], words=mask(text))
    made, change = following.write_down(
        incident, said, found.known, by=call.by, at=tx.at, key=call.key
    )
    await tx.apply(change)
    return Reply(words=f"It is follow-up {made.number} of {incident.ref}.")


async def _issue(
    call: Call, incident: Incident, found: Intended, which: str, name: str, tx: Transaction
) -> Reply:
    tracker = _tracker(call.integrations, incident, name)
    if not which:
        raise Unclear("Of which? `/incident followups issue 2`, or `issue all`.")
    chosen = found.without_issue if which == "all" else (found.find(which),)
    if not chosen:
        raise NotAllowed(f"Each follow-up of {incident.ref} is an issue already, or there is none.")
    if incident.private:
        return Reply(view=_confirm(incident, chosen, tracker))
    change = following.make_issues(
        incident, chosen, found.known, tracker.name, by=call.by, at=tx.at, key=call.key
    )
    await tx.apply(change)
    what = "An issue is" if len(chosen) == 1 else f"{len(chosen)} issues are"
    return Reply(
        words=f"{what} being made in {tracker.title}; the link follows in the timeline of "
        f"{incident.ref}."
    )


def _tracker(integrations: Integrations, incident: Incident, name: str) -> Tracker:
    """The one that is named, or the usual one of the incident's service."""
    known = ", ".join(f"`{one.name}`" for one in integrations.trackers)
    tracker = integrations.tracker(name) if name else usual(integrations.trackers, incident.service)
    if tracker is not None:
        return tracker
    raise NotFound(
        f"There is no tracker “{escape(name)}”. There are: {known}." if known else NO_TRACKER
    )


def _confirm(incident: Incident, chosen: Sequence[FollowUp | Candidate], tracker: Tracker) -> View:
    """What would leave of a private incident, to be changed and confirmed."""
    asked = chosen[:CONFIRMED]
    shown: list[Block] = [
        blocks.section(
            f"{incident.ref} is private. Whoever can read {tracker.title} "
            f"(`{escape(tracker.name)}`) will read these words, and nothing else of the incident. "
            "Take out what is not for them."
        )
    ]
    if len(chosen) > len(asked):
        shown.append(blocks.context(f"These are the first {CONFIRMED} of {len(chosen)}."))
    shown += [
        blocks.field(
            f"Follow-up {one.number}" if isinstance(one, FollowUp) else "Follow-up",
            blocks.text_input(initial=mask(one.words), long=True),
            block_id=one.origin,
        )
        for one in asked
    ]
    box = blocks.checkbox("These words may leave the private incident")
    shown.append(blocks.field("Please confirm", box, block_id="confirm"))
    return blocks.modal(
        "Make issues",
        shown,
        callback="followups",
        submit="Make issues" if len(asked) > 1 else "Make the issue",
        close="Cancel",
        metadata={"number": incident.number, "tracker": tracker.name},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    incident, _ = await incident_named(call, tx)
    found = await tx.intended(incident)
    tracker = _tracker(call.integrations, incident, str(sent.metadata.get("tracker") or ""))
    if not sent.all("confirm"):
        raise Wrong({"confirm": "Nothing leaves a private incident until you confirm it."})
    leaving = {
        block: mask(sent.text(block)) for block in sent.values if block not in ("confirm", "text")
    }
    blank = {block: "Write what may leave." for block, words in leaving.items() if not words}
    if blank:
        raise Wrong(blank)
    change = following.make_issues(
        incident,
        [found.find(origin) for origin in leaving],
        found.known,
        tracker.name,
        by=call.by,
        at=tx.at,
        key=call.key,
        leaving=leaving,
    )
    await tx.apply(change)
    return Reply()


# The list


async def _shown(
    incident: Incident, found: Intended, integrations: Integrations, tx: Transaction
) -> Reply:
    head = f"Follow-ups of {incident.ref}"
    if not found.known and not found.candidates:
        return Reply(
            words=f"{incident.ref} has no follow-ups. `/incident followups Alert on slow payments` "
            "writes one down; so does a list under “Ideas parked” in the review."
        )
    tracker = usual(integrations.trackers, incident.service)
    number = incident.number
    troubles = {job.key.rpartition("|")[2]: job.last_error for job in await tx.parked(number)}
    shown: list[Block] = [blocks.section(f"*{head}*")]
    by_need = sorted(found.known, key=lambda one: one.stand.is_over)
    for one in by_need[:SHOWN]:
        trouble = troubles.get(MakeIssue(incident=number, follow_up=one.number).key, "")
        shown.append(_line(one, number, tracker, trouble))
    for candidate in found.candidates[: max(SHOWN - len(shown), 0)]:
        what = "an open task" if candidate.origin.startswith("task:") else "from the review"
        button = _make(candidate.origin, number) if tracker else None
        words = f"{escape(candidate.words)}\n_{what}_"
        shown.append(blocks.section(words, accessory=button))
    count = len(found.without_issue)
    if tracker and count > 1:
        shown.append(
            blocks.actions(
                [blocks.button(f"Make issues of all {count}", "followups issue all", number=number)]
            )
        )
    shown.append(blocks.context(_hint(integrations, tracker)))
    return Reply(words=head, blocks=tuple(blocks.fitting(shown)))


def _hint(integrations: Integrations, tracker: Tracker | None) -> str:
    if tracker is None:
        return "`/incident followups done 2` ticks one off. " + NO_TRACKER
    others = [f"`{one.name}`" for one in integrations.trackers if one is not tracker]
    hint = f"Issues are made in {tracker.title} (`{escape(tracker.name)}`)"
    if others:
        hint += f"; `/incident followups issue 2 <name>` names another: {', '.join(others)}"
    return hint + ". `/incident followups done 2` ticks off what is no issue."


def _line(one: FollowUp, number: int, tracker: Tracker | None, trouble: str) -> Block:
    words = escape(one.words)
    if one.url:
        link = f"<{one.url}|{escape(one.shown)}>"
        if one.stand is Stand.OPEN:
            return blocks.section(f"{one.number}: {words}\n{link}, open")
        return blocks.section(f"{ICONS[one.stand]} {one.number}: ~{words}~\n{link}, {one.stand}")
    if one.stand.is_over:
        return blocks.section(f"{ICONS[one.stand]} {one.number}: ~{words}~")
    if trouble:
        said = f":warning: no issue yet: {escape(trouble[:300])}"
        again = _make(str(one.number), number, "Try again") if tracker else None
        return blocks.section(f"{one.number}: {words}\n{said}", accessory=again)
    if one.tracker:
        return blocks.section(f"{one.number}: {words}\n_an issue is being made_")
    make = (
        _make(str(one.number), number)
        if tracker
        else blocks.button("Done", f"followups done {one.number}", number=number)
    )
    return blocks.section(f"{one.number}: {words}", accessory=make)


ICONS = {
    Stand.DONE: ":white_check_mark:",
    Stand.DROPPED: ":heavy_minus_sign:",
    Stand.LOST: ":grey_question:",
}


def _make(which: str, number: int, text: str = "Make an issue") -> Block:
    return blocks.button(text, f"followups issue {which}", number=number)


FOLLOWUPS = Subcommand(
    word="followups",
    usage="[<text>|issue <n|all> [tracker]|done <n>]",
    says="What is to be done afterwards: write it down, list it, make issues of it.",
    run=run,
    group="Learn",
    examples=("followups", "followups Alert on slow payments", "followups issue all"),
    submit=submit,
)
