"""What the page is given to draw has, beside each text, what Slack's client makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from incibot.playground.drawing import drawn_message, drawn_view
from incibot.playground.markup import rich_text

Json = dict[str, Any]


def bold(words: str) -> list[Json]:
    element = {"type": "text", "text": words, "style": {"bold": True}}
    return [{"type": "rich_text_section", "elements": [element]}]


def bare(words: str) -> list[Json]:
    return [{"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}]


def mrkdwn(words: str, **more: Any) -> Json:
    return {"type": "mrkdwn", "text": words, **more}


def plain(words: str, **more: Any) -> Json:
    return {"type": "plain_text", "text": words, **more}


def test_every_text_of_a_view_gets_its_rich_text_wherever_it_stands() -> None:
    option = {"text": plain("one"), "value": "1", "description": plain("first")}
    select = {"type": "static_select", "placeholder": plain("choose"), "options": [option]}
    confirm = {"title": plain("Sure?"), "text": mrkdwn("*yes*"), "confirm": plain("y")}
    button = {"type": "button", "text": plain("Go"), "confirm": confirm}
    view = {
        "type": "modal",
        "title": plain("Title"),
        "submit": plain("Send"),
        "close": None,
        "private_metadata": '{"text": "*kept*"}',
        "blocks": [
            {
                "type": "section",
                "text": mrkdwn("*a*"),
                "fields": [mrkdwn("*b*")],
                "accessory": button,
            },
            {"type": "input", "label": plain("L"), "hint": plain("H"), "element": select},
            {"type": "context", "elements": [mrkdwn("*c*"), plain("*d*")]},
        ],
    }
    drawn = drawn_view(view)
    section, field, context = drawn["blocks"]
    assert drawn["title"]["rich"] == bare("Title")
    assert drawn["submit"]["rich"] == bare("Send")
    assert drawn["close"] is None
    assert drawn["private_metadata"] == view["private_metadata"]
    assert section["text"]["rich"] == bold("a")
    assert section["fields"][0]["rich"] == bold("b")
    assert section["accessory"]["confirm"]["text"]["rich"] == bold("yes")
    assert field["label"]["rich"] == bare("L")
    assert field["element"]["options"][0]["description"]["rich"] == bare("first")
    assert context["elements"][0]["rich"] == bold("c")
    assert context["elements"][1]["rich"] == bare("*d*")


def test_the_workspace_keeps_what_it_was_given() -> None:
    message = {
        "text": "*a*",
        "bot_id": "B1",
        "blocks": [{"type": "section", "text": mrkdwn("*a*")}],
    }
    before = json.dumps(message)
    drawn_message(message)["blocks"][0]["text"]["rich"].clear()
    assert json.dumps(message) == before


def test_verbatim_text_has_no_links_but_its_own() -> None:
    words = "https://x.y @here"
    message = {"blocks": [{"type": "section", "text": mrkdwn(words, verbatim=True)}]}
    assert drawn_message(message)["blocks"][0]["text"]["rich"] == bare(words)
    loose = drawn_message({"blocks": [{"type": "section", "text": mrkdwn(words)}]})
    kinds = [one["type"] for one in loose["blocks"][0]["text"]["rich"][0]["elements"]]
    assert kinds == ["link", "text", "broadcast"]


@pytest.mark.parametrize("author", [{"user": "U1"}, {"user": "U2", "bot_id": "B1"}])
def test_a_message_without_blocks_of_its_own_is_drawn_from_its_text(author: Json) -> None:
    made_by_slack = rich_text("*a*", "b1")
    assert drawn_message({"text": "*a*", **author})["rich"] == bold("a")
    assert drawn_message({"text": "*a*", "blocks": made_by_slack, **author})["rich"] == bold("a")


def test_a_message_with_blocks_of_its_own_is_drawn_from_these() -> None:
    blocks = [{"type": "section", "text": mrkdwn("b")}]
    drawn = drawn_message({"text": "*a*", "bot_id": "B1", "blocks": blocks})
    assert "rich" not in drawn
    assert drawn["blocks"][0]["text"]["rich"] == bare("b")


def test_attachments_and_what_a_reply_answers_are_drawn_too() -> None:
    drawn = drawn_message(
        {
            "text": "x",
            "attachments": [
                {"fallback": "*a*"},
                {"blocks": [{"type": "section", "text": mrkdwn("*b*")}]},
            ],
            "root": {"text": "*c*", "user": "U1"},
        }
    )
    assert drawn["attachments"][0]["rich"] == bold("a")
    assert drawn["attachments"][1]["blocks"][0]["text"]["rich"] == bold("b")
    assert drawn["root"]["rich"] == bold("c")


def test_a_markdown_block_lets_no_html_through() -> None:
    text = (
        "# Head\n\n**b** ~~s~~ <b onclick=x>h</b>\n\n"
        "[bad](javascript:alert(1)) [good](https://x.y) ![p](https://x.y/p.png)\n\n|a|\n|-|\n|1|"
    )
    html = drawn_message({"blocks": [{"type": "markdown", "text": text}]})["blocks"][0]["html"]
    assert "<h3>Head</h3>" in html, "the page's own headings come first"
    assert "<strong>b</strong> <s>s</s> &lt;b onclick=x&gt;" in html
    assert 'href="javascript' not in html
    assert '<a href="https://x.y" target="_blank" rel="noopener noreferrer">good</a>' in html
    assert "<img" not in html
    assert "<td>1</td>" in html
