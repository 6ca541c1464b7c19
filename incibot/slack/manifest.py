"""The Slack app's manifest: what incibot needs to be let in, and why."""

from __future__ import annotations

from typing import Any

SCOPES = {  # each scope, and what stops without it
    "bookmarks:read": "see whether the timeline page is bookmarked already",
    "bookmarks:write": "bookmark the timeline page in the incident’s channel",
    "channels:history": "record what is said in public incident channels",
    "channels:manage": "make public incident channels, invite people, set the topic",
    "channels:read": "find channels and who is in them",
    "chat:write": "post cards, entries and answers",
    "chat:write.public": "announce in a public channel that incibot was not invited to",
    "commands": "hear /incident and the shortcuts",
    "files:read": "record the names of files that are posted",
    "files:write": "hand out exports and review drafts",
    "groups:history": "record what is said in private incident channels",
    "groups:read": "find private channels and who is in them",
    "groups:write": "make private incident channels, invite people, set the topic",
    "im:history": "see after a crash what it has sent in direct messages already",
    "im:write": "send duties, hand-over briefs and exports in direct messages",
    "pins:read": "record what is pinned",
    "pins:write": "pin the incident’s card",
    "reactions:read": "hear the reactions that mark messages",
    "usergroups:read": "invite the user groups that the configuration names",
    "users:read": "show names, and read times in each person’s time zone",
    "users:read.email": "find who is on call by the address that their schedule names",
}

EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "reaction_removed",
    "team_join",
    "tokens_revoked",
    "user_change",
)

COMMAND = "/incident"
HINT = "[title] or help, declare, list, note, update, role, status, resolve …"

EXAMPLE_URL = "https://incibot.example.com"


REDIRECT = "/slack/oauth_redirect"


def manifest(*, url: str | None = None, base_url: str | None = None) -> dict[str, Any]:
    """The manifest for delivery over HTTP to that address, or, without one, by Socket Mode.

    Args:
        base_url: the pages' address, where it is not `url`: Slack sends people there who let
            incibot into their workspace.
    """
    hears = f"{url.rstrip('/')}/slack/events" if url else None
    pages = base_url or url
    redirects = {"redirect_urls": [pages.rstrip("/") + REDIRECT]} if pages else {}
    command: dict[str, Any] = {
        "command": COMMAND,
        "description": "Declare and work on incidents",
        "usage_hint": HINT,
        "should_escape": True,
    }
    events: dict[str, Any] = {"bot_events": list(EVENTS)}
    interactivity: dict[str, Any] = {"is_enabled": True}
    if hears:
        command["url"] = hears
        events["request_url"] = hears
        interactivity["request_url"] = hears
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "incibot",
            "description": "Incidents: channel, roles, timeline, and a review to learn from",
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "incibot", "always_online": True},
            "shortcuts": [
                {
                    "name": "Declare incident",
                    "type": "global",
                    "callback_id": "declare_incident",
                    "description": "A channel, roles and a timeline for what goes wrong",
                },
                {
                    "name": "Declare as an incident",
                    "type": "message",
                    "callback_id": "declare_from_message",
                    "description": "Declare with this message in the form",
                },
                {
                    "name": "Add to incident timeline",
                    "type": "message",
                    "callback_id": "add_to_timeline",
                    "description": "Add this message, or mark it as a key moment",
                },
            ],
            "slash_commands": [command],
        },
        "oauth_config": {**redirects, "scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": hears is None,
            "token_rotation_enabled": False,
        },
    }
