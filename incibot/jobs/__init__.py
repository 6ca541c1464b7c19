"""What incibot does in the world: each job looks, makes it so, and says what came of it."""

from __future__ import annotations

from typing import assert_never

from incibot.core.change import Change
from incibot.core.jobs import (
    Announce,
    AskVoice,
    Brief,
    Capture,
    CatchUp,
    DeliverExport,
    DraftReview,
    DressChannel,
    Echo,
    HandOver,
    Invite,
    Job,
    LearnPerson,
    MakeIssue,
    OpenChannel,
    Page,
    PinCard,
    Publish,
    ReadDelivery,
    ReadIssue,
    Relay,
    Remind,
    SendWebhook,
    ShowAlert,
    ShowCard,
    ShowHome,
    ShowHomes,
    ShowStorm,
    Tell,
    TellChanges,
    TellOnCall,
    Welcome,
)
from incibot.jobs.announce import announce
from incibot.jobs.ask_voice import ask_voice
from incibot.jobs.brief import brief
from incibot.jobs.capture import capture
from incibot.jobs.catch_up import catch_up
from incibot.jobs.deliver_export import deliver_export
from incibot.jobs.draft_review import draft_review
from incibot.jobs.dress_channel import dress_channel
from incibot.jobs.echo import echo
from incibot.jobs.hand_over import hand_over
from incibot.jobs.invite import invite
from incibot.jobs.learn_person import learn_person
from incibot.jobs.make_issue import make_issue, read_issue
from incibot.jobs.open_channel import open_channel
from incibot.jobs.page import page
from incibot.jobs.pin_card import pin_card
from incibot.jobs.publish import publish
from incibot.jobs.read_delivery import read_delivery
from incibot.jobs.relay import relay
from incibot.jobs.remind import remind
from incibot.jobs.send_webhook import send_webhook
from incibot.jobs.show_alert import show_alert
from incibot.jobs.show_card import show_card
from incibot.jobs.show_home import show_home, show_homes
from incibot.jobs.show_storm import show_storm
from incibot.jobs.tell import tell
from incibot.jobs.tell_changes import tell_changes
from incibot.jobs.tell_on_call import tell_on_call
from incibot.jobs.tools import Tools
from incibot.jobs.welcome import welcome

__all__ = ["Tools", "perform"]


async def perform(job: Job, tools: Tools, *, again: bool) -> Change | None:
    """Do the job. Doing it twice leaves the world as doing it once.

    Args:
        again: an earlier try may have done it, or half of it.

    Raises:
        SlackRefused: it would be refused again. SlackBusy: it may work later.
    """
    match job:
        case OpenChannel():
            return await open_channel(job, tools)
        case DressChannel():
            return await dress_channel(job, tools)
        case Invite():
            return await invite(job, tools)
        case ShowCard():
            return await show_card(job, tools, again=again)
        case PinCard():
            return await pin_card(job, tools)
        case Announce():
            return await announce(job, tools, again=again)
        case Echo():
            return await echo(job, tools, again=again)
        case Relay():
            return await relay(job, tools, again=again)
        case Brief():
            return await brief(job, tools, again=again)
        case Welcome():
            return await welcome(job, tools)
        case Tell():
            return await tell(job, tools, again=again)
        case LearnPerson():
            return await learn_person(job, tools)
        case Capture():
            return await capture(job, tools)
        case DeliverExport():
            return await deliver_export(job, tools, again=again)
        case DraftReview():
            return await draft_review(job, tools, again=again)
        case ShowHome():
            return await show_home(job, tools)
        case ShowHomes():
            return await show_homes(job, tools)
        case Remind():
            return await remind(job, tools, again=again)
        case ReadDelivery():
            return await read_delivery(job, tools)
        case ShowAlert():
            return await show_alert(job, tools, again=again)
        case ShowStorm():
            return await show_storm(job, tools, again=again)
        case TellChanges():
            return await tell_changes(job, tools, again=again)
        case AskVoice():
            return await ask_voice(job, tools, again=again)
        case MakeIssue():
            return await make_issue(job, tools, again=again)
        case ReadIssue():
            return await read_issue(job, tools)
        case Publish():
            return await publish(job, tools, again=again)
        case SendWebhook():
            await send_webhook(job, tools)
            return None
        case Page():
            return await page(job, tools, again=again)
        case TellOnCall():
            return await tell_on_call(job, tools, again=again)
        case HandOver():
            return await hand_over(job, tools, again=again)
        case CatchUp():
            await catch_up(job, tools)
            return None
        case _:
            assert_never(job)
