"""The manifest asks for what the code uses, and for nothing else; and Slack takes it.

The play in `tests/surfaces` and the scenarios hold it from the other side: their Slack grants the
manifest's scopes and delivers its events, and no others.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from incibot.cli import main
from incibot.slack import gateway, inbound, manifest, reading
from incibot.web import install

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "incibot"

# The bot scopes that Slack's reference names for each method that we call: any one of them will do
# that is for the sort of conversation at hand. None: the method needs no scope.
MANAGES = {"channels:manage", "groups:write", "im:write", "mpim:write"}
SEES = {"channels:read", "groups:read", "im:read", "mpim:read"}
READS = {"channels:history", "groups:history", "im:history", "mpim:history"}
REFERENCE: dict[str, set[str]] = {
    "auth.test": set(),
    "bookmarks.add": {"bookmarks:write"},
    "bookmarks.list": {"bookmarks:read"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.create": MANAGES,
    "conversations.history": READS,
    "conversations.info": SEES,
    "conversations.invite": MANAGES | {"channels:write.invites", "groups:write.invites"},
    "conversations.list": SEES,
    "conversations.members": SEES,
    "conversations.open": MANAGES,
    "conversations.replies": READS,
    "conversations.setPurpose": MANAGES | {"channels:write.topic", "groups:write.topic"},
    "conversations.setTopic": MANAGES | {"channels:write.topic", "groups:write.topic"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "pins.add": {"pins:write"},
    "pins.list": {"pins:read"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read"},
    "users.lookupByEmail": {"users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
PUBLIC, PRIVATE, DIRECT = "channels:", "groups:", "im:"
USED_IN: dict[str, tuple[str, ...]] = {  # the sorts of conversations that we use a method on
    "conversations.create": (PUBLIC, PRIVATE),
    "conversations.history": (PUBLIC, PRIVATE, DIRECT),  # is a message, or a file, there already?
    "conversations.info": (PUBLIC, PRIVATE),
    "conversations.invite": (PUBLIC, PRIVATE),
    "conversations.list": (PUBLIC, PRIVATE),
    "conversations.members": (PUBLIC, PRIVATE),
    "conversations.open": (DIRECT,),
    "conversations.replies": (PUBLIC, PRIVATE),
    "conversations.setPurpose": (PUBLIC, PRIVATE),
    "conversations.setTopic": (PUBLIC, PRIVATE),
}
# The scopes that Slack wants before it delivers an event; of several, for each sort of channel.
EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "pin_added": {"pins:read"},
    "pin_removed": {"pins:read"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "team_join": {"users:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
FEATURES = {  # what is neither a method of its own nor an event
    "the slash command and the shortcuts": {"commands"},
    "announcing in a public channel that incibot is not in": {"chat:write.public"},
    "the names of the files in a message": {"files:read"},
}


def needs() -> dict[str, set[str]]:
    """What needs a scope, and the scopes any of which will do."""
    found = {}
    for method in called():
        for sort in USED_IN.get(method, ("",)):
            fitting = {scope for scope in REFERENCE[method] if scope.startswith(sort)}
            found[f"{method} {sort}"] = fitting
    for event, wanted in EVENTS.items():
        found |= {f"{event} {scope}": {scope} for scope in wanted}
    return {what: scopes for what, scopes in (found | FEATURES).items() if scopes}


def called() -> set[str]:
    """The methods of the Web API that the gateway calls, read from its code."""
    tree = ast.parse(Path(gateway.__file__).read_text())
    return {
        node.func.attr.replace("_", ".")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "client"
    }


def heard() -> set[str]:
    """The types of events that `reading.heard` knows, read from its code, and the farewells."""
    tree = ast.parse(Path(reading.__file__).read_text())
    (function,) = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "heard"
    ]
    farewells = {
        kind
        for kind in ("app_uninstalled", "tokens_revoked", "app_home_opened", "message")
        if reading.is_farewell({"event": {"type": kind, "tokens": {"bot": ["U1"]}}})
    }
    return farewells | {
        pattern.value.value
        for node in ast.walk(function)
        if isinstance(node, ast.match_case)
        for pattern in ast.walk(node.pattern)
        if isinstance(pattern, ast.MatchValue)
        and isinstance(pattern.value, ast.Constant)
        and isinstance(pattern.value.value, str)
    }


# --- Scopes and events ---------------------------------------------------------------------------


def test_every_method_that_is_called_is_in_the_reference_and_no_other() -> None:
    assert called() == set(REFERENCE)
    assert set(USED_IN) == {one for one in REFERENCE if one.startswith("conversations.")}


def test_the_name_under_which_a_call_is_counted_is_the_methods_own() -> None:
    source = Path(gateway.__file__).read_text()
    for name, attribute in re.findall(r'_ask\(\s*"([\w.]+)",\s*self\.client\.(\w+)\(', source):
        assert attribute.replace("_", ".") == name


def test_nobody_but_the_gateway_calls_slack() -> None:
    """Bolt's clients in `bolt.py` aside: they open the socket, and call nothing else of ours."""
    names = "|".join(one.replace(".", "_") for one in REFERENCE)
    method = re.compile(rf"\.(?:{names})\(")
    callers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "playground" not in path.parts and method.search(path.read_text())
    }
    assert callers == {"slack/gateway.py"}


def test_each_method_event_and_feature_has_a_scope_that_is_granted() -> None:
    granted = set(manifest.SCOPES)
    assert {what for what, any_of in needs().items() if not any_of & granted} == set()


@pytest.mark.parametrize("scope", manifest.SCOPES)
def test_without_a_scope_something_would_stop(scope: str) -> None:
    others = set(manifest.SCOPES) - {scope}
    assert [what for what, any_of in needs().items() if not any_of & others]


def test_each_event_that_is_subscribed_is_heard_and_each_that_is_heard_subscribed() -> None:
    assert {event.partition(".")[0] for event in manifest.EVENTS} == heard()
    assert set(manifest.EVENTS) == set(EVENTS)


def test_the_shortcuts_are_those_that_the_code_knows() -> None:
    source = Path(inbound.__file__).read_text()

    for shortcut in manifest.manifest()["features"]["shortcuts"]:
        if shortcut["callback_id"] != "add_to_timeline":  # what is neither of the others
            assert f'"{shortcut["callback_id"]}"' in source


# --- What is printed -----------------------------------------------------------------------------


def printed(*words: str) -> str:
    done = CliRunner().invoke(main, ["manifest", *words])
    assert done.exit_code == 0
    return done.stdout


def test_over_http_all_addresses_are_the_one_that_was_given() -> None:
    made = yaml.safe_load(printed("--url", "https://bot.example.com/"))

    assert made["features"]["slash_commands"][0]["url"] == "https://bot.example.com/slack/events"
    assert (
        made["settings"]["interactivity"]["request_url"] == "https://bot.example.com/slack/events"
    )
    assert (
        made["settings"]["event_subscriptions"]["request_url"]
        == "https://bot.example.com/slack/events"
    )
    assert made["settings"]["socket_mode_enabled"] is False
    back = made["oauth_config"]["redirect_urls"]
    assert back == ["https://bot.example.com" + install.REDIRECT]


def test_by_socket_mode_people_may_still_come_back_to_a_page() -> None:
    made = yaml.safe_load(printed("--socket", "--base-url", "https://bot.example.com/in/"))
    assert made["oauth_config"]["redirect_urls"] == [
        "https://bot.example.com/in/slack/oauth_redirect"
    ]


def test_by_socket_mode_there_is_no_address() -> None:
    text = printed("--socket")

    assert "https://" not in text
    assert yaml.safe_load(text)["settings"]["socket_mode_enabled"] is True


def test_as_json_it_is_the_same() -> None:
    for words in (["--socket"], ["--url", "https://bot.example.com"]):
        as_json = json.loads(printed(*words, "--format", "json"))
        assert as_json == yaml.safe_load(printed(*words))


def test_it_is_for_one_way_or_the_other() -> None:
    both = CliRunner().invoke(main, ["manifest", "--socket", "--url", "https://bot.example.com"])
    assert both.exit_code == 2


def test_the_file_that_slacks_tools_read_is_the_one_for_socket_mode() -> None:
    assert (ROOT / "manifest.json").read_text() == printed("--socket", "--format", "json")


# --- What Slack takes ----------------------------------------------------------------------------

# From the JSON schema that Slack publishes (slackapi/manifest-schema, version 2), as far as we use
# it: the greatest length of a text or list, and for an object, its only keys.

SCHEMA: dict[str, Any] = {
    "_metadata": {"major_version": int, "minor_version": int},
    "display_information": {"name": 35, "description": 140, "background_color": 7},
    "features": {
        "app_home": {
            "home_tab_enabled": bool,
            "messages_tab_enabled": bool,
            "messages_tab_read_only_enabled": bool,
        },
        "bot_user": {"display_name": 80, "always_online": bool},
        "shortcuts": [10, {"name": 24, "type": 7, "callback_id": 255, "description": 150}],
        "slash_commands": [
            50,
            {
                "command": 32,
                "url": 3000,
                "description": 2000,
                "usage_hint": 1000,
                "should_escape": bool,
            },
        ],
    },
    "oauth_config": {"redirect_urls": [1000, 3000], "scopes": {"bot": [255, 50]}},
    "settings": {
        "event_subscriptions": {"request_url": 3500, "bot_events": [100, 50]},
        "interactivity": {"is_enabled": bool, "request_url": 3500},
        "org_deploy_enabled": bool,
        "socket_mode_enabled": bool,
        "token_rotation_enabled": bool,
    },
}


def faults(value: Any, wanted: Any, place: str = "") -> Iterator[str]:
    match wanted:
        case type():
            if type(value) is not wanted:
                yield f"{place} is no {wanted.__name__}"
        case int():
            if not isinstance(value, str) or not 1 <= len(value) <= wanted:
                yield f"{place} wants 1 to {wanted} characters: {value!r}"
        case [most, each]:
            if not 1 <= len(value) <= most:
                yield f"{place} wants 1 to {most}"
            for number, one in enumerate(value):
                yield from faults(one, each, f"{place}/{number}")
        case dict():
            for name, inner in value.items():
                if name not in wanted:
                    yield f"{place}/{name} is unknown"
                else:
                    yield from faults(inner, wanted[name], f"{place}/{name}")


@pytest.mark.parametrize("url", [None, "https://incibot.example.com"])
def test_slack_takes_it(url: str | None) -> None:
    made = manifest.manifest(url=url)
    assert list(faults(made, SCHEMA)) == []
    assert re.fullmatch(r"#[0-9a-f]{6}", made["display_information"]["background_color"])
    shortcuts = made["features"]["shortcuts"]
    assert {one["type"] for one in shortcuts} <= {"global", "message"}
    for listed in (
        [one["callback_id"] for one in shortcuts],
        made["oauth_config"]["scopes"]["bot"],
        made["settings"]["event_subscriptions"]["bot_events"],
    ):
        assert len(set(listed)) == len(listed)


def test_a_name_that_is_too_long_for_slack_is_found() -> None:
    made = manifest.manifest()
    made["features"]["shortcuts"][0]["name"] = "Declare incident from this message"
    (fault,) = faults(made, SCHEMA)
    assert "shortcuts/0/name wants 1 to 24 characters" in fault
