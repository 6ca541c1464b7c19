"""A local Slack: a workspace in memory, or several, that a bot talks to as if it were Slack's.

============  =======================================================================================
server        `Playground`: everything put together and served, on loopback only
people        `Person`: what a person types, clicks and sees
workspace     the state, and Slack's rules about people, channels, messages, files
records       what a workspace holds: the plain records
shapes        how these look in Slack's answers
views         modals, App Homes, and the triggers that open them
responses     response URLs
elements      what Block Kit's interactive elements hold
markup        typed text -> Slack's markup -> rich text
web_api       the way into the Web API: requests, tokens, limits, faults
asking        one call: its arguments, scopes and pages
methods       the Web API's methods, one function each
delivery      signed HTTP with retries, and Socket Mode
faults        what can go wrong, behind switches
limits        what Slack refuses in blocks, views, messages and names
oauth         how an app gets into a workspace: the page on which a person allows it, codes, tokens
control       the HTTP API by which a page or a test takes part
page          the page that people see, and its files
drawing       messages and views made ready to draw
mrkdwn        markup -> rich text, as Slack's client reads it
northwind     the people and channels that are there at the start
terms         the words that all of these share
============  =======================================================================================
"""

from incibot.playground.control import Beside, Machine, Show
from incibot.playground.delivery import RETRY_DELAYS, Answer, sign
from incibot.playground.faults import Faults
from incibot.playground.people import ClickAnswer, CommandAnswer, Person, ViewAnswer
from incibot.playground.server import Playground
from incibot.playground.terms import Refusal

__all__ = [
    "RETRY_DELAYS",
    "Answer",
    "Beside",
    "ClickAnswer",
    "CommandAnswer",
    "Faults",
    "Machine",
    "Person",
    "Playground",
    "Refusal",
    "Show",
    "ViewAnswer",
    "sign",
]
