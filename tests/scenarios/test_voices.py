"""After an incident those who took part are asked how it was, and what they tell is used as they let it."""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from incibot.core.moves import Draft, declare
from incibot.core.people import UserId
from incibot.core.playbook import Kind, Playbook, ReviewPlan
from incibot.core.voices import Asked, Use
from incibot.errors import Conflict
from incibot.exports import FORMATS
from incibot.paper import draft_markdown
from incibot.store.schema import metadata, posts, review_versions
from incibot.store.unit import Transaction
from tests.bench import Bench, bench, text_of
from tests.scenarios.test_crash import Death, live_through
from tests.walk.people import TOKEN, Walk, logging_to
from tests.walk.test_walk import by_token, on_the_web
from tests.web.browser import BASE

TOLD = {
    "surprised": "the standby took writes",
    "hard": "nobody had the runbook",
    "helped": "chidi knew the pool",
    "believed": "it was the deploy",
    "whom": "ask the night shift",
}


async def looks(there: Bench) -> None:
    """What a worker does each few seconds, until there is nothing to do."""
    while await there.app.runner.hear():
        await there.settle()
    await there.settle()


async def later(there: Bench, **units: float) -> None:
    there.clock.passes(**units)
    await looks(there)


def asked(there: Bench, who: str) -> list[dict[str, Any]]:
    """The messages of the bot that ask them, as they read now."""
    return [
        one
        for one in there.messages(dm(there, who))
        if (one.get("metadata") or {}).get("event_payload", {}).get("key", "").startswith("voice:")
    ]


def dm(there: Bench, who: str) -> str:
    """The direct channel between the bot and somebody."""
    space = there.slack.workspace
    return str(space.open_direct(there.person(who).user, [space.bot])[0].id)


async def responded(there: Bench, *who: str, text: str = "sev2 Checkout answers 500") -> str:
    """An incident that Ana declared, and in which these people wrote; its channel."""
    channel = str((await there.declares(text)).channel)
    for one in who:
        await there.person(one).joins(channel)
        await there.person(one).writes(f"{one} is here", channel)
    await there.settle()
    return channel


async def ended(there: Bench, *who: str) -> str:
    channel = await responded(there, *who)
    await there.types("resolve", channel=channel)
    await later(there, hours=1)
    return channel


async def tells(there: Bench, who: str, use: str, number: int = 1, **answers: str) -> None:
    await there.types(f"voice INC-{number}", who=who)
    answer = await there.person(who).submits(
        {name: answers.get(name, "") for name in TOLD} | {"use": use}
    )
    assert answer.errors is answer.trouble is None
    await there.settle()


async def draft(there: Bench) -> str:
    await there.types("review INC-1")
    async with there.app.store.read() as tx:
        return str(await tx.review(1))


async def test_each_who_took_part_is_asked_once_and_tells(there: Bench) -> None:
    channel = await responded(there, "bela", "chidi")
    await there.person("dana").joins(channel)  # and only listens
    await there.settle()
    await there.types("resolve", channel=channel)
    await later(there, minutes=59)
    assert asked(there, "ana") == []
    await later(there, minutes=1)
    for who in ("ana", "bela", "chidi"):
        (message,) = asked(there, who)
        assert "INC-1" in text_of(message)
        assert "nobody counts who does" in text_of(message)
        assert "run:form" in text_of(message)
        assert "run:no-voice" in text_of(message)
    assert asked(there, "dana") == []

    await there.person("bela").clicks("run:form", channel=dm(there, "bela"))
    view = there.person("bela").view
    assert view is not None
    assert [block["block_id"] for block in view["blocks"] if block["type"] == "input"] == [
        *TOLD,
        "use",
    ]
    assert '"initial_option": {"text": {"type": "plain_text", "text": "Only for' in text_of(view)
    await there.person("bela").submits(TOLD)
    await there.settle()
    (message,) = asked(there, "bela")
    assert "Thank you for what you told about INC-1" in text_of(message)


async def test_nobody_is_asked_twice_whatever_happens(here: Bench) -> None:
    channel = await responded(here, "bela")
    await here.types("resolve", channel=channel)
    await later(here, minutes=30)
    await here.types("reopen it is back", channel=channel)
    await later(here, hours=2)
    assert asked(here, "ana") == [], "it was taken up again before"
    await here.types("resolve", channel=channel)
    await later(here, days=3)  # nobody was there to ask for days
    await asyncio.gather(*(here.app.runner.hear() for _ in range(3)))
    await looks(here)
    await here.app.runner.set_reminders()
    await later(here, hours=2)
    assert len(asked(here, "ana")) == len(asked(here, "bela")) == 1
    await here.types("reopen once more", channel=channel)
    await here.person("emre").joins(channel)
    await here.person("emre").writes("I am here", channel)
    await here.settle()
    await here.types("resolve", channel=channel)
    await later(here, hours=2)
    assert len(asked(here, "ana")) == len(asked(here, "bela")) == 1
    assert len(asked(here, "emre")) == 1, "who came later is asked then"


async def test_a_crash_at_any_call_asks_once(here: Bench) -> None:
    channel = await responded(here, "bela")
    await here.types("resolve", channel=channel)
    here.clock.passes(hours=1)
    await here.app.runner.hear()
    deaths = [Death(call=call, obeyed=obeyed) for call in range(5) for obeyed in (True, False)]
    await live_through(here, deaths)
    assert len(asked(here, "ana")) == len(asked(here, "bela")) == 1
    # A job that was laid aside for good after it had posted: the next end finds its message.
    async with here.app.engine.begin() as connection:
        await connection.execute(delete(posts).where(posts.c.key.startswith("voice:")))
    await here.types("reopen it is back", channel=channel)
    await here.types("resolve", channel=channel)
    await later(here, hours=1)
    assert len(asked(here, "ana")) == len(asked(here, "bela")) == 1


async def test_who_is_asked(here: Bench) -> None:
    channel = await responded(here, "bela", "chidi")
    ts = await here.person("bela").writes("look at this", channel)
    await here.person("dana").joins(channel)
    await here.person("dana").reacts(channel, ts, "pushpin")  # marks, and writes nothing
    await here.types("scribe @emre", channel=channel)  # holds a role
    await here.types("scribe none", channel=channel)
    await here.person("fumiko").joins("checkout")
    elsewhere = await here.person("fumiko").writes("it is slow for us", "checkout")
    await here.person("ana").message_shortcut("add_to_timeline", "checkout", elsewhere)
    await here.person("ana").submits({})
    await here.settle()
    chidi = UserId(here.person("chidi").id)
    async with here.app.store.begin() as tx:  # is a guest by now
        person = await tx.person(chidi)
        assert person is not None
        await tx.learn([replace(person, outside=True)])
    await here.types("resolve", channel=channel)
    await later(here, hours=1)
    found = {
        who: len(asked(here, who)) for who in ("ana", "bela", "chidi", "dana", "emre", "fumiko")
    }
    assert found == {"ana": 1, "bela": 1, "chidi": 0, "dana": 1, "emre": 1, "fumiko": 0}


async def test_nobody_is_asked_of_a_drill_nor_where_the_team_wants_none(tmp_path: Path) -> None:
    async with bench("sqlite://", tmp_path, book=Playbook(voices=None)) as there:
        await ended(there, "bela")
        await later(there, days=2)
        assert asked(there, "bela") == []
        there.app.store.book = Playbook()
        await there.app.runner.set_reminders()
        await later(there, hours=1)
        assert asked(there, "bela") == [], "what ended long ago is not taken up"
        async with there.app.store.begin() as tx:
            ana = UserId(there.person("ana").id)
            drill = Draft(title="Fire", kind=Kind.DRILL, severity="sev2", declared_by=ana)
            number = await tx.next_number()
            await tx.apply(declare(drill, number=number, book=tx.book, at=tx.at))
        await there.settle()
        await there.types("resolve", channel=(await there.incident(2)).channel_name)
        await later(there, hours=2)
        assert asked(there, "ana") == []


async def test_of_a_private_incident_only_those_are_asked_who_may_see_it(here: Bench) -> None:
    ana = here.person("ana")
    await here.types("declare")
    await ana.submits({"title": "Zibeline is taken", "private": "private"})
    await here.settle()
    channel = str((await here.incident()).channel)
    for who in ("bela", "chidi"):
        await ana.invites(who, channel)
        await here.person(who).writes(f"{who} is here", channel)
    await here.settle()
    await here.types("resolve", channel=channel)
    await here.person("chidi").leaves(channel)
    await later(here, hours=1)
    assert (len(asked(here, "bela")), len(asked(here, "chidi"))) == (1, 0)
    assert "Zibeline" not in str(here.messages(dm(here, "chidi")))

    # Whoever loses sight of it may still take back what is theirs, and finds nothing else.
    await tells(here, "bela", "named", hard="the axolotl")
    await here.person("bela").leaves(channel)
    await here.settle()
    missing = (await here.types("voice INC-9", who="bela")).text.replace("INC-9", "INC-1")
    assert (await here.types("voice INC-1", who="bela")).text == missing
    assert (await here.types("voices INC-1", who="bela")).text == missing
    taken = await here.types("voice INC-1 withdraw", who="bela")
    assert "is taken back" in taken.text
    assert (await here.types("voice INC-1 withdraw", who="bela")).text == missing
    assert "axolotl" not in await everything(here)


async def everything(there: Bench) -> str:
    """All rows of all tables."""
    async with there.app.engine.connect() as connection:
        rows = [
            repr(row)
            for table in metadata.sorted_tables
            for row in await connection.execute(select(table))
        ]
    return "\n".join(rows)


async def test_what_is_told_is_used_so_changed_and_taken_back(there: Bench) -> None:
    await ended(there, "bela", "chidi", "dana")
    await tells(there, "bela", "named", hard="the axolotl graphs", surprised="no alert at all")
    first = await draft(there)
    view_of = there.person("bela")
    name = "Bela"  # as she is called in Slack
    assert f"- {name}: “the axolotl graphs” (voice)" in first
    await there.types("voice INC-1", who="bela")
    assert "the axolotl graphs" in text_of(view_of.view)
    await view_of.submits({"hard": "the narwhal graphs", "surprised": "no alert at all"})
    await there.settle()
    # In place at once, before anybody drafts again: in the review, and in all that it was.
    assert "axolotl" not in await everything(there)
    assert "no alert at all" in await everything(there)
    assert "“the narwhal graphs” (voice)" in await draft(there)
    await view_of.clicks("run:take-voice-back", channel=dm(there, "bela"))
    await there.settle()
    left = await everything(there)
    assert "narwhal" not in left
    assert "no alert" not in left
    assert f"{name}: “[" not in left, "nor does her name stand by what is gone"
    async with there.app.store.read() as tx:
        told = await tx.voice(1, UserId(view_of.id))
        verdict = await tx.verdict(1)
    assert told is not None
    assert told.answers == {}
    assert told.withdrawn_at == there.clock()
    assert verdict.wrong == verdict.loose == ()
    (message,) = asked(there, "bela")
    assert "is taken back, and its words are erased" in text_of(message)
    assert "voice" not in (await draft(there)).replace("invoice", "")
    # And again, if she likes; the form is empty.
    await there.types("voice INC-1", who="bela")
    assert "narwhal" not in text_of(view_of.view)
    await tells(there, "bela", "named", hard="the pangolin")
    assert "pangolin" in await draft(there)


async def test_without_a_name_it_takes_three_and_one_who_leaves_takes_them_along(
    here: Bench,
) -> None:
    await ended(here, "bela", "chidi", "dana")
    await tells(here, "ana", "unnamed", hard="axolotl one", helped="a pool")
    await tells(here, "bela", "unnamed", hard="axolotl two")
    two = await draft(here)
    assert "axolotl" not in two
    assert "is for whoever facilitates the review" in two
    await tells(here, "chidi", "unnamed", hard="axolotl three")
    three = await draft(here)
    assert three.count("- Somebody: “axolotl") == 3
    assert "a pool" not in three
    await here.types("voice INC-1 withdraw", who="bela")
    reviews = await texts(here)
    assert not [text for text in reviews if "axolotl" in text], "two would tell too much"
    assert "axolotl" not in await draft(here)


async def test_a_draft_that_was_being_made_does_not_bring_back_what_was_taken_back(
    here: Bench,
) -> None:
    await ended(here, "bela")
    await tells(here, "bela", "named", hard="the axolotl graphs")
    async with here.app.store.read() as tx:
        heard = (await tx.history(await tx.incident(1), zone=ZoneInfo("UTC"))).voices
    await here.types("voice INC-1 withdraw", who="bela")
    async with here.app.store.begin() as tx:
        with pytest.raises(Conflict):
            await tx.rewrite_review(1, "the axolotl graphs", over=0, heard=heard)


async def texts(there: Bench) -> list[str]:
    """Each text that the review ever had."""
    async with there.app.store.read() as tx:
        return list((await tx.connection.execute(select(review_versions.c.markdown))).scalars())


async def test_the_facilitator_reads_what_is_told_to_them_and_nobody_else(here: Bench) -> None:
    channel = await ended(here, "bela", "chidi", "dana")
    refused = await here.types("review INC-1 facilitator @dana", who="dana")
    assert f"is for <@{here.person('ana').id}> to say" in refused.text
    assert "Nobody is named" in (await here.types("voices INC-1")).text
    await tells(here, "bela", "facilitator", hard="axolotl, secretly", whom="ask Narwhal")
    await here.types("review facilitator @dana", channel=channel)
    await here.settle()
    assert "facilitated by" in text_of(here.ours(channel)[-1])
    read = text_of((await here.types("voices INC-1", who="dana")).raw)
    assert "axolotl, secretly" in read
    assert "ask Narwhal" in read
    for who in ("ana", "bela", "chidi", "emre"):
        answer = await here.types("voices INC-1", who=who)
        assert answer.response_type == "ephemeral"
        assert "is for the facilitator alone" in answer.text
        assert "axolotl" not in text_of(answer.raw)
    # Handed over: what was told to Dana is hers; Bela is told, and may let Emre read it.
    await here.types("review INC-1 facilitator @emre", who="dana")
    assert "axolotl" not in text_of((await here.types("voices INC-1", who="dana")).raw)
    read = text_of((await here.types("voices INC-1", who="emre")).raw)
    assert "axolotl" not in read
    assert "stays with them, unless" in read
    (message,) = asked(here, "bela")
    assert "to let them read it, save it once more" in text_of(message)
    await here.types("voice INC-1", who="bela")
    await here.person("bela").submits({})
    await here.settle()
    assert "axolotl" in text_of((await here.types("voices INC-1", who="emre")).raw)
    entries = [one.words for one in await here.timeline() if one.kind.value == "review"]
    assert len(entries) == 2, "both are in the timeline"


async def test_a_no_thanks_is_taken_at_its_word(here: Bench) -> None:
    await ended(here, "bela")
    await here.person("bela").clicks("run:no-voice", channel=dm(here, "bela"))
    await here.settle()
    (message,) = asked(here, "bela")
    assert "I do not ask again" in text_of(message)
    await here.types("voice INC-1", who="bela")
    answer = await here.person("bela").submits(dict.fromkeys(TOLD, ""))
    assert answer.errors is not None
    await tells(here, "bela", "named", helped="the pool")
    assert "run:take-voice-back" in text_of(asked(here, "bela")[0])
    refused = await here.types("voice INC-1 no", who="bela")
    assert "takes it back" in refused.text


async def test_what_is_for_the_facilitator_is_on_no_surface(tmp_path: Path) -> None:
    """And what is quoted without a name, nowhere with it."""
    logged = io.StringIO()
    with logging_to(logged):
        async with bench("sqlite://", tmp_path, base_url=BASE, INCIBOT_API_TOKENS=TOKEN) as there:
            channel = await ended(there, "bela", "chidi", "dana", "emre")
            await tells(there, "bela", "facilitator", **{one: f"Axolotl {one}" for one in TOLD})
            for who in ("chidi", "dana", "emre"):
                await tells(there, who, "unnamed", hard=f"Quokka of {who}", whom="Axolotl whom")
            before = len(there.slack.calls())
            await there.types("review", channel=channel)
            for format in FORMATS:
                await there.types(f"export {format.word}", channel=channel)
            await there.types("timeline 40", channel=channel)
            for words in ("voice INC-1", "voices INC-1", "review questions", "review facilitator"):
                await there.types(words, channel=channel)
            await there.person("ana").opens_home()
            await there.settle()
            it = Walk(
                there=there,
                incident=await there.incident(),
                logged=logged,
                entry=1,
                canaries=(),
            )
            shown = [text_of(await here_on_the_web(it)), text_of(await by_token(there, 1, TOKEN))]
            shown += [str(call.args) + str(call.answer) for call in there.slack.calls()[before:]]
            files = there.slack.workspace.files.values()
            shown += [(one.content or b"").decode(errors="replace") for one in files]
            shown += [text_of(one.message) for one in there.slack.workspace.ephemerals]
            shown += [logged.getvalue()]
            whole = "\n".join(shown)
            assert "Axolotl" not in whole
            assert whole.count("Quokka of chidi") >= 3, "in the draft, on its page, by the API"
            assert "Quokka" not in logged.getvalue()
            assert "voice" in logged.getvalue()
            names = ["Chidi", "Dana", "Emre"]
            for line in whole.splitlines():
                if "Quokka" in line and len(line) < 300:
                    assert not [name for name in names if name in line], line


async def here_on_the_web(walk: Walk) -> dict[str, str]:
    return await on_the_web(await walk.browser("ana"), walk.there, 1)


PEOPLE = [UserId(f"U{n}") for n in range(1, 6)]
USES = [*Use, Use.UNNAMED, Use.UNNAMED, Use.UNNAMED, None]  # else three are seldom there
HARD = Playbook(review=ReviewPlan(sections=("hard",)))


@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(
        st.one_of(
            st.just(None),  # a draft is made
            st.tuples(st.sampled_from(PEOPLE), st.sampled_from(USES), st.booleans()),
        ),
        min_size=12,
        max_size=24,
    )
)
async def test_whatever_is_told_changed_taken_back_and_drafted_each_text_shows_what_is_allowed(
    here: Bench, steps: list[tuple[UserId, Use | None, bool] | None]
) -> None:
    """A person, how it may be used (None: taken back), and whether in new words."""
    if not await here.incidents():
        await here.declares()
    store, renderer = here.app.store, here.app.tools.renderer
    for user in PEOPLE:
        await store.write(partial(Transaction.take_voice_back, number=1, user=user))
    standing: dict[UserId, tuple[Use, str]] = {}
    for step in steps:
        if step is None:
            async with store.read() as tx:
                history = await tx.history(await tx.incident(1), zone=ZoneInfo("UTC"))
                kept = await tx.kept_review(1)
            before = kept.markdown if kept else None
            made = draft_markdown(history, HARD, renderer, before)
            if made != before:
                over = kept.version if kept else 0
                async with store.begin() as tx:
                    await tx.rewrite_review(1, made, over=over, heard=history.voices)
            unnamed = [words for use, words in standing.values() if use is Use.UNNAMED]
            for use, words in standing.values():
                is_shown = use is Use.NAMED or (use is Use.UNNAMED and len(unnamed) >= 3)
                assert (words in made) == is_shown
        else:
            user, use, anew = step
            words = standing[user][1] if user in standing and not anew else f"told{next(COUNT)}so"
            if use is None:
                await store.write(partial(Transaction.take_voice_back, number=1, user=user))
                standing.pop(user, None)
            else:
                answers = {Asked.HARD: words}
                await store.write(
                    partial(Transaction.tell, number=1, user=user, answers=answers, use=use)
                )
                standing[user] = (use, words)
        may_stand = {words: use for use, words in standing.values()}
        for text in await texts(here):
            unnamed_in = 0
            for words in re.findall(r"told\d+so", text):
                assert may_stand.get(words) in (Use.NAMED, Use.UNNAMED), "what was taken back"
                unnamed_in += f"- Somebody: “{words}” (voice)" in text
            named = {words for words, use in may_stand.items() if use is Use.UNNAMED}
            assert not re.search(rf"U\d: “({'|'.join(named) or 'none'})”", text)
            assert unnamed_in == 0 or unnamed_in >= 3
    async with store.read() as tx:
        verdict = await tx.verdict(1)
    assert verdict.wrong == verdict.loose == ()


COUNT = count()
