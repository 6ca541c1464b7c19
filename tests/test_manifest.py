"""The manifest asks for what the code uses, and for nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from click.testing import CliRunner

from incibot.cli import main
from incibot.slack import gateway, inbound, manifest

ROOT = Path(__file__).parent.parent

# The bot scopes that Slack's reference names for each method; of several, those for what we do.
METHODS: dict[str, set[str]] = {
    "auth_test": set(),
    "bookmarks_add": {"bookmarks:write"},
    "bookmarks_list": {"bookmarks:read"},
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write", "chat:write.public"},
    "chat_update": {"chat:write"},
    "conversations_create": {"channels:manage", "groups:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_invite": {"channels:manage", "groups:write"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history"},
    "conversations_setPurpose": {"channels:manage", "groups:write"},
    "conversations_setTopic": {"channels:manage", "groups:write"},
    "files_completeUploadExternal": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "pins_add": {"pins:write"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
}
EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history", "files:read"},
    "message.groups": {"groups:history", "files:read"},
    "pin_added": {"pins:read"},
    "pin_removed": {"pins:read"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "team_join": {"users:read"},
    "user_change": {"users:read"},
}


def called() -> set[str]:
    """The methods of the Web API that the code calls."""
    return set(re.findall(r"self\.client\.([a-z]+_\w+)\(", Path(gateway.__file__).read_text()))


def test_every_method_that_is_called_is_in_the_table_and_no_other() -> None:
    assert called() == set(METHODS)


def test_the_scopes_are_those_of_the_methods_and_events_and_of_the_command() -> None:
    needed = {"commands"}.union(*METHODS.values(), *EVENTS.values())

    assert set(manifest.SCOPES) == needed


def test_the_events_are_those_that_the_code_hears() -> None:
    assert set(manifest.EVENTS) == set(EVENTS)


def test_the_shortcuts_are_those_that_the_code_knows() -> None:
    source = Path(inbound.__file__).read_text()

    for shortcut in manifest.manifest()["features"]["shortcuts"]:
        if shortcut["callback_id"] != "add_to_timeline":  # what is neither of the others
            assert f'"{shortcut["callback_id"]}"' in source


def test_over_http_all_addresses_are_the_one_that_was_given() -> None:
    printed = CliRunner().invoke(main, ["manifest", "--url", "https://bot.example.com/"])
    made = yaml.safe_load(printed.stdout)

    assert printed.exit_code == 0
    assert made["features"]["slash_commands"][0]["url"] == "https://bot.example.com/slack/events"
    assert (
        made["settings"]["interactivity"]["request_url"] == "https://bot.example.com/slack/events"
    )
    assert made["settings"]["socket_mode_enabled"] is False


def test_by_socket_mode_there_is_no_address() -> None:
    printed = CliRunner().invoke(main, ["manifest", "--socket"])

    assert "https://" not in printed.stdout
    assert yaml.safe_load(printed.stdout)["settings"]["socket_mode_enabled"] is True


def test_the_file_that_slacks_tools_read_is_the_one_for_socket_mode() -> None:
    assert json.loads((ROOT / "manifest.json").read_text()) == manifest.manifest()


def test_slacks_lengths_are_kept() -> None:
    made = manifest.manifest()

    assert len(made["display_information"]["description"]) <= 140
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 60
        assert len(shortcut["description"]) <= 150
    (command,) = made["features"]["slash_commands"]
    assert len(command["usage_hint"]) <= 1000
    assert len(command["description"]) <= 2000
