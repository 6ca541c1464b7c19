"""Modals and App Homes: triggers, stacks, hashes, what is typed and what is answered."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Bot, Clock, Received, refusal
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def option(value: str) -> dict[str, Any]:
    return {"text": text(value.upper()), "value": value}


def field(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": text(block_id),
        "element": {"action_id": "it", **element},
        **more,
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "declare",
        "title": text("Declare"),
        "submit": text("Go"),
        "blocks": list(blocks) or [field("title", {"type": "plain_text_input"})],
        **more,
    }


async def trigger(slack: Playground, bot: Bot, who: str = "ana") -> str:
    """A trigger, as the bot gets it."""
    await slack.person(who).shortcut("declare")
    return str(bot.received[-1].payload["trigger_id"])


async def opened(
    slack: Playground, client: AsyncWebClient, bot: Bot, view: dict[str, Any]
) -> dict[str, Any]:
    answer = await client.views_open(trigger_id=await trigger(slack, bot), view=view)
    made: dict[str, Any] = answer["view"]
    return made


async def test_a_trigger_lives_three_seconds_and_works_once(
    slack: Playground, client: AsyncWebClient, bot: Bot, clock: Clock
) -> None:
    one = await trigger(slack, bot)
    clock.passes(seconds=3)
    await client.views_open(trigger_id=one, view=modal())
    again = client.views_open(trigger_id=one, view=modal())
    assert (await refusal(again))["error"] == "exchanged_trigger_id"

    late = await trigger(slack, bot)
    clock.passes(seconds=3.1)
    answer = await refusal(client.views_open(trigger_id=late, view=modal()))
    assert answer["error"] == "expired_trigger_id"
    answer = await refusal(client.views_open(trigger_id="1.2.abc", view=modal()))
    assert answer["error"] == "invalid_trigger_id"


async def test_a_view_that_is_refused_does_not_use_the_trigger_up(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    one = await trigger(slack, bot)
    for bad, message in (
        (
            modal(title=text("x" * 25)),
            "must be less than 25 characters [json-pointer:/view/title/text]",
        ),
        (modal(foo=1), "invalid additional property: foo [json-pointer:/view]"),
    ):
        answer = await refusal(client.views_open(trigger_id=one, view=bad))
        assert answer["error"] == "invalid_arguments"
        assert f"[ERROR] {message}" in answer["response_metadata"]["messages"]
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    answer = await refusal(client.views_open(trigger_id=one, view=home))
    assert answer["error"] == "invalid_arguments"
    assert (await client.views_open(trigger_id=one, view=modal()))["ok"]


async def test_slack_gives_a_view_what_it_lacks(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    blocks = [
        {"type": "section", "text": text("hi")},
        {"type": "actions", "elements": [{"type": "button", "text": text("b")}]},
        field("title", {"type": "plain_text_input", "initial_value": "Checkout"}),
    ]
    view = await opened(slack, client, bot, modal(*blocks))
    assert view["blocks"][0]["block_id"]
    assert view["blocks"][1]["elements"][0]["action_id"]
    assert view["state"]["values"]["title"]["it"]["value"] == "Checkout"
    assert view["root_view_id"] == view["id"]
    assert view["previous_view_id"] is None
    assert view["hash"]
    assert slack.person("ana").view == view
    assert slack.person("bela").view is None


async def test_views_stand_three_high(slack: Playground, client: AsyncWebClient, bot: Bot) -> None:
    nothing_open = client.views_push(trigger_id=await trigger(slack, bot), view=modal())
    assert (await refusal(nothing_open))["error"] == "not_found"
    first = await opened(slack, client, bot, modal())
    for _ in range(2):
        pushed = await client.views_push(trigger_id=await trigger(slack, bot), view=modal())
    assert pushed["view"]["root_view_id"] == first["id"]
    assert slack.person("ana").views[0]["id"] == first["id"]
    too_high = client.views_push(trigger_id=await trigger(slack, bot), view=modal())
    assert (await refusal(too_high))["error"] == "push_limit_reached"


async def test_an_update_with_an_old_hash_conflicts(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    view = await opened(slack, client, bot, modal(external_id="form-1"))
    fresh = await client.views_update(view_id=view["id"], view=modal(), hash=view["hash"])
    assert fresh["view"]["hash"] != view["hash"]
    old = client.views_update(view_id=view["id"], view=modal(), hash=view["hash"])
    assert (await refusal(old))["error"] == "hash_conflict"
    gone = client.views_update(view_id="V0NO", view=modal())
    assert (await refusal(gone))["error"] == "not_found"


async def test_an_external_id_names_one_view(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    await opened(slack, client, bot, modal(external_id="form-1"))
    updated = await client.views_update(
        external_id="form-1", view=modal(external_id="form-1", private_metadata="C1")
    )
    assert updated["view"]["private_metadata"] == "C1"
    twice = client.views_open(
        trigger_id=await trigger(slack, bot, "bela"), view=modal(external_id="form-1")
    )
    assert (await refusal(twice))["error"] == "duplicate_external_id"


async def test_every_kind_of_input_is_sent_in_its_own_shape(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    choices = {"options": [option("sev1"), option("sev2")]}
    await opened(
        slack,
        client,
        bot,
        modal(
            field("words", {"type": "plain_text_input"}),
            field("number", {"type": "number_input", "is_decimal_allowed": False}),
            field("one", {"type": "static_select", **choices}),
            field("many", {"type": "multi_static_select", **choices}),
            field("radio", {"type": "radio_buttons", **choices}),
            field("boxes", {"type": "checkboxes", **choices}, optional=True),
            field("who", {"type": "users_select"}),
            field("where", {"type": "conversations_select"}),
            field("day", {"type": "datepicker"}),
            field("hour", {"type": "timepicker"}),
            field("moment", {"type": "datetimepicker"}),
            field("silent", {"type": "plain_text_input"}, optional=True),
        ),
    )
    ana = slack.person("ana")
    answer = await ana.submits(
        {
            "words": "Checkout",
            "number": 7,
            "one": "sev2",
            "many": ["sev1", "sev2"],
            "radio": "SEV1",
            "who": "bela",
            "where": "#general",
            "day": "2026-11-23",
            "hour": "14:05",
            "moment": 1795442400,
        }
    )
    assert answer.errors is None
    assert ana.view is None
    payload = bot.received[-1].payload
    assert payload["type"] == "view_submission"
    assert payload["user"]["id"] == ana.id
    values = {name: value["it"] for name, value in payload["view"]["state"]["values"].items()}
    assert values == {
        "words": {"type": "plain_text_input", "value": "Checkout"},
        "number": {"type": "number_input", "value": "7"},
        "one": {"type": "static_select", "selected_option": option("sev2")},
        "many": {
            "type": "multi_static_select",
            "selected_options": [option("sev1"), option("sev2")],
        },
        "radio": {"type": "radio_buttons", "selected_option": option("sev1")},
        "boxes": {"type": "checkboxes", "selected_options": []},
        "who": {"type": "users_select", "selected_user": slack.person("bela").id},
        "where": {
            "type": "conversations_select",
            "selected_conversation": slack.channel("general").id,
        },
        "day": {"type": "datepicker", "selected_date": "2026-11-23"},
        "hour": {"type": "timepicker", "selected_time": "14:05"},
        "moment": {"type": "datetimepicker", "selected_date_time": 1795442400},
        "silent": {"type": "plain_text_input", "value": None},
    }


async def test_slacks_own_client_objects_before_anything_is_sent(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    await opened(
        slack,
        client,
        bot,
        modal(
            field("title", {"type": "plain_text_input", "max_length": 5}),
            field("mail", {"type": "email_text_input"}, optional=True),
        ),
    )
    ana = slack.person("ana")
    before = len(bot.received)
    empty = await ana.submits()
    assert empty.errors == {"title": "Please complete this required field."}
    wrong = await ana.submits({"title": "too long", "mail": "nowhere"})
    assert wrong.errors is not None
    assert set(wrong.errors) == {"title", "mail"}
    assert not wrong.sent
    assert len(bot.received) == before
    with pytest.raises(LookupError, match="no input 'colour'; it has title, mail"):
        await ana.submits({"colour": "red"})


async def test_errors_stand_under_their_inputs_and_nothing_typed_is_lost(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    await opened(slack, client, bot, modal())
    bot.answers({"response_action": "errors", "errors": {"title": "Too vague."}})
    ana = slack.person("ana")
    answer = await ana.submits({"title": "it broke"})
    assert answer.errors == {"title": "Too vague."}
    assert ana.view is not None
    assert ana.view["state"]["values"]["title"]["it"]["value"] == "it broke"

    bot.answers({"response_action": "errors", "errors": {"nowhere": "?"}})
    answer = await ana.submits()
    assert answer.errors is None
    assert answer.trouble is not None
    assert answer.trouble.startswith("We had some trouble connecting")


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({}, ["first"]),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": modal(callback_id="new")}, ["first", "new"]),
        (
            {"response_action": "push", "view": modal(callback_id="new")},
            ["first", "declare", "new"],
        ),
    ],
)
async def test_a_submission_is_answered_with_what_comes_next(
    slack: Playground,
    client: AsyncWebClient,
    bot: Bot,
    answer: dict[str, Any],
    left: list[str],
) -> None:
    await opened(slack, client, bot, modal(callback_id="first"))
    await client.views_push(trigger_id=await trigger(slack, bot), view=modal())
    bot.answers(answer)
    ana = slack.person("ana")
    given = await ana.submits({"title": "x"})
    assert given.trouble is None
    assert [one["callback_id"] for one in ana.views] == left


async def test_an_answer_that_slack_does_not_understand_is_a_connection_error(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    await opened(slack, client, bot, modal())
    ana = slack.person("ana")
    for nonsense in (
        {"response_action": "dance"},
        {"response_action": "update", "view": {"type": "modal"}},
        ["errors"],
    ):
        bot.answers(nonsense)
        assert (await ana.submits({"title": "x"})).trouble is not None
        assert ana.view is not None


async def test_what_was_typed_stays_through_an_update(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    view = await opened(slack, client, bot, modal())
    ana = slack.person("ana")
    await ana.fills({"title": "Checkout"})
    more = modal(
        field("title", {"type": "plain_text_input"}), field("why", {"type": "plain_text_input"})
    )
    updated = await client.views_update(view_id=view["id"], view=more)
    assert updated["view"]["state"]["values"]["title"]["it"]["value"] == "Checkout"
    other = await client.views_update(
        view_id=view["id"], view=modal(field("title", {"type": "datepicker"}))
    )
    assert other["view"]["state"]["values"]["title"]["it"]["selected_date"] is None


async def test_closing_is_told_only_where_it_was_asked_for(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    ana = slack.person("ana")
    await opened(slack, client, bot, modal())
    before = len(bot.received)
    assert not (await ana.closes_view()).sent
    assert len(bot.received) == before

    root = await opened(slack, client, bot, modal(notify_on_close=True))
    await client.views_push(trigger_id=await trigger(slack, bot), view=modal(notify_on_close=True))
    assert ana.view is not None
    top = ana.view["id"]
    await ana.closes_view()
    payload = bot.received[-1].payload
    assert (payload["type"], payload["is_cleared"]) == ("view_closed", False)
    assert payload["view"]["id"] == top
    assert "trigger_id" not in payload
    await ana.closes_view(everything=True)
    payload = bot.received[-1].payload
    assert payload["is_cleared"] is True
    assert payload["view"]["id"] == root["id"]
    assert ana.views == []


async def test_elements_in_a_view_send_what_was_done_to_them(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    choices = {"options": [option("a"), option("b")]}
    view = await opened(
        slack,
        client,
        bot,
        modal(
            field("quiet", {"type": "static_select", "action_id": "quiet", **choices}),
            field(
                "loud",
                {"type": "static_select", "action_id": "loud", **choices},
                dispatch_action=True,
            ),
        ),
    )
    ana = slack.person("ana")
    before = len(bot.received)
    assert not (await ana.clicks("quiet", selected="a")).sent
    assert len(bot.received) == before
    assert (await ana.clicks("loud", selected="b")).sent
    payload = bot.received[-1].payload
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["actions"][0]["selected_option"] == option("b")
    values = payload["view"]["state"]["values"]
    assert values["quiet"]["quiet"]["selected_option"] == option("a")
    assert values["loud"]["loud"]["selected_option"] == option("b")
    assert "channel" not in payload
    assert "response_url" not in payload
    with pytest.raises(LookupError, match="no option 'c'; it has 'a', 'b'"):
        await ana.clicks("loud", selected="c")
    with pytest.raises(LookupError, match="no element 'gone'; it has quiet, loud"):
        await ana.clicks("gone")


async def test_a_home_is_published_for_one_and_clicked_there(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    button = {"type": "button", "action_id": "declare", "text": text("Declare"), "value": "now"}
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    ana = slack.person("ana")
    published = (await client.views_publish(user_id=ana.id, view=home))["view"]
    assert ana.home is not None
    assert ana.home["id"] == published["id"]
    assert slack.person("bela").home is None
    await ana.clicks("declare")
    payload = bot.received[-1].payload
    assert payload["actions"][0]["value"] == "now"
    assert payload["view"]["type"] == "home"
    await client.views_publish(user_id=ana.id, view=home, hash=published["hash"])
    old = client.views_publish(user_id=ana.id, view=home, hash=published["hash"])
    assert (await refusal(old))["error"] == "hash_conflict"
    await ana.opens_home()
    await slack.settled()
    assert bot.events("app_home_opened")[0]["view"]["id"] == published["id"]
    wrong = client.views_publish(user_id=ana.id, view=modal())
    assert (await refusal(wrong))["error"] == "invalid_arguments"


async def test_an_external_select_asks_the_bot_for_its_options(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    await opened(
        slack,
        client,
        bot,
        modal(field("service", {"type": "external_select", "min_query_length": 1})),
    )

    async def offers(received: Received) -> Any:
        from aiohttp import web

        return web.json_response({"options": [option(received.payload["value"] + "out")]})

    bot.answer = offers
    ana = slack.person("ana")
    (found,) = await ana.searches("it", "check")
    assert found == option("checkout")
    payload = bot.received[-1].payload
    assert payload["type"] == "block_suggestion"
    assert "trigger_id" not in payload
    bot.answers({})
    await ana.submits({"service": found})
    values = bot.received[-1].payload["view"]["state"]["values"]
    assert values["service"]["it"]["selected_option"] == option("checkout")


async def test_a_select_may_ask_for_a_response_url(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    element = {"type": "conversations_select", "response_url_enabled": True}
    await opened(slack, client, bot, modal(field("where", element)))
    await slack.person("ana").submits({"where": "general"})
    (url,) = bot.received[-1].payload["response_urls"]
    assert url["channel_id"] == slack.channel("general").id
    assert url["response_url"].startswith(slack.url)
