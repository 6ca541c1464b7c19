"""Every way in which incibot may tell of an incident, by the registries that it is made of.

What is new in one of them has no row here, and the suite says so until it has.
"""

from __future__ import annotations

from typing import Any

from incibot.core.playbook import Playbook
from incibot.exports import FORMATS
from incibot.slack.commands import COMMANDS

# What follows each word that `/incident` knows, such that it would do or show something. `{n}` is
# the incident's number, `{entry}` an entry of it.
WORDS: dict[str, tuple[str, ...]] = {
    "declare": ("",),
    "list": ("", "all", "mine", "all INC-90"),
    "join": ("INC-{n}", "{n}"),
    "panel": ("", "INC-{n}"),
    "role": ("", "commander", "commander me", "scribe none"),
    "severity": ("sev1 because", ""),
    "status": ("mitigated and so", ""),
    "update": ("all is well", ""),
    "remind": ("", "update 15m", "open off"),
    "oncall": ("", "brief", "Checkout"),
    "page": ("", "Checkout it is down", "@bela"),
    "note": ("it was so", ""),
    "observation": ("it was so",),
    "hypothesis": ("it was so",),
    "decision": ("it was so",),
    "action": ("it was so",),
    "question": ("was it so",),
    "surprise": ("it was so",),
    "milestone": ("", "detected 13:00"),
    "task": ("", "do it", "done 1"),
    "timeline": ("", "INC-{n}", "5"),
    "export": ("", *(f"INC-{{n}} {one.word}" for one in FORMATS)),
    "review": ("", "INC-{n}", "INC-{n} deep", "facilitator", "facilitator me"),
    "voice": ("", "INC-{n}", "no", "withdraw", "INC-{n} withdraw"),
    "voices": ("", "INC-{n}", "2"),
    "web": ("", "INC-{n}"),
    "resolve": ("", "it is over"),
    "reopen": ("", "it is not over"),
    "help": ("", "note"),
    "answer": ("{entry} ruled_out",),
    "takeback": ("{entry}",),
    "take": ("commander",),
    "reveal": ("{entry}",),
    "form": tuple(one.word for one in COMMANDS if one.form),
    "add": ("",),
    "changes": ("", "all 6"),
    "friction": ("the dashboard is slow", ""),
    "alerts": ("", "checkout 7"),
    "alert": ("1",),
    "attach": ("1",),
    "verdict": ("1 useful",),
    "storm": ("show 1 #alerts",),
    "followups": ("", "INC-{n}", "do it", "issue all", "done 1"),
    "publish": ("", "INC-{n}"),
    # Besides: nothing at all, a role's own word, a title, and nearly a word.
    "": ("",),
    **{role.word: ("", "me") for role in Playbook().roles[:2]},
    "Something": ("else is wrong",),
    "timline": ("",),
}
HOW = ("typed in its channel", "pressed")
# These tell of no incident in particular, and so are the same for the one that is not there.
ABOUT_NONE = {
    *("declare", "list", "help", "oncall", "Something", "timline"),
    *("add, typed in its channel", "add, pressed", ", pressed", "web, pressed"),
    *("changes", "alerts", "alert", "attach", "verdict", "storm"),
    *(f"form {word}, {how}" for word in ("attach", "verdict") for how in HOW),
    *("declare_incident, used", "declare_from_message, used"),
}

# The forms that are sent, and what is in their fields.
SENT: dict[str, dict[str, Any]] = {
    "declare": {},  # with no title: whoever sends it sees the errors, and no incident is made
    "add": {"incident": "{n}", "kind": "message"},
    "role": {"role_commander": "U1"},
    "severity": {"severity": "sev1", "why": "so"},
    "status": {"status": "mitigated", "note": "so"},
    "update": {"text": "so"},
    "resolve": {"text": "so"},
    "reopen": {"text": "so"},
    "attach": {"incident": "{n}"},
    "verdict": {"verdict": "useful", "why": "so"},
    "task": {"text": "so", "who": "U1"},
    "milestone": {"name": "detected", "when": "13:00"},
    "voice": {"surprised": "so", "whom": "so", "use": "named"},
    "followups": {"said:x": "so", "confirm": "confirm"},
    "publish": {"title": "so", "text": "so", "status": "identified", "impact": "minor"},
    **{
        word: {"text": "so", "when": ""}
        for word in (
            *("note", "observation", "hypothesis", "decision", "action", "question", "surprise"),
        )
    },
}

SHORTCUTS = ("declare_incident", "declare_from_message", "add_to_timeline")

# The routes: who of those without a cookie or token may ask, and what is asked.
ROUTES: dict[str, str] = {
    "POST /slack/events": "signed",  # by Slack; everything else here goes through it
    "POST /hooks/{source}/{key}": "signed",  # by whoever knows the hook's secret; nothing is shown
    "OPTIONS /hooks/{source}/{key}": "signed",
    "POST /hooks/{source}": "signed",
    "OPTIONS /hooks/{source}": "signed",
    "GET /healthz": "open",
    "GET /readyz": "open",
    "GET /metrics": "open",
    "GET /api/v1/incidents": "list by token",
    "GET /api/v1/incidents/{ref}": "token",
    "GET /api/v1/incidents/{ref}/timeline": "token",
    "GET /api/v1/incidents/{ref}/review": "token",
    "GET /": "list",
    "GET /enter": "door",  # shown to whoever has a ticket, which /incident web gives
    "POST /enter": "door",
    "POST /leave": "door",
    "GET /incidents": "list",
    "GET /incidents/{ref}": "page",
    "GET /incidents/{ref}/timeline.{extension}": "page",
    "GET /incidents/{ref}/review": "page",
    "POST /incidents/{ref}/review": "form",
    "GET /incidents/{ref}/review.{extension}": "page",
    "GET /incidents/{ref}/review/edit": "page",
    "POST /incidents/{ref}/review/edit": "form",
    "GET /alerts": "list",
    "GET /alerts.csv": "list",
    "GET /friction": "list",
    "POST /incidents/{ref}/followups": "form",
}

# To whom each job tells what it tells.
JOBS: dict[str, str] = {
    "OpenChannel": "channel",  # into the incident's own channel, or to make it what it is
    "DressChannel": "channel",
    "Invite": "channel",
    "ShowCard": "channel",
    "PinCard": "channel",
    "Echo": "channel",
    "Announce": "everybody",  # public incidents only
    "Relay": "everybody",
    "Brief": "person",
    "Welcome": "person",
    "DeliverExport": "person",
    "DraftReview": "person",
    "ShowHome": "person",
    "ShowHomes": "person",
    "Remind": "person",
    "AskVoice": "person",
    "Tell": "declarer",  # that there is no channel, while it has none
    "LearnPerson": "nobody",
    "Capture": "nobody",
    "CatchUp": "nobody",
    "ReadDelivery": "nobody",
    "ShowAlert": "everybody",  # the incident that it belongs to, if everybody may see it
    "ShowStorm": "everybody",
    "TellChanges": "channel",
    "MakeIssue": "outside",  # what somebody confirmed, of a private incident
    "ReadIssue": "nobody",
    "Publish": "outside",
    "SendWebhook": "outside",
    "Page": "channel",  # and in another system what `core.paging.call_of` says, no title of a private one
    "TellOnCall": "person",  # of no incident
    "HandOver": "everybody",  # public incidents only
}
