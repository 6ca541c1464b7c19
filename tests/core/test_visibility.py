from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incibot.core.incident import Incident
from incibot.core.people import Assignment, UserId
from incibot.core.playbook import Kind
from incibot.core.visibility import NOBODY, may_see

AT = datetime(2026, 11, 20, 14, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
ANA, BELA, CHIDI, GITA = (UserId(name) for name in ("ANA", "BELA", "CHIDI", "GITA"))
PRIVATE = Incident(
    number=1,
    title="Somebody took the list",
    kind=Kind.INCIDENT,
    severity="sev2",
    status="investigating",
    private=True,
    declared_by=ANA,
    declared_at=AT,
)


def holding(user: UserId, since: datetime, until: datetime | None = None) -> tuple[Assignment, ...]:
    return (Assignment(role="scribe", user=user, since=since, until=until),)


@pytest.mark.parametrize(
    ("incident", "seen_by"),
    [
        (replace(PRIVATE, private=False, left={ANA: AT}, outside=frozenset({GITA})), "everybody"),
        (PRIVATE, {ANA}),
        (replace(PRIVATE, members=frozenset({BELA})), {ANA, BELA}),
        (replace(PRIVATE, members=frozenset({BELA}), left={ANA: LATER}), {BELA}),
        (replace(PRIVATE, assignments=holding(CHIDI, AT)), {ANA, CHIDI}),
        (replace(PRIVATE, assignments=holding(CHIDI, AT, LATER)), {ANA}),
        (replace(PRIVATE, assignments=holding(CHIDI, AT), left={CHIDI: LATER}), {ANA}),
        (replace(PRIVATE, assignments=holding(CHIDI, LATER), left={CHIDI: AT}), {ANA, CHIDI}),
        (replace(PRIVATE, members=frozenset({GITA}), outside=frozenset({GITA})), {ANA}),
        (replace(PRIVATE, assignments=holding(GITA, AT), outside=frozenset({GITA})), {ANA}),
        (replace(PRIVATE, outside=frozenset({ANA})), set()),
    ],
)
def test_who_sees_it(incident, seen_by):
    everybody = {ANA, BELA, CHIDI, GITA, NOBODY}
    assert {one for one in everybody if may_see(incident, one)} == (
        everybody if seen_by == "everybody" else seen_by
    )
