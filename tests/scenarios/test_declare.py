"""From ``/incident`` to a channel with everybody in it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incibot.core.playbook import SEVERITIES, Playbook, Service, Severity
from incibot.core.timeline import EntryKind
from tests.bench import START, Bench, bench, text_of

SERVICES = (
    Service(name="checkout", invite=("@oncall-checkout",)),
    Service(name="Café & bar", invite=()),
)


def field(view: dict[str, Any] | None, block_id: str) -> dict[str, Any]:
    """The element of a form's field."""
    assert view is not None
    (found,) = [one for one in view["blocks"] if one["block_id"] == block_id]
    element: dict[str, Any] = found["element"]
    return element


def cards(there: Bench, channel: str) -> list[dict[str, Any]]:
    """The messages of ours that have a row with the button *Roles*."""
    return [one for one in there.ours(channel) if "run:role" in text_of(one)]


async def test_declaring_makes_a_channel_a_card_a_pin_and_an_announcement(there: Bench) -> None:
    answer = await there.types("declare sev2 Checkout answers 500")
    incident = await there.incident()

    assert "INC-1 is declared" in answer.text
    assert incident.channel_name == "inc-1-checkout-answers-500"
    channel = there.slack.channel(incident.channel_name)
    ana = there.person("ana")
    assert ana.id in channel.members
    (card,) = cards(there, channel.id)
    assert "sev2" in text_of(card)
    assert [one["ts"] for one in ana.pinned(channel.id)] == [card["ts"]]
    (announced,) = there.ours("incidents")
    assert "Checkout answers 500" in text_of(announced)
    assert f"<#{channel.id}>" in text_of(announced)
    assert channel.topic["value"] == "INC-1: Checkout answers 500"
    assert await there.kinds() == ["declared", "role", "link", "joined"]
    (duties,) = ana.direct_messages()
    assert "You are *Incident commander* of INC-1" in text_of(duties)
    assert "Keep the whole in view" in text_of(duties)


async def test_without_a_severity_the_middle_one_is_taken(there: Bench) -> None:
    answer = await there.types("declare Checkout answers 500")
    assert "INC-1 is declared as sev3" in answer.text
    assert (await there.incident()).title == "Checkout answers 500"


async def test_the_timeline_page_is_bookmarked_where_there_is_one(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path, base_url="https://incibot.example") as there:
        incident = await there.declares()
        (bookmark,) = there.slack.channel(incident.channel_name).bookmarks
        assert bookmark["link"] == "https://incibot.example/incidents/INC-1"
        (card,) = cards(there, incident.channel_name)
        assert bookmark["link"] in text_of(card)


async def test_without_an_announcement_channel_nothing_is_announced(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path, announce=None) as there:
        incident = await there.declares()
        assert not there.ours("incidents")
        (card,) = cards(there, incident.channel_name)
        assert "Could not" not in text_of(card)


# --- The form ------------------------------------------------------------------------------------


async def test_every_field_of_the_form_counts(database: str, tmp_path: Path) -> None:
    async with bench(database, tmp_path, book=Playbook(services=SERVICES)) as there:
        ana, bela = there.person("ana"), there.person("bela")
        await there.types("")
        assert field(ana.view, "title").get("initial_value", "") == ""
        assert field(ana.view, "started")["initial_value"] == "now"
        assert field(ana.view, "commander")["initial_user"] == ana.id
        assert all(one.means in text_of(ana.view) for one in SEVERITIES)

        answer = await ana.submits(
            {
                "title": "Carts  vanish <!channel>",
                "severity": "sev1",
                "summary": "Half of all carts & *bold*\nsince lunch",
                "service": "checkout",
                "started": "13:40",
                "private": "public",
                "kind": "near_miss",
                "commander": "bela",
            }
        )
        await there.settle()

        assert answer.errors is None
        assert answer.trouble is None
        assert "INC-1 is declared" in text_of(ana.view)
        incident = await there.incident()
        assert incident.title == "Carts vanish <!channel>"
        assert (incident.severity, incident.kind) == ("sev1", "near_miss")
        assert incident.summary == "Half of all carts & *bold*\nsince lunch"
        assert incident.service == "checkout"
        assert incident.holders("commander") == (bela.id,)
        started = incident.milestone("started")
        assert started is not None
        assert started.at == datetime(2026, 11, 20, 13, 40, tzinfo=UTC)
        channel = there.slack.channel(incident.channel_name)
        chidi = there.person("chidi")
        assert {ana.id, bela.id, chidi.id} <= set(channel.members)  # chidi is on call for checkout
        (card,) = cards(there, channel.id)
        for seen in (card, *there.ours("incidents")):
            assert "Near miss" in text_of(seen)
            assert "<!date^1795182000^" in text_of(seen)  # 13:40 UTC
        assert "You are *Incident commander*" in text_of(bela.direct_messages())
        assert not ana.direct_messages()


@pytest.mark.parametrize(
    ("who", "phrase", "at"),
    [
        ("ana", "13:40", "2026-11-20T13:40"),  # Lisbon keeps UTC in winter
        ("fumiko", "22:40", "2026-11-20T13:40"),  # Tokyo
        ("dana", "8:40", "2026-11-20T13:40"),  # New York
        ("emre", "20 minutes ago", "2026-11-20T13:40"),
        ("chidi", "yesterday 22:10", "2026-11-19T21:10"),  # Lagos
    ],
)
async def test_a_start_time_is_read_in_the_speakers_own_zone(
    there: Bench, who: str, phrase: str, at: str
) -> None:
    await there.types("Checkout answers 500", who=who)
    answer = await there.person(who).submits({"started": phrase})
    await there.settle()
    assert answer.errors is None
    started = (await there.incident()).milestone("started")
    assert started is not None
    assert started.at.strftime("%Y-%m-%dT%H:%M") == at


async def test_an_empty_start_time_claims_nothing(there: Bench) -> None:
    await there.types("Checkout answers 500")
    await there.person("ana").submits({"started": None})
    await there.settle()
    incident = await there.incident()
    assert incident.milestone("started") is None
    assert incident.title == "Checkout answers 500"


@pytest.mark.parametrize("phrase", ["five past tuesday", "in 2 hours", "<!channel>", "25:99"])
async def test_a_wrong_start_time_is_said_under_its_field_and_nothing_is_lost(
    there: Bench, phrase: str
) -> None:
    ana = there.person("ana")
    await there.types("")
    await ana.fills({"title": "Checkout answers 500", "summary": "what I typed"})
    answer = await ana.submits({"started": phrase})
    await there.settle()

    assert answer.errors is not None
    assert list(answer.errors) == ["started"]
    assert answer.errors["started"].count('"') >= 6  # three examples, each in quotes
    assert await there.incidents() == []
    assert ana.view is not None
    assert "what I typed" in text_of(ana.view["state"])

    again = await ana.submits({"started": "10 minutes ago"})
    await there.settle()
    assert again.errors is None
    assert (await there.incident()).summary == "what I typed"


async def test_a_title_of_white_space_is_said_under_the_title(there: Bench) -> None:
    ana = there.person("ana")
    await there.types("")
    answer = await ana.submits({"title": "   ", "started": "five past tuesday"})
    assert answer.errors is not None
    assert set(answer.errors) == {"title", "started"}
    assert "A few words" in answer.errors["title"]


async def test_a_service_that_nobody_configured_can_be_typed(database: str, tmp_path: Path) -> None:
    async with bench(database, tmp_path, book=Playbook(services=SERVICES)) as there:
        ana = there.person("ana")
        await there.types("Bar is dark")
        await ana.submits({"service": "Café & bar"})
        await there.types("Printer on fire")
        await ana.submits({"other_service": "the <printer>"})
        await there.settle()
        assert [one.service for one in await there.incidents()] == ["the <printer>", "Café & bar"]
        assert "the &lt;printer&gt;" in text_of(there.ours("incidents")[-1])


async def test_the_form_comes_from_the_shortcut_the_home_and_a_message_too(there: Bench) -> None:
    ana = there.person("ana")
    await ana.shortcut("declare_incident")
    assert ana.view is not None
    assert ana.view["callback_id"] == "declare"
    await ana.closes_view()

    await ana.opens_home()
    await there.settle()
    await ana.clicks("run:form", value="|form declare")
    assert ana.view is not None
    assert ana.view["callback_id"] == "declare"
    await ana.closes_view()

    ts = await there.person("bela").writes(
        "Payments fail & <b>burn</b>, @ana please look\nsince noon", "checkout"
    )
    await ana.message_shortcut("declare_from_message", "checkout", ts)
    title = field(ana.view, "title")["initial_value"]
    assert title.casefold() == "payments fail & <b>burn</b>, @ana please look"
    assert field(ana.view, "summary")["initial_value"] == f"{title}\nsince noon"
    await ana.submits()
    await there.settle()

    incident = await there.incident()
    assert incident.title == title
    (link,) = [
        one
        for one in await there.timeline()
        if one.kind is EntryKind.LINK and one.words == "Declared from a message"
    ]
    channel = there.slack.channel("checkout").id
    assert link.source.url.endswith(f"/archives/{channel}/p{ts.replace('.', '')}")


async def test_a_long_message_fills_the_form_as_far_as_slack_takes_it(there: Bench) -> None:
    ts = await there.person("bela").writes("🔥é " * 3000, "checkout")
    await there.person("ana").message_shortcut("declare_from_message", "checkout", ts)
    answer = await there.person("ana").submits()
    await there.settle()
    assert answer.errors is None
    assert len((await there.incident()).summary) <= 3000


# --- Two at once ---------------------------------------------------------------------------------


async def test_what_others_declared_just_now_is_shown_before_the_form_is_sent(there: Bench) -> None:
    first = await there.declares("sev2 Checkout answers 500", who="ana")
    bela = there.person("bela")
    await there.types("Shop is down", who="bela")
    assert "Declared just now by others" in text_of(bela.view)
    assert "Checkout answers 500" in text_of(bela.view)

    assert bela.id not in there.slack.channel(first.channel_name).members
    await bela.clicks("run:join1")
    await there.settle()
    assert bela.id in there.slack.channel(first.channel_name).members
    assert "You are being invited" in text_of(bela.view)
    await bela.closes_view()

    answer = await bela.submits()  # it is another one after all
    await there.settle()
    assert answer.errors is None
    assert (await there.incident(2)).title == "Shop is down"


async def test_what_was_declared_while_the_form_was_open_is_shown_once_and_nothing_is_lost(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path, book=Playbook(services=SERVICES)) as there:
        bela = there.person("bela")
        ts = await bela.writes("Shop is down", "checkout")
        await bela.message_shortcut("declare_from_message", "checkout", ts)
        assert "Declared just now" not in text_of(bela.view)
        await there.declares("sev2 Checkout answers 500", who="ana")

        typed = {
            "title": "Shop is down <for all>",
            "severity": "sev1",
            "summary": "white & page",
            "service": "checkout",
            "other_service": None,
            "started": "14:55",
            "private": "public",
            "kind": "near_miss",
            "commander": "chidi",
        }
        await bela.submits(typed)
        await there.settle()
        assert len(await there.incidents()) == 1
        assert "Checkout answers 500" in text_of(bela.view)
        assert field(bela.view, "title")["initial_value"] == "Shop is down <for all>"
        assert field(bela.view, "severity")["initial_option"]["value"] == "sev1"
        assert field(bela.view, "summary")["initial_value"] == "white & page"
        assert field(bela.view, "service")["initial_option"]["value"] == "checkout"
        assert "initial_value" not in field(bela.view, "other_service")
        assert field(bela.view, "started")["initial_value"] == "14:55"
        assert field(bela.view, "kind")["initial_option"]["value"] == "near_miss"
        assert field(bela.view, "commander")["initial_user"] == there.person("chidi").id

        answer = await bela.submits()
        await there.settle()
        assert answer.errors is None
        second = await there.incident(2)
        assert (second.title, second.severity, second.kind, second.service, second.summary) == (
            "Shop is down <for all>", "sev1", "near_miss", "checkout", "white & page",
        )  # fmt: skip
        started = second.milestone("started")
        assert started is not None
        assert started.at == datetime(2026, 11, 20, 13, 55, tzinfo=UTC)  # Budapest
        assert any(one.source.url for one in await there.timeline(2))


async def test_whoever_declares_at_once_is_shown_the_others_with_a_way_in(there: Bench) -> None:
    first = await there.declares("sev2 Checkout answers 500", who="ana")
    answer = await there.types("declare Shop is down", who="bela")
    assert "INC-2 is declared" in answer.text
    assert "Checkout answers 500" in text_of({"blocks": answer.blocks})
    await there.person("bela").clicks("run:join1", channel="general")
    await there.settle()
    assert there.person("bela").id in there.slack.channel(first.channel_name).members


async def test_many_who_declare_at_once_each_get_their_own(there: Bench) -> None:
    names = ("ana", "bela", "chidi", "dana", "emre", "fumiko")
    await asyncio.gather(
        *(there.person(name).types(f"/incident declare It is {name}") for name in names)
    )
    await there.settle()
    made = await there.incidents()
    assert sorted(one.number for one in made) == [1, 2, 3, 4, 5, 6]
    assert {one.title for one in made} == {f"It is {name}" for name in names}
    assert len({one.channel for one in made}) == 6
    assert len(there.ours("incidents")) == 6


async def test_ones_own_old_and_ended_incidents_are_not_in_the_way(there: Bench) -> None:
    ended = await there.declares("Ended", who="bela")
    await there.types("resolve", who="bela", channel=ended.channel_name)
    await there.declares("Old", who="bela")
    there.clock.passes(minutes=11)
    await there.declares("Mine", who="ana")
    await there.types("Another", who="ana")
    assert "Declared just now" not in text_of(there.person("ana").view)


# --- The channel ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Bezahlen über PayPal geht nicht", "inc-1-bezahlen-uber-paypal-geht-nicht"),
        ("🔥🔥 🔥", "inc-1"),
        ("決済が失敗する", "inc-1"),
        ("?!… ---", "inc-1"),
        ("الدفع لا يعمل", "inc-1"),
        ("Don't <!channel> & panic", "inc-1-dont-channel-panic"),
    ],
)
async def test_any_title_gives_a_channel(there: Bench, title: str, name: str) -> None:
    incident = await there.declares(title)
    assert incident.title == title
    assert incident.channel_name == name
    assert len(cards(there, name)) == 1
    assert len(there.ours("incidents")) == 1


@pytest.mark.parametrize("title", ["x" * 3000, "🔥 & <!channel> " * 176, "ab " * 1000])
async def test_a_title_of_3000_characters_is_kept_whole_and_shown_cut(
    there: Bench, title: str
) -> None:
    ana = there.person("ana")
    await there.types("")
    answer = await ana.submits({"title": title})
    await there.settle()
    assert answer.errors is None
    assert answer.trouble is None
    incident = await there.incident()
    assert incident.title == " ".join(title.split())
    assert len(incident.channel_name) <= 80
    assert len(cards(there, incident.channel_name)) == 1
    assert len(there.ours("incidents")) == 1
    assert "<!channel>" not in text_of(there.ours("incidents")[0])


@pytest.mark.parametrize(
    ("private", "archived"), [(False, False), (False, True), (True, False), (True, True)]
)
async def test_somebody_elses_channel_of_that_name_is_left_alone(
    there: Bench, private: bool, archived: bool
) -> None:
    bela = there.person("bela")
    theirs = await bela.creates("inc-1-checkout-answers-500", private=private)
    if archived:
        await bela.archives(theirs)
    incident = await there.declares("sev2 Checkout answers 500")
    assert incident.channel_name == "inc-1-checkout-answers-500-2"
    assert incident.channel != theirs
    assert not there.ours(theirs)
    assert set(there.slack.channel(theirs).members) <= {bela.id}


async def test_a_channel_that_the_bot_made_for_something_else_is_left_alone(there: Bench) -> None:
    space = there.slack.workspace
    theirs = space.create(space.bot, "inc-1-checkout-answers-500", private=False)
    space.set_purpose(space.bot, theirs, "INC-1, kept by somebody else")
    incident = await there.declares("sev2 Checkout answers 500")
    assert incident.channel_name == "inc-1-checkout-answers-500-2"


async def test_a_refused_channel_is_told_announced_and_made_once_slack_lets_us(
    there: Bench,
) -> None:
    there.slack.faults.fails("conversations.create", "restricted_action")
    ana = there.person("ana")
    await there.types("declare sev2 Checkout answers 500")
    incident = await there.incident()
    assert incident.channel is None
    (told,) = ana.direct_messages()
    assert "restricted_action" in text_of(told)
    (announced,) = there.ours("incidents")
    assert "Checkout answers 500" in text_of(announced)
    await there.person("bela").clicks("run:join", channel="incidents")
    await there.settle()
    (said,) = there.person("bela").ephemerals()
    assert "has no channel: Slack refused" in text_of(said)
    (refused,) = [one for one in await there.timeline() if one.kind is EntryKind.NOTE]
    assert "restricted_action" in refused.words

    async with there.app.store.begin() as tx:
        assert await tx.retry() == 1
    await there.settle()
    incident = await there.incident()
    assert incident.channel_name == "inc-1-checkout-answers-500"
    assert incident.trouble == ""
    (announced,) = there.ours("incidents")
    assert f"<#{incident.channel}>" in text_of(announced)
    assert len(cards(there, incident.channel_name)) == 1


# --- Who is invited, and what goes wrong ----------------------------------------------------------


def guests(*invite: str) -> Playbook:
    return Playbook(
        severities=(Severity(word="sev1", means="bad", invite=invite), *SEVERITIES[1:]),
        services=SERVICES,
    )


async def test_a_wrong_guest_stops_nobody_else_and_the_card_says_what_would_mend_it(
    there: Bench,
) -> None:
    dana, emre = there.person("dana"), there.person("emre")
    there.app.store.book = guests(
        "@no-such-group", emre.id, dana.id, "@oncall-checkout", "UNOBODY1"
    )
    there.slack.workspace.user("emre").deleted = True
    incident = await there.declares("sev1 Checkout answers 500")
    members = there.slack.channel(incident.channel_name).members
    for name in ("ana", "dana", "bela", "chidi"):
        assert there.person(name).id in members, name
    assert emre.id not in members
    (card,) = cards(there, incident.channel_name)
    said = text_of(card)
    assert "no_such_subteam (@no-such-group). To mend it: correct the user group" in said
    assert f"cant_invite (<@{emre.id}> cant_invite). To mend it: name somebody" in said
    assert "UNOBODY1" in said
    assert len(there.ours("incidents")) == 1

    there.slack.workspace.user("emre").deleted = False
    async with there.app.store.begin() as tx:
        assert await tx.retry() == 3
    await there.settle()
    assert emre.id in there.slack.channel(incident.channel_name).members
    (card,) = cards(there, incident.channel_name)
    assert emre.id not in text_of(card)


async def test_a_worse_severity_brings_in_those_whom_it_names(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path, book=guests("@oncall-checkout")) as there:
        incident = await there.declares("sev3 Checkout is slow")
        chidi = there.person("chidi")
        assert chidi.id not in there.slack.channel(incident.channel_name).members
        await there.types("severity sev1", channel=incident.channel_name)
        assert chidi.id in there.slack.channel(incident.channel_name).members


async def test_an_announcement_channel_that_is_not_there_stops_nothing_and_the_card_says_so(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path, announce="#nowhere") as there:
        incident = await there.declares()
        (card,) = cards(there, incident.channel_name)
        assert "Could not announce it" in text_of(card)
        assert "invite incibot to that channel, or name another" in text_of(card)

        await there.person("bela").creates("nowhere")
        await there.person("bela").invites("incibot", "nowhere")
        async with there.app.store.begin() as tx:
            assert await tx.retry() == 1
        await there.settle()
        assert len(there.ours("nowhere")) == 1
        (card,) = cards(there, incident.channel_name)
        assert "Could not" not in text_of(card)  # what is mended is not said any more


async def test_the_clock_of_the_record_is_the_moment_of_the_declaration(there: Bench) -> None:
    await there.declares()
    first = (await there.timeline())[0]
    assert first.kind is EntryKind.DECLARED
    assert first.occurred_at == START
