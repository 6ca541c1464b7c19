"""What an alert's notices are in a timeline."""

from __future__ import annotations

from datetime import UTC, datetime

from incibot.core.evidence import KeptAlert, Notice, State, entries_of
from incibot.core.timeline import EntryKind

AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


def notice(id: int, state: State | None, **more: str) -> Notice:
    return Notice(id=id, state=state, at=AT, heard_at=AT, **more)


def test_each_notice_is_an_entry_of_its_own_and_no_markup_of_theirs_is_ours() -> None:
    alert = KeptAlert(
        id=3,
        source="pagerduty",
        hook="pagerduty",
        key="PT4KHLK",
        title="Error rate <!channel> is up",
        details="",
        service="checkout",
        severity="critical",
        url="https://northwind.pagerduty.com/incidents/PT4KHLK",
        links={},
        state=State.RESOLVED,
        fired=1,
        first_at=AT,
        fired_at=AT,
        changed_at=AT,
    )
    told = entries_of(
        alert,
        [
            notice(7, State.FIRING, words="51 % of requests fail"),
            notice(8, State.ACKNOWLEDGED, actor="Ana A.", words="Error rate <!channel> is up"),
            notice(9, None, actor="Ana A.", words="looking", url="https://example.com/note"),
            notice(10, State.RESOLVED),
        ],
    )
    assert [one.key for one in told] == ["alert:7", "alert:8", "alert:9", "alert:10"]
    assert [one.words for one in told] == [
        "Error rate &lt;!channel&gt; is up\n51 % of requests fail",
        "Acknowledged by Ana A.: Error rate &lt;!channel&gt; is up",
        "Ana A.: looking",
        "Resolved: Error rate &lt;!channel&gt; is up",
    ]
    assert [one.kind for one in told] == [
        EntryKind.ALERT,
        EntryKind.ALERT,
        EntryKind.NOTE,
        EntryKind.ALERT,
    ]
    assert {one.by_name for one in told} == {one.source.type for one in told} == {"pagerduty"}
    assert [one.source.url for one in told[1:3]] == [alert.url, "https://example.com/note"]
    assert dict(told[1].data) == {
        "alert": 3,
        "key": "PT4KHLK",
        "state": "acknowledged",
        "service": "checkout",
        "severity": "critical",
        "by": "Ana A.",
    }
