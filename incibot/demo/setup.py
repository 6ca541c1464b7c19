"""What stands beside the workspace on the page: three things to try, and the way to a real Slack."""

from __future__ import annotations

from typing import Any, Final

import yaml

from incibot.slack.manifest import EXAMPLE_URL, manifest

TRIES: Final = (
    {
        "title": "Declare an incident",
        "text": "Type `/incident declare sev2 Checkout answers 500` in any channel, or `/incident`"
        " alone for the form, and look what comes up on the left.",
    },
    {
        "title": "Work on it, as one or as two",
        "text": "In its channel, say something and react to it with `:pushpin:` or `:bulb:`, then hand"
        " over with `/incident commander @bela` and change who you are, at the top.",
    },
    {
        "title": "Try to break it",
        "text": "Open the console, kill incibot in the midst of things, talk on, and start it again:"
        " what Slack has kept meanwhile arrives, and nothing is there twice.",
    },
)


def _yaml(made: dict[str, Any]) -> str:
    """A manifest as `incibot manifest` prints it."""
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)


_SETTINGS: Final = "SLACK_BOT_TOKEN=xoxb-…\n{}\nINCIBOT_ANNOUNCE_CHANNEL=#incidents\n"

# The steps hold for Socket Mode; `says_http` and the like replace `says` where Slack calls over HTTP.
SETUP: Final = {
    "manifest_socket": _yaml(manifest()),
    "manifest_http": _yaml(manifest(url=EXAMPLE_URL)),
    "steps": [
        {
            "title": "Create the app",
            "says": "Choose Create New App, then From a manifest, and paste this. (It is what"
            " `incibot manifest --socket` prints.)",
            "says_http": "Choose Create New App, then From a manifest, and paste this. (It is what"
            f" `incibot manifest --url {EXAMPLE_URL}` prints.)",
            "link": "https://api.slack.com/apps",
            "manifest": True,
            "paste": _yaml(manifest()),
            "paste_http": _yaml(manifest(url=EXAMPLE_URL)),
            "copy": True,
        },
        {
            "title": "Take two tokens",
            "says": "Basic Information, App-Level Tokens: generate one with the scope below; it begins"
            " with xapp-. Then Install App, and install it: the bot token begins with xoxb-.",
            "paste": "connections:write",
            "title_http": "Take a token and a secret",
            "says_http": "Basic Information has the signing secret. Then Install App, and install it:"
            " the bot token begins with xoxb-.",
            "paste_http": "",
            "copy": True,
        },
        {
            "title": "Put them into .env",
            "says": "That is a file in the folder where incibot will run.",
            "paste": _SETTINGS.format("SLACK_APP_TOKEN=xapp-…"),
            "paste_http": _SETTINGS.format("SLACK_SIGNING_SECRET=…"),
            "copy": True,
        },
        {
            "title": "Look whether all is well",
            "says": "This checks settings, database, token, scopes and clock, a line each, and says what"
            " would mend what is not. (After `pip install .` it is `incibot doctor`.)",
            "paste": "python3 dev.py run doctor",
            "copy": True,
        },
        {
            "title": "Start it",
            "says": "Then type `/incident` in any channel. (After `pip install .` it is"
            " `incibot serve`.)",
            "says_http": "It listens on port 3000, or on PORT; have Slack reach it at"
            " `/slack/events` of your address. Then type `/incident` in any channel. (After"
            " `pip install .` it is `incibot serve`.)",
            "paste": "python3 dev.py run serve",
            "copy": True,
        },
    ],
}
