"""Status, severity, updates, the end and what comes after it: typed, by form and by button."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from tests.bench import Bench, text_of

NASTY = "<!channel> @channel *bold* & </b> <@U999|x>"
SAFE = "&lt;!channel&gt; @channel *bold* &amp; &lt;/b&gt; &lt;@U999|x&gt;"


async def opened(there: Bench, text: str = "sev2 Checkout answers 500") -> str:
    return (await there.declares(text)).channel_name


def card(there: Bench, channel: str) -> dict[str, Any]:
    """The one card in a channel; that there is one only is half of what it is for."""
    (found,) = [
        one
        for one in there.ours(channel)
        if "Declared by" in text_of(one) and ("run:role" in text_of(one) or channel == "incidents")
    ]
    return found


def buttons(message: dict[str, Any]) -> list[str]:
    return [
        element["text"]["text"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def mrkdwn(node: Any) -> list[dict[str, Any]]:
    """All text objects in Slack's notation in a message or view."""
    if isinstance(node, list):
        return [one for item in node for one in mrkdwn(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "mrkdwn" else []
    return own + [one for value in node.values() for one in mrkdwn(value)]


# --- By command ------------------------------------------------------------------------------------


async def test_each_change_edits_both_cards_in_place(there: Bench) -> None:
    channel = await opened(there)
    for typed, shown in (
        ("severity sev1 all of Europe", ":red_circle: sev1"),
        ("status identified bad deploy", ":bulb: identified"),
        ("commander @bela", there.person("bela").mention),
        ("update Payments work again", "Payments work again"),
        ("milestone started 13:50", "*Started*"),
        ("resolve all healthy", ":white_check_mark: resolved"),
        ("reopen errors are back", ":mag: investigating"),
    ):
        there.clock.passes(minutes=1)
        before = [card(there, place)["ts"] for place in (channel, "incidents")]
        answer = await there.types(typed, channel=channel)
        assert answer.trouble is None
        for place, ts in zip((channel, "incidents"), before, strict=True):
            now = card(there, place)
            assert now["ts"] == ts
            assert shown in text_of(now), (typed, place)
    assert [one["ts"] for one in there.person("ana").pinned(channel)] == [
        card(there, channel)["ts"]
    ]


async def test_a_change_says_what_was_and_what_is(there: Bench) -> None:
    channel = await opened(there)
    there.clock.passes(minutes=1)
    answer = await there.types("severity SEV1 all of Europe", channel=channel)
    assert answer.text == "INC-1 is sev1 now."
    answer = await there.types("status mitigated the flag is off", channel=channel)
    assert answer.text == "INC-1 is mitigated now."
    rating, moving = (await there.timeline())[-2:]
    assert rating.words == "Severity sev2 → sev1: all of Europe"
    assert rating.data == {"from": "sev2", "to": "sev1", "why": "all of Europe"}
    assert moving.words == "Status investigating → mitigated: the flag is off"
    mitigated = (await there.incident()).milestone("mitigated")
    assert mitigated is not None
    assert mitigated.at == there.clock.at
    said = [text_of(one) for one in there.ours(channel)]
    assert any("Severity sev2 → sev1: all of Europe" in one for one in said)


async def test_an_update_reaches_those_who_are_not_there(there: Bench) -> None:
    channel = await opened(there)
    await there.types("update Payments work again for most; next update at 15:00", channel=channel)
    await there.types("update All is well", channel=channel)
    announced = card(there, "incidents")
    assert "*Last update*" in text_of(announced)
    assert "All is well" in text_of(announced)
    thread = there.person("dana").reads_thread("incidents", announced["ts"])[1:]
    assert ["next update at 15:00" in text_of(one) for one in thread] == [True, False]
    assert all("*INC-1*" in text_of(one) for one in thread)


async def test_the_end_offers_the_review_and_a_way_back(there: Bench) -> None:
    channel = await opened(there)
    assert buttons(card(there, channel)) == ["Update", "Roles", "Severity", "Status", "Resolve"]
    announced = card(there, "incidents")
    assert buttons(announced) == ["Join", "Update", "Roles", "Severity", "Resolve"]

    answer = await there.types("resolve healthy again", channel=channel)
    assert "INC-1 is resolved. `/incident review`" in answer.text
    assert buttons(card(there, channel))[4:] == ["Draft the review", "Reopen"]
    assert buttons(card(there, "incidents")) == ["Join"]
    assert (await there.incident()).milestone("resolved") is not None

    await there.types("reopen errors are back", channel=channel)
    incident = await there.incident()
    assert incident.status == "investigating"
    assert incident.milestone("resolved") is None
    assert buttons(card(there, channel))[4:] == ["Resolve"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (
            "severity sev9 very bad",
            "There is no severity “sev9”. There are: sev1, sev2, sev3, sev4.",
        ),
        ("severity sev2", "INC-1 is sev2 already."),
        ("status gone", "There is no status “gone”. There are: investigating, identified"),
        ("status investigating", "INC-1 is investigating already. To say more, try"),
        ("reopen because", "INC-1 is investigating; there is nothing to reopen."),
        ("reopen", "INC-1 is investigating; there is nothing to reopen."),
        ("milestone detected", "When was “detected”? For example"),
        ("milestone detected soonish", 'I could not read "soonish" as a time. Try "'),
        ("task done 7", "INC-1 has no task 7. `/incident task` lists them."),
        ("timeline many", "How many entries? For example"),
        ("note 25:99 alarm", "25:99"),
        ("export pdf", "pdf"),
        ("export md Middle/Earth", "There is no time zone “Middle/Earth”."),
        ("join", "Which incident? For example `/incident join INC-7`"),
        ("join INC-77", "There is no INC-77. `/incident list` shows what there is."),
        ("help frobnicate", "There is no `/incident frobnicate`."),
        ("statsu mitigated", "Did you mean `/incident status`?"),
    ],
)
async def test_a_refusal_changes_nothing_and_says_what_would_work(
    there: Bench, typed: str, says: str
) -> None:
    channel = await opened(there)
    before = await there.incident()
    kinds = await there.kinds()
    answer = await there.types(typed, channel=channel)
    assert says in answer.text
    assert answer.response_type == "ephemeral"
    assert await there.incident() == before
    assert await there.kinds() == kinds


async def test_what_is_done_twice_is_refused_kindly(there: Bench) -> None:
    channel = await opened(there)
    await there.types("resolve", channel=channel)
    assert "INC-1 is resolved already" in (await there.types("resolve", channel=channel)).text
    await there.types("task look", channel=channel)
    await there.types("task done 1", channel=channel)
    assert (await there.types("task done #1", channel=channel)).text == "Task 1 is done already."


async def test_of_two_who_end_it_at_once_one_is_told_that_it_is_done(there: Bench) -> None:
    channel = await opened(there)
    await there.person("bela").joins(channel)
    await there.settle()
    answers = await asyncio.gather(
        *(there.person(name).types("/incident resolve", channel) for name in ("ana", "bela"))
    )
    await there.settle()
    assert sorted("already" in one.text for one in answers) == [False, True]
    assert (await there.kinds()).count("status") == 1


@pytest.mark.parametrize(
    "typed",
    ["severity sev1", "status mitigated", "update All well", "commander @bela", "role", "panel",
     "note db failed over", "milestone started 13:00", "task look", "timeline", "export", "review",
     "resolve", "reopen why not", "status", "note"],
)  # fmt: skip
async def test_outside_an_incidents_channel_it_says_where_to_type_it(
    there: Bench, typed: str
) -> None:
    await opened(there)
    answer = await there.types(typed, channel="general")
    assert "This is not an incident’s channel" in answer.text
    assert there.person("ana").view is None


# --- By form ---------------------------------------------------------------------------------------


async def test_each_form_does_what_the_command_does(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")

    async def fills(word: str, values: dict[str, Any]) -> None:
        there.clock.passes(minutes=1)
        await there.types(word, channel=channel)
        assert ana.view is not None, word
        answer = await ana.submits(values)
        await there.settle()
        assert answer.errors is None, (word, answer)
        assert answer.trouble is None, (word, answer)
        assert ana.view is None, word

    await fills("severity", {"severity": "sev1", "why": NASTY})
    await fills("status", {"status": "identified", "note": NASTY})
    await fills("update", {"text": NASTY})
    await fills("role", {"role_commander": "bela"})
    incident = await there.incident()
    assert (incident.severity, incident.status) == ("sev1", "identified")
    assert incident.update is not None
    assert incident.update.words == SAFE
    assert incident.holders("commander") == (there.person("bela").id,)
    rating, moving, *_ = [one for one in await there.timeline() if SAFE in one.words]
    assert rating.words == f"Severity sev2 → sev1: {SAFE}"
    assert moving.words == f"Status investigating → identified: {SAFE}"

    await there.types("update", channel=channel)
    assert SAFE in text_of(ana.view)  # what was said last
    await ana.closes_view()
    await ana.clicks("run:resolve", channel=channel)
    assert (await there.incident()).status == "identified"  # a form first
    await ana.submits({"text": "healthy"})
    await there.settle()
    assert (await there.incident()).status == "resolved"
    await fills("reopen", {"text": "errors are back"})
    assert (await there.incident()).status == "investigating"
    assert (await there.timeline())[-1].words == "Reopened as investigating: errors are back"


async def test_a_form_that_changes_nothing_says_so_under_a_field(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    await there.types("severity", channel=channel)
    answer = await ana.submits({"why": "no change"})
    assert answer.errors == {"severity": "INC-1 is sev2 already."}
    await ana.closes_view()
    await there.types("status", channel=channel)
    answer = await ana.submits({"note": "what I typed"})
    assert answer.errors is not None
    assert "INC-1 is investigating already" in answer.errors["status"]
    assert "what I typed" in text_of(ana.view)


async def test_an_unreadable_time_in_a_form_is_said_under_the_time(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    await there.types("milestone", channel=channel)
    answer = await ana.submits({"name": "detected", "when": "<soon> & later"})
    assert answer.errors is not None
    assert list(answer.errors) == ["when"]
    assert "<soon> & later" in answer.errors["when"]
    await ana.closes_view()
    await there.types("note", channel=channel)
    answer = await ana.submits({"text": "kept", "when": "<soon> & later"})
    assert answer.errors is not None
    assert list(answer.errors) == ["when"]
    assert "kept" in text_of(ana.view)


# --- By button -------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["its own channel", "incidents"])
async def test_the_buttons_act_on_their_own_incident(there: Bench, place: str) -> None:
    first = await opened(there, "sev2 First")
    second = await opened(there, "sev2 Second")
    ana = there.person("ana")
    channel = first if place == "its own channel" else "incidents"
    ts = next(
        one["ts"]
        for one in there.ours(channel)
        if "Declared by" in text_of(one) and "First" in text_of(one)
    )

    async def presses(name: str, values: dict[str, Any]) -> None:
        await ana.clicks(f"run:{name}", channel=channel, ts=ts)
        assert ana.view is not None, name
        assert "INC-1" in ana.view["title"]["text"]
        answer = await ana.submits(values)
        await there.settle()
        assert answer.errors is None, (name, answer)

    await presses("update", {"text": "Half is back"})
    await presses("role", {"role_scribe": "bela"})
    await presses("severity", {"severity": "sev1"})
    await presses("resolve", {})
    one, two = await there.incident(1), await there.incident(2)
    assert one.update is not None
    assert one.holders("scribe") == (there.person("bela").id,)
    assert (one.severity, one.status) == ("sev1", "resolved")
    assert (two.severity, two.status, two.update) == ("sev2", "investigating", None)
    assert len(there.ours(second)) == 1  # its card, untouched


async def test_the_announcement_lets_anybody_in(there: Bench) -> None:
    channel = await opened(there)
    dana = there.person("dana")
    await dana.clicks("run:join", channel="incidents")
    await there.settle()
    assert dana.id in there.slack.channel(channel).members
    (said,) = dana.ephemerals("incidents")
    assert "You are being invited to <#" in text_of(said)


async def test_the_end_can_be_pressed_back_open_and_the_review_asked_for(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    await there.types("resolve", channel=channel)
    await ana.clicks("run:review", channel=channel, ts=card(there, channel)["ts"])
    await there.settle()
    assert "The review draft of INC-1" in text_of(ana.ephemerals(channel))
    await ana.clicks("run:reopen", channel=channel)
    await ana.submits({"text": "errors are back"})
    await there.settle()
    assert (await there.incident()).status == "investigating"


# --- The panel -------------------------------------------------------------------------------------


async def test_bare_incident_opens_the_panel_in_a_channel_and_the_form_elsewhere(
    there: Bench,
) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    await there.types("", channel=channel)
    assert ana.view is not None
    assert ana.view["title"]["text"] == "INC-1"
    assert "Checkout answers 500" in text_of(ana.view)
    await ana.closes_view()
    await there.types("", channel="general")
    assert ana.view is not None
    assert ana.view["callback_id"] == "declare"


async def test_every_button_of_the_panel_answers(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    await there.types("task look", channel=channel)
    await there.types("", channel=channel)
    assert ana.view is not None
    pressed = [
        (element["action_id"], element["value"])
        for block in ana.view["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert len(pressed) == 18
    for action, value in pressed:
        answer = await ana.clicks(action, value=value)
        await there.settle()
        assert answer.trouble is None
        assert len(ana.views) == 2, action
        await ana.closes_view()

    there.clock.passes(minutes=1)
    await ana.clicks("run:form-note")
    await ana.submits({"text": "from the panel"})
    await there.settle()
    assert ana.views == []  # the panel goes with it
    assert (await there.timeline())[-1].words == "from the panel"


async def test_the_panel_of_an_ended_incident_reopens(there: Bench) -> None:
    channel = await opened(there)
    await there.types("resolve", channel=channel)
    await there.types("panel", channel=channel)
    shown = text_of(there.person("ana").view)
    assert "form-reopen" in shown
    assert "form-resolve" not in shown


# --- Whoever joins ---------------------------------------------------------------------------------


async def test_whoever_joins_is_told_what_they_need_and_nobody_else_is(there: Bench) -> None:
    ana, dana = there.person("ana"), there.person("dana")
    await there.types("Checkout answers 500", who="ana")
    await ana.submits({"summary": "half of <all> carts", "started": "13:50"})
    await there.settle()
    channel = (await there.incident()).channel_name
    await there.types("update Payments work again", channel=channel)
    await there.types("hypothesis the cache is cold", channel=channel)
    await there.types("task @bela call the provider", channel=channel)
    others = len(ana.ephemerals(channel))
    await dana.joins(channel)
    await there.settle()

    (welcome,) = dana.ephemerals(channel)
    said = text_of(welcome)
    for expected in (
        "Welcome to *INC-1*", "half of &lt;all&gt; carts", "Payments work again",
        f"*Incident commander*\\n{ana.mention}", "the cache is cold", "1: call the provider",
        "<!date^1795182600^",
    ):  # fmt: skip
        assert expected in said, expected
    assert len(ana.ephemerals(channel)) == others
    assert not any("Welcome" in text_of(one) for one in there.ours(channel))


# --- Words that nobody knows -----------------------------------------------------------------------


async def test_a_word_near_a_subcommand_is_asked_about_and_may_be_a_title(there: Bench) -> None:
    ana = there.person("ana")
    answer = await there.types("Statuses & <pages> wrong for @bela")
    assert "Did you mean `/incident status`?" in answer.text
    assert ana.view is None
    shown = text_of({"blocks": answer.blocks})
    assert "Declare “Statuses & <pages> wrong for @bela”" in shown.replace("@Bela", "@bela")
    await ana.clicks("run:form", channel="general")
    assert ana.view is not None
    title = ana.view["state"]["values"]["title"]["text"]["value"]
    assert title.casefold() == "statuses & <pages> wrong for @bela"


async def test_a_title_that_begins_with_no_subcommand_fills_the_form(there: Bench) -> None:
    await there.types("Checkout & carts <!channel>")
    view = there.person("ana").view
    assert view is not None
    assert view["state"]["values"]["title"]["text"]["value"] == "Checkout & carts <!channel>"


# --- What people type cannot page, nor break a message ----------------------------------------------


async def test_no_text_of_anybodys_can_page_or_break_a_message(there: Bench) -> None:
    ana = there.person("ana")
    await there.types("")
    await ana.submits({"title": NASTY, "summary": NASTY, "other_service": NASTY})
    await there.settle()
    channel = (await there.incident()).channel_name
    for typed in ("severity sev1", "status identified", "update", "note", "hypothesis", "task",
                  "resolve", "reopen"):  # fmt: skip
        await there.types(f"{typed} {NASTY}", channel=channel)
    await there.types(f"milestone {NASTY.split()[0]} 13:00", channel=channel)
    await there.types("commander @bela", channel=channel)
    await there.person("dana").joins(channel)
    await there.types("list", who="chidi")
    await there.types("Another", who="chidi")
    await ana.opens_home()
    await there.types("", channel=channel)
    await there.settle()
    seen: list[Any] = [
        *there.ours(channel),
        *there.ours("incidents"),
        *there.person("bela").direct_messages(),
        *[one for name in ("ana", "chidi", "dana") for one in there.person(name).ephemerals()],
        ana.home,
        ana.view,
        there.person("chidi").view,
    ]
    texts = [text for one in seen for text in mrkdwn(one)]
    assert len(texts) > 60
    for text in texts:
        assert text["verbatim"] is True
        tokens = re.findall(r"<[^<>]*>", text["text"])
        assert all(re.match(r"<(@U|#C|!date\^|https?://)", token) for token in tokens), text
    for one in seen:
        assert not re.search("<!(channel|here|everyone)|<@U999", one.get("text") or "")
    assert not re.search("<!(channel|here|everyone)", there.slack.channel(channel).topic["value"])


async def test_every_time_that_people_see_is_in_their_own_zone(there: Bench) -> None:
    channel = await opened(there)
    answer = await there.types("note 10 minutes ago pager went off", channel=channel)
    assert answer.text == "On the timeline at 13:50 Friday 20 November, Europe/Lisbon."
    answer = await there.types("milestone detected 13:55", channel=channel)
    assert answer.text == "Detected at 13:55 Friday 20 November, Europe/Lisbon."
    assert any("Read as 13:50 Friday" in text_of(one) for one in there.ours(channel))
    for message in [*there.ours(channel), *there.ours("incidents")]:
        bare = re.sub(
            r"<!date\^[^>]*>|Read as [^,]*, Europe/Lisbon", "", text_of(message["blocks"])
        )
        assert not re.search(r"\b\d\d:\d\d\b", bare), bare
