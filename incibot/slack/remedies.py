"""What would mend an error that Slack gave, in one place: the card says it, and `incibot doctor`."""

from __future__ import annotations

import re

TAKE_IT_AGAIN = "take the bot token again, from your Slack app’s page “OAuth & Permissions”"
PERSON = "name somebody whose account is active, and who may be in that channel"
SETTINGS = "let the app do this in the workspace’s settings"
LATER = "nothing to be changed: `incibot jobs retry` once Slack is well"

REMEDIES = {
    # What the app may do
    "missing_scope": "add the scope to the app and install it again",
    "not_allowed_token_type": "set SLACK_BOT_TOKEN to the bot’s token, which begins with xoxb",
    "invalid_auth": TAKE_IT_AGAIN,
    "not_authed": TAKE_IT_AGAIN,
    "token_expired": TAKE_IT_AGAIN,
    "token_revoked": TAKE_IT_AGAIN,
    "account_inactive": "install the app again, and " + TAKE_IT_AGAIN,
    "accesslimited": "let this machine’s address into the workspace",
    "restricted_action": SETTINGS,
    "restricted_action_read_only_channel": "let the app post in that channel, in its settings",
    "restricted_action_thread_only_channel": "let the app post in that channel, in its settings",
    "restricted_action_non_threadable_channel": "allow threads in that channel, in its settings",
    "access_denied": SETTINGS,
    "enterprise_is_restricted": SETTINGS,
    "permission_denied": SETTINGS,
    "posting_to_channel_denied": SETTINGS,
    "team_access_not_granted": "install the app in that workspace",
    # Channels
    "channel_not_found": "invite incibot to that channel, or name another",
    "not_in_channel": "invite incibot to that channel",
    "is_archived": "name a channel that is not archived",
    "is_inactive": "name a channel that is not archived",
    "name_taken": "rename the channel that has the name, or set another template for names",
    "messages_tab_disabled": "turn on the Messages tab on your Slack app’s page “App Home”",
    # People
    "user_not_found": "name somebody who is still in the workspace",
    "users_not_found": "name somebody who is still in the workspace",
    "user_disabled": PERSON,
    "cant_invite": PERSON,
    "user_is_restricted": PERSON,
    "ura_max_channels": PERSON,
    "invitee_cant_see_channel": PERSON,
    "org_user_not_in_team": PERSON,
    "no_such_subteam": "correct the user group in the configuration",
    "subteam_max_users_exceeded": "make the user group smaller, or name people instead",
    "too_many_users": "make the user group smaller, or name people instead",
    "plan_upgrade_required": "name people instead: user groups need a paid plan",
    # There is no room for more
    "too_many_pins": "take a pin off in that channel",
    "too_many_bookmarks": "take a bookmark off in that channel",
    "too_many_tabs": "take a bookmark off in that channel",
    "storage_limit_reached": "make room for files in the workspace",
    "file_uploads_disabled": "allow uploads in the workspace’s settings; `incibot export` needs none",
    # Other systems than Slack, by their answers
    "401": "see that the configuration names the right token, and that it is still valid",
    "403": "let the token do this, in the settings of that system",
    "404": "see that what the configuration names is there, and that the token may see it",
    # Slack was not well, for longer than we try
    "fatal_error": LATER,
    "internal_error": LATER,
    "ratelimited": LATER,
    "request_timeout": LATER,
    "service_unavailable": LATER,
    "unreachable": LATER,
    "http_500": LATER,
    "http_502": LATER,
    "http_503": LATER,
    "http_504": LATER,
}


def remedy(error: str) -> str:
    """What would mend it; empty where we do not know.

    Args:
        error: as a job keeps it: the method, Slack's code, and what Slack added. Where several
            people could not be invited, the first one's code stands for all.
    """
    return next((REMEDIES[word] for word in re.findall(r"\w+", error) if word in REMEDIES), "")
