"""What stands of marks and words, whatever the order in which Slack told of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from incibot.core.people import ChannelId, UserId
from incibot.core.timeline import (
    Entry,
    EntryKind,
    Mark,
    MarkEvent,
    Recorded,
    Revision,
    Source,
    just_before,
    kind_as_marked,
    moment_of,
    quiet_stretches,
    standing,
    ts_of,
    wording,
)

ANA, BELA = UserId("U1"), UserId("U2")


def mark(
    at: int,
    *,
    on: bool = True,
    user: UserId = ANA,
    kind: Mark = Mark.KEY_MOMENT,
    via: str = "pushpin",
) -> MarkEvent:
    return MarkEvent(
        channel=ChannelId("C1"),
        ts="1700000000.000100",
        mark=kind,
        user=user,
        via=via,
        at=f"17000000{at:02d}.000200",
        on=on,
    )


EVENTS = st.builds(
    mark,
    st.integers(0, 5),
    on=st.booleans(),
    user=st.sampled_from([ANA, BELA]),
    kind=st.sampled_from([Mark.KEY_MOMENT, Mark.DECISION]),
    via=st.sampled_from(["pushpin", "pin", "hand::skin-tone-2"]),
)


@given(events=st.lists(EVENTS, max_size=8), data=st.data())
def test_marks_stand_the_same_in_any_order_and_repetition(
    events: list[MarkEvent], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(events))
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    assert standing([*repeated, *shuffled]) == standing(events)


@given(events=st.lists(EVENTS, max_size=8))
def test_a_mark_stands_if_nobody_took_it_off_since(events: list[MarkEvent]) -> None:
    stand = standing(events)
    for place in {event.place for event in events}:
        there = [event for event in events if event.place == place]
        last = [event for event in there if event.at == max(one.at for one in there)]
        setters = {(event.mark, event.via, event.user) for event in last if event.on}
        found = {
            (one.mark, one.via, one.user)
            for one in stand
            if (one.mark, one.via) == place[:2] and place[2] in (None, one.user)
        }
        if all(event.on for event in last):
            assert len(found) == 1
            assert found <= setters
        else:
            assert not found


def test_two_people_who_mark_a_message_are_two_markers() -> None:
    both = standing([mark(1), mark(2, user=BELA)])
    assert [one.user for one in both] == [ANA, BELA]
    assert [one.user for one in standing([mark(1), mark(2, user=BELA), mark(3, on=False)])] == [
        BELA
    ]


def test_a_pin_is_the_messages_and_anybody_may_take_it_out() -> None:
    pinned = mark(1, via="pin")
    taken_out = mark(2, via="pin", user=BELA, on=False)
    assert standing([taken_out, pinned]) == ()
    again = mark(3, via="pin", user=BELA)
    assert [one.user for one in standing([again, pinned, taken_out])] == [BELA]


def test_of_two_kinds_of_mark_the_later_gives_the_kind_and_a_key_moment_gives_none() -> None:
    marks = standing([mark(1, kind=Mark.HYPOTHESIS), mark(2, kind=Mark.DECISION, user=BELA)])
    assert kind_as_marked(EntryKind.MESSAGE, marks) is EntryKind.DECISION
    assert kind_as_marked(EntryKind.MESSAGE, standing([mark(1)])) is EntryKind.MESSAGE
    assert kind_as_marked(EntryKind.NOTE, ()) is EntryKind.NOTE


@given(
    at=st.datetimes(
        datetime(2001, 9, 9, 1, 46, 40),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    )
)
def test_a_ts_and_its_moment_are_the_same_to_the_microsecond(at: datetime) -> None:
    assert moment_of(ts_of(at)) == at
    assert len(ts_of(at)) == len("1700000000.000100")
    assert just_before(ts_of(at)) < ts_of(at)
    assert at - moment_of(just_before(ts_of(at))) == timedelta(microseconds=1)


@given(
    versions=st.dictionaries(
        st.integers(0, 20).map(lambda n: f"17000000{n:02d}.000000"),
        st.sampled_from(["a", "b", ""]),
        max_size=6,
    ),
    data=st.data(),
)
def test_words_read_the_same_in_whatever_order_their_versions_came(
    versions: dict[str, str], data: st.DataObject
) -> None:
    shuffled = dict(data.draw(st.permutations(list(versions.items()))))
    now, earlier = wording(shuffled)
    assert (now, earlier) == wording(versions)
    said = [one.words for one in earlier] + ([now] if versions else [])
    assert all(one != other for one, other in pairwise(said))
    if versions:
        assert now == versions[max(versions)]


def test_words_said_again_are_no_revision_and_words_brought_back_are_two() -> None:
    assert wording({"1700000001.000000": "a", "1700000002.000000": "a"}) == ("a", ())
    now, earlier = wording(
        {"1700000001.000000": "a", "1700000002.000000": "b", "1700000003.000000": "a"}
    )
    assert now == "a"
    assert earlier == (
        Revision(words="a", replaced_at=moment_of("1700000002.000000")),
        Revision(words="b", replaced_at=moment_of("1700000003.000000")),
    )


def recorded(
    minute: int, *, kind: EntryKind = EntryKind.MESSAGE, by: UserId | None = ANA
) -> Recorded:
    at = datetime(2026, 11, 20, 14, minute, tzinfo=UTC)
    entry = Entry(key=f"k{minute}", kind=kind, occurred_at=at, by=by, source=Source())
    return Recorded(
        id=minute,
        incident=1,
        key=entry.key,
        kind=kind,
        kind_first=kind,
        occurred_at=at,
        recorded_at=at,
        words="words",
        by=by,
        by_name="",
        source=entry.source,
        data={},
    )


def test_a_quiet_stretch_lies_between_two_things_that_people_said() -> None:
    entries = [
        recorded(0),
        recorded(5, kind=EntryKind.JOINED),
        recorded(9, by=None),
        recorded(20),
        recorded(24),
    ]
    (quiet,) = quiet_stretches(entries, longer_than=timedelta(minutes=10))
    assert (quiet.after.id, quiet.before.id) == (0, 20)
    assert quiet.length == timedelta(minutes=20)
