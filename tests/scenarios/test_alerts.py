"""Alerts and changes in Slack: one message an alert, one for a storm, and what people do with them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from incibot.config import Integrations
from incibot.core.evidence import Alert, Change, Remark, State, What
from incibot.core.playbook import Playbook, Service
from tests.bench import START, Bench, bench, text_of
from tests.evidence import SHOWN, tells

BOOK = Playbook(
    services=(
        Service(name="checkout", aliases=("checkout-api",), alerts="#checkout"),
        Service(name="payments"),
    )
)
URL = "https://alerts.example.com/a?b=1&c=2"


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Bench]:
    """A workspace whose alerts are shown in #checkout."""
    async with bench("sqlite://", tmp_path, book=BOOK, integrations=SHOWN) as made:
        yield made


def alert(state: State = State.FIRING, n: int = 1, **more: Any) -> Alert:
    """The alert of that number, for the first time in that state unless `id` says otherwise."""
    given = {"id": f"{n}:{state}", "title": "Error rate is 51 %", "service": "checkout-api"}
    return Alert(key=str(n), state=state, **{**given, **more})


async def test_one_message_says_how_an_alert_stands_from_its_first_word_to_its_last(
    watched: Bench,
) -> None:
    await tells(
        watched,
        alert(
            severity="critical", url=URL, details="5 of 9 <pods> fail", links={"Graph": f"{URL}3"}
        ),
    )
    (message,) = watched.ours("checkout")
    said = text_of(message)
    assert ":rotating_light: *Error rate is 51 %*" in said
    assert f"Firing since <!date^{int(START.timestamp())}^" in said
    assert "checkout" in said
    assert "critical" in said
    assert "5 of 9 &lt;pods&gt; fail" in said
    assert "<https://alerts.example.com/a?b=1&amp;c=2|alertmanager> · <" in said
    labels = [one["text"]["text"] for one in message["blocks"][-1]["elements"]]
    assert labels == ["Declare", "Attach to…", "Useful", "Not useful"]

    watched.clock.passes(minutes=4)
    await tells(watched, alert(State.ACKNOWLEDGED, actor="Ana A."))
    watched.clock.passes(minutes=4)
    await tells(watched, Remark(id="r", key="1", words="looking", actor="Ana A."))
    assert ", by Ana A." in text_of(watched.ours("checkout")[0])
    await tells(watched, alert(State.RESOLVED))
    watched.clock.passes(minutes=4)
    await tells(watched, alert(id="again"))
    (message,) = watched.ours("checkout")
    assert "2 times, first" in text_of(message)
    assert "Firing since" in text_of(message)

    watched.clock.passes(hours=13)  # nobody looks up there any more
    await tells(watched, alert(State.RESOLVED, id="over"))
    watched.clock.passes(seconds=1)
    await tells(watched, alert(id="tomorrow"))
    assert len(watched.ours("checkout")) == 2
    await tells(watched, alert(State.RESOLVED, id="at last"))
    old, new = map(text_of, watched.ours("checkout"))
    assert "Resolved since" in new
    assert "Resolved since" in old


async def test_an_alert_of_no_channel_is_kept_and_shown_nowhere(here: Bench) -> None:
    await tells(here, alert())
    assert not [one for room in ("checkout", "general", "incidents") for one in here.ours(room)]
    assert "Error rate is 51 %" in text_of((await here.types("alerts")).raw)


async def test_a_channel_that_is_not_there_is_said_with_what_would_mend_it(tmp_path: Path) -> None:
    book = Playbook(services=(Service(name="checkout", alerts="#nowhere"),))
    async with bench("sqlite://", tmp_path, book=book, integrations=Integrations()) as there:
        await tells(there, alert(service="checkout"))
        async with there.app.store.read() as tx:
            (parked,) = await tx.parked()
        assert (parked.kind, parked.last_error) == (
            "ShowAlert",
            "conversations.list: channel_not_found (#nowhere)",
        )
        await there.person("ana").creates("nowhere")
        async with there.app.store.begin() as tx:
            await tx.retry()
        await there.settle()
        assert len(there.ours("nowhere")) == 1


async def test_of_a_flood_a_few_have_messages_and_the_others_one_that_counts(
    watched: Bench, tmp_path: Path
) -> None:
    """500 in a minute, told at once and by and by; and incibot begins anew in the middle."""
    kinds = [("checkout", "p99 is high"), ("payments", "Queue is long")]
    flood = [alert(n=n, service=kinds[n % 2][0], title=kinds[n % 2][1]) for n in range(500)]
    await tells(watched, *flood[:300], hook="alertmanager")
    url = f"sqlite:///{tmp_path / 'incibot.db'}"
    async with bench(
        url,
        tmp_path,
        book=BOOK,
        integrations=SHOWN,
        playground=watched.slack,
        clock=watched.clock,
    ) as later:
        later.clock.passes(seconds=20)
        await tells(later, *flood[300:])
        later.clock.passes(seconds=5)
        await later.settle()
        messages = later.ours("checkout")
        assert len(messages) == 6
        storm = messages[-1]
        said = text_of(storm)
        assert "*495 alerts at once*" in said
        assert "495 firing" in said
        assert "× payments: Queue is long" in said
        assert "It goes on" in said
        async with later.app.store.read() as tx:
            found = await tx.storm("#checkout", 1)
        assert found is not None
        assert sorted(many for *_, many in found.counts) == [247, 248]

        await tells(later, alert(State.RESOLVED, n=400, service="checkout", title="p99 is high"))
        later.clock.passes(seconds=5)
        await later.settle()
        assert "494 firing · 1 resolved" in text_of(later.ours("checkout")[-1])

        later.clock.passes(minutes=2)
        await later.settle()
        assert "Alerts have messages of their own again" in text_of(later.ours("checkout")[-1])
        await tells(later, alert(n=501, title="something else"))
        assert len(later.ours("checkout")) == 7
        assert "something else" in text_of(later.ours("checkout")[-1])
        await tells(later, alert(n=400, id="anew", title="p99 is high", service="checkout"))
        assert len(later.ours("checkout")) == 8, "it fires after the storm: it is a new alert"

        await it_is_listed_and_declared(later, storm)


async def it_is_listed_and_declared(there: Bench, storm: dict[str, Any]) -> None:
    bela = there.person("bela")
    await bela.clicks("run:show", channel="checkout", ts=storm["ts"])
    await there.settle()
    listed = text_of(there.slack.workspace.ephemerals[-1].message)
    assert "… and 475 more." in listed
    assert "Attach to…" in listed
    await bela.clicks("run:declare", channel="checkout", ts=storm["ts"])
    assert bela.view is not None
    assert "495 alerts at once: checkout, payments" in text_of(bela.view)
    await bela.submits({})
    await there.settle()
    entries = [one for one in await there.timeline(1) if one.kind.value == "alert"]
    (entry,) = entries
    assert entry.words == "495 alerts at once (payments: 248, checkout: 247)"


async def test_an_incident_is_declared_from_an_alert_with_all_that_it_told(watched: Bench) -> None:
    await tells(watched, alert(severity="P1", details="5 of 9 pods fail", url=URL))
    await tells(watched, alert(State.ACKNOWLEDGED, actor="Ana A."))
    ana = watched.person("ana")
    (message,) = watched.ours("checkout")
    await ana.clicks("run:alert", channel="checkout", ts=message["ts"])
    view = ana.view
    assert view is not None
    fields = {one["block_id"]: one["element"] for one in view["blocks"] if one["type"] == "input"}
    assert fields["title"]["initial_value"] == "Error rate is 51 %"
    assert fields["severity"]["initial_option"]["value"] == "sev1"
    assert fields["service"]["initial_option"]["value"] == "checkout"
    assert "initial_value" not in fields["other_service"]
    assert fields["summary"]["initial_value"] == "5 of 9 pods fail"
    await watched.declares(who="bela")  # meanwhile: she is asked whether it is the same
    await ana.submits({})
    await ana.submits({})
    await watched.settle()
    watched.clock.passes(seconds=2)  # by then its channel is open
    await watched.settle()
    incident = await watched.incident(2)
    assert (incident.severity, incident.service) == ("sev1", "checkout")
    told = [one for one in await watched.timeline(2) if one.kind.value == "alert"]
    assert [(one.key, one.by_name, one.source.url) for one in told] == [
        ("alert:1", "alertmanager", URL),
        ("alert:2", "alertmanager", URL),
    ]
    assert f"Part of *INC-2* Error rate is 51 % in <#{incident.channel}>" in text_of(
        watched.ours("checkout")[0]
    )


async def test_an_alert_is_attached_to_an_incident_that_the_asker_may_see(watched: Bench) -> None:
    """A private one is offered to its members alone, and shown nowhere."""
    ana, dana = watched.person("ana"), watched.person("dana")
    await ana.types("/incident", "general")
    await ana.submits({"title": "Zibeline", "private": "private"})
    await dana.joins("checkout")
    await watched.settle()
    await tells(watched, alert())
    before = texts(watched.ours("checkout")[0])
    assert "No incident is open that the alert could belong to." in (
        await said_to(watched, "dana", "run:attach")
    )
    await watched.declares("sev3 A public one", who="bela")
    await dana.clicks("run:attach", channel="checkout")
    assert dana.view is not None
    assert "INC-1" not in text_of(dana.view)
    answer = await dana.submits({"incident": "2"})
    assert answer.errors is None
    await watched.settle()
    assert "Part of *INC-2*" in text_of(watched.ours("checkout")[0])
    (echo,) = [
        one
        for one in watched.ours((await watched.incident(2)).channel_name)
        if "51 %" in text_of(one)
    ]
    assert "by alertmanager" in text_of(echo)

    await ana.clicks("run:attach", channel="checkout")
    await ana.submits({"incident": "1"})
    await watched.settle()
    assert texts(watched.ours("checkout")[0]) == before
    assert [one.key for one in await watched.timeline(1) if one.kind.value == "alert"] == [
        "alert:1@1"
    ]
    assert [one.key for one in await watched.timeline(2) if one.kind.value == "alert"] == [
        "alert:1"
    ]
    assert "led to an incident once" in text_of((await watched.types("alerts", who="dana")).raw)


def texts(message: dict[str, Any]) -> list[str]:
    """All that it says."""
    return re.findall(r'"text": "([^"]*)"', text_of(message))


async def said_to(there: Bench, who: str, action: str) -> str:
    """What somebody sees who presses a button in #checkout."""
    await there.person(who).clicks(action, channel="checkout")
    await there.settle()
    return text_of(there.slack.workspace.ephemerals[-1].message)


async def test_each_ones_last_word_on_an_alert_holds_and_no_name_is_beside_it(
    watched: Bench,
) -> None:
    await tells(watched, alert())
    for who, button, why in (
        ("ana", "run:useful", ""),
        ("bela", "run:not_useful", "password=hunter2 <!here>"),
        ("ana", "run:not_useful", "fires each night"),
    ):
        person = watched.person(who)
        await person.clicks(button, channel="checkout")
        assert person.view is not None
        await person.submits({"why": why})
        await watched.settle()
    (message,) = watched.ours("checkout")
    assert "Useful: 0 · not useful: 2, by those who said" in text_of(message)
    listed = text_of((await watched.types("alerts")).raw)
    assert "useful: 0, not useful: 2" in listed
    assert "> not useful: fires each night" in listed
    assert "hunter2" not in listed
    assert "<!here>" not in listed
    for who in ("ana", "bela"):
        assert watched.person(who).id not in text_of(message) + listed
    ana = watched.person("ana")
    await ana.clicks("run:useful", channel="checkout")
    assert "fires each night" in text_of(ana.view)


async def test_what_changed_the_day_before_is_told_once_in_the_channel(watched: Bench) -> None:
    for n, (service, title) in enumerate(
        [
            ("checkout-api", "Deployed 41"),
            ("payments", "Flag <new> on"),
            ("checkout", "Deployed 40"),
        ]
    ):
        watched.clock.passes(hours=1)
        change = Change(
            id=str(n),
            what=What.FLAG if "Flag" in title else What.DEPLOY,
            title=title,
            service=service,
            version="v1.2",
            environment="production",
            actor="bela",
            url=URL,
        )
        await tells(watched, change)
    answer = await watched.types("declare sev2 Checkout answers 500")
    assert answer.trouble is None
    channel = (await watched.incident()).channel_name
    listed = [one for one in watched.ours(channel) if "Changed in the day before" in text_of(one)]
    (message,) = listed
    said = text_of(message)
    assert "present then; no claim that they mattered" in said
    assert said.index("Deployed 40") < said.index("Flag &lt;new&gt; on") < said.index("Deployed 41")
    ana = watched.person("ana")
    await ana.types("/incident", "general")
    await ana.submits({"title": "Another", "service": "checkout"})
    await watched.settle()
    other = (await watched.incident(2)).channel_name
    (message,) = [one for one in watched.ours(other) if "Changed in" in text_of(one)]
    said = text_of(message)
    assert said.index("Deployed 41") < said.index("Flag &lt;new&gt; on")

    here = text_of((await watched.types("changes", channel=other)).raw)
    assert "Deployed 41" in here
    assert "Flag" not in here
    assert "Flag" in text_of((await watched.types("changes all", channel=other)).raw)
    assert "Deployed 40" not in text_of((await watched.types("changes payments 2h")).raw)
    assert "Deployed 41" not in text_of((await watched.types("changes 1")).raw)
    nothing = (await watched.types("changes search")).text
    assert nothing.startswith("No change of search in the last 24 hours")
    assert "Name a number from 1 to 720" in (await watched.types("changes 0")).text


async def test_of_many_changes_some_are_listed_and_the_others_counted(watched: Bench) -> None:
    many = [Change(id=str(n), what=What.DEPLOY, title=f"Deploy {n}") for n in range(40)]
    await tells(watched, *many)
    await watched.declares()
    channel = (await watched.incident()).channel_name
    (message,) = [one for one in watched.ours(channel) if "Changed in" in text_of(one)]
    assert text_of(message).count("deploy: Deploy") == 15
    assert "… and 25 more: `/incident changes all 24`" in text_of(message)


async def test_friction_is_on_the_timeline_and_nowhere_else_taken(watched: Bench) -> None:
    incident = await watched.declares()
    answer = await watched.types("friction", channel=incident.channel_name)
    assert answer.text.startswith("What got in the way?")
    answer = await watched.types("friction Grafana takes a minute", channel=incident.channel_name)
    assert answer.text.startswith("Noted, for those who own that tool")
    (entry,) = [one for one in await watched.timeline() if one.kind.value == "note"]
    assert (entry.words, dict(entry.data)) == ("Grafana takes a minute", {"friction": True})
    assert "Grafana takes a minute" in text_of(watched.ours(incident.channel_name)[-1])
    elsewhere = await watched.types("friction Grafana takes a minute")
    assert "This is not an incident’s channel" in elsewhere.text
