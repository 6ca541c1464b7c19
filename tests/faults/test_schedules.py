"""Events in any order and again, deaths and outages between them: in the end the record is Slack's own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from incibot.core.timeline import EntryKind
from tests.faults.story import opened
from tests.faults.world import LEASE, Nursery, Trouble, World, world
from tests.scenarios.test_catching_up import is_slacks_own
from tests.scenarios.test_timeline import STEPS, play

RETRIES = (0.05, *(0.3,) * 40)  # Slack tries for minutes, and so do we: a short death loses nothing
EXAMPLES = int(os.environ.get("INCIBOT_TEST_SCHEDULES", "8"))
AWAY = 180.0  # seconds of an outage, in which Slack gives up

Steps = Sequence[tuple[str, int, str, float]]
SCHEDULE = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("goes on", "goes on", "twice", "last first", "command"),
                *("dies", "is away", "loses an answer"),
            ]
        ),
        st.lists(STEPS, min_size=1, max_size=5),
    ),
    min_size=2,
    max_size=6,
)


@pytest.fixture
async def earth(nursery: Nursery, tmp_path: Path) -> AsyncIterator[World]:
    async with world(nursery, "sqlite://", tmp_path, retry_delays=RETRIES) as made:
        await made.start()
        yield made


@settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate])
@given(schedule=SCHEDULE)
async def test_whatever_happens_the_timeline_is_slacks_own_history(
    earth: World, schedule: Sequence[tuple[str, Steps]]
) -> None:
    there, faults = earth, earth.slack.faults
    number = len(await there.there.incidents()) + 1
    await there.types(f"declare sev2 Checkout answers 500 ({number})")
    await opened(there, number)
    channel = there.room(number)
    await there.slack.person("bela").joins(channel)
    mine: list[str] = []
    noted: list[str] = []
    for what, steps in schedule:
        note(what)
        match what:
            case "twice":
                faults.double_events = 4
            case "last first":
                faults.reorder_events = 4
            case "loses an answer":
                there.slack.trouble = lambda name: _once(there)
            case "dies":
                await there.bots[-1].killed()
            case "is away":
                await there.bots[-1].killed()
                there.slack.request_url = None  # whoever reached it until now gives up
                there.clock.passes(seconds=AWAY)
            case "command":
                answer = await there.types(f"note number {len(noted)}", channel)
                if answer.trouble is None:
                    noted.append(f"number {len(noted)}")
        await play(there.there, channel, steps, mine)
        if what == "is away":
            there.clock.passes(seconds=AWAY)  # Slack gives nothing up sooner
        if not there.bots[-1].is_alive:
            await there.start()
    there.clock.passes(seconds=LEASE)
    await there.bots[-1].killed()
    await there.start()
    await there.settle()
    await is_slacks_own(there.there, channel, number)
    told = await there.there.timeline(number)
    notes = [one.words for one in told if one.kind is EntryKind.NOTE]
    assert [words for words in notes if words.startswith("number")] == noted
    assert {key: n for key, n in there.written().items() if n > 1} == {}
    await there.proved(number)
    await there.types("resolve", channel)
    await there.settle()
    await there.shelve(number)


def _once(there: World) -> Trouble:
    """What happens to the next call, and to no other."""
    there.slack.trouble = lambda name: None
    return Trouble.LOST
