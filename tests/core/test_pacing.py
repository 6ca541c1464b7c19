"""No minute holds more calls than Slack's number, and whoever waits gets a turn in order."""

from __future__ import annotations

import re
from bisect import bisect_right
from heapq import heappop, heappush
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from incibot.core.pacing import (
    IN_A_CHANNEL,
    METHODS,
    SECOND,
    SPECIAL,
    TIERS,
    Limit,
    Slot,
    Stint,
    close,
    limits,
    take,
)
from incibot.playground.faults import SPECIAL_PER_MINUTE
from incibot.playground.faults import TIERS as SLACKS
from incibot.playground.methods import METHODS as SLACKS_METHODS
from incibot.slack import gateway

MINUTE = 60 * SECOND


def ask(
    slot: Slot, limit: Limit, now: int, *, waited: bool = False, going_on: bool = False
) -> tuple[Slot, int]:
    kept, wait = take({"x": slot}, {"x": limit}, now=now, waited=waited, going_on=going_on)
    return kept.get("x", slot), wait


def most_in(moments: list[int], window: int) -> int:
    """In any stretch of that length."""
    moments = sorted(moments)
    return max(bisect_right(moments, at + window) - n for n, at in enumerate(moments))


@given(
    tier=st.sampled_from(sorted(TIERS)),
    crowds=st.lists(
        st.tuples(st.integers(0, 30 * SECOND), st.integers(1, 60)), min_size=1, max_size=8
    ),
    skew=st.integers(-10 * SECOND, SECOND),
)
@example(tier=2, crowds=[(0, 40)], skew=-10 * SECOND)
def test_no_minute_holds_more_than_slacks_number_however_people_come_and_come_back(
    tier: int, crowds: list[tuple[int, int]], skew: int
) -> None:
    """Those who are put off come back when they were told to, give or take, among newcomers."""
    (limit,) = limits({2: "pins.add", 3: "chat.update", 4: "users.info"}[tier]).values()
    slot, now, made = Slot(), 10**15, []
    waiting: list[int] = []

    def come_back(until: int) -> None:
        nonlocal slot
        while waiting and waiting[0] <= until:
            at = heappop(waiting)
            slot, wait = ask(slot, limit, at, waited=True)
            if wait:
                heappush(waiting, at + max(wait + skew, 1))
            else:
                made.append(at)

    for pause, people in crowds:
        now += pause
        come_back(now)
        for _ in range(people):
            slot, wait = ask(slot, limit, now)
            if wait:
                heappush(waiting, now + max(wait + skew, 1))
            else:
                made.append(now)
    come_back(10**16)
    assert len(made) == sum(people for _, people in crowds)
    assert most_in(made, MINUTE) <= TIERS[tier]


def test_those_who_wait_get_a_moment_each_and_nobody_new_goes_before() -> None:
    limit, slot, told = IN_A_CHANNEL, Slot(), []
    for _ in range(4):
        slot, wait = ask(slot, limit, SECOND)
        told.append(wait)
    assert told == [0, SECOND, 2 * SECOND, 3 * SECOND]
    assert ask(slot, limit, 2 * SECOND)[1] > 0  # it is free, and another's
    slot, wait = ask(slot, limit, 2 * SECOND, waited=True)
    assert wait == 0
    slot, wait = ask(slot, limit, 2 * SECOND + 1)  # behind the two who still wait
    assert wait == 3 * SECOND - 1


def test_who_was_promised_a_turn_and_does_not_come_holds_up_nobody_for_long() -> None:
    slot, _ = ask(Slot(), IN_A_CHANNEL, SECOND)
    slot, _ = ask(slot, IN_A_CHANNEL, SECOND)
    assert ask(slot, IN_A_CHANNEL, 2 * SECOND + 1)[1] == 0


def test_who_is_in_the_middle_of_something_is_let_through_and_others_wait_for_it() -> None:
    (limit,) = limits("conversations.create").values()
    slot = Slot()
    for _ in range(TIERS[2]):
        slot, wait = ask(slot, limit, 0, going_on=True)
        assert wait == 0
    assert ask(slot, limit, 0, going_on=True)[1] > 0
    assert ask(slot, limit, 30 * SECOND)[1] > 0


def test_what_slack_has_closed_is_closed_for_everybody() -> None:
    (limit,) = limits("chat.update").values()
    slot = close(Slot(), 30, now=SECOND)
    for waited, going_on in ((False, False), (True, False), (False, True)):
        assert ask(slot, limit, 2 * SECOND, waited=waited, going_on=going_on)[1] == 29 * SECOND
    assert ask(slot, limit, 31 * SECOND)[1] == 0
    assert close(slot, 1, now=SECOND) == slot  # a shorter one opens nothing


def test_a_call_that_one_limit_stops_uses_up_no_other() -> None:
    wanted = limits("chat.postMessage", "C1")
    slots = {"chat.postMessage": Slot(), "chat.postMessage:C1": Slot(rested=SECOND)}
    kept, wait = take(slots, wanted, now=0)
    assert (list(kept), wait) == (["chat.postMessage:C1"], SECOND)


def test_what_was_posted_before_a_call_is_put_off_is_looked_for_the_next_time() -> None:
    assert not Stint(used={"chat.update", "conversations.open"}).posted
    assert Stint(used={"chat.postMessage"}).posted


def test_every_call_of_the_gateways_has_slacks_own_tier() -> None:
    assert gateway.__file__
    source = Path(gateway.__file__).read_text()
    asked = set(re.findall(r'_ask\(\s*"([a-zA-Z.]+)"', source))
    answers = {"views.open", "views.push", "views.update"}  # they never wait
    assert asked - answers == METHODS.keys()
    assert {name: SLACKS_METHODS[name].tier for name in METHODS} == METHODS
    assert all(SLACKS[tier] == minute for tier, minute in TIERS.items())
    assert SPECIAL == SPECIAL_PER_MINUTE
