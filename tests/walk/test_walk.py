"""Everything that incibot shows anywhere, as seen by everybody who may not see an incident."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from incibot.core.jobs import (
    KINDS,
    Announce,
    AskVoice,
    Brief,
    DeliverExport,
    DraftReview,
    Relay,
    Remind,
    ShowHome,
    ShowHomes,
    Welcome,
)
from incibot.core.people import UserId
from incibot.exports import FORMATS
from incibot.playground import Person
from incibot.slack.commands import COMMANDS
from incibot.slack.manifest import manifest
from tests.bench import Bench, text_of
from tests.walk.people import (
    CANARIES,
    MISSING,
    MISSING_CHANNEL,
    TOKEN,
    Walk,
    everybody,
    faceless,
    walk,
)
from tests.walk.surfaces import ABOUT_NONE, JOBS, ROUTES, SENT, SHORTCUTS, WORDS
from tests.web.browser import Browser, ask

Target = tuple[int, str]  # the number of an incident, and its channel
_n = itertools.count(1)


# --- A surface without a row ---------------------------------------------------------------------


def test_every_word_form_shortcut_and_job_has_a_row() -> None:
    words = {command.word for command in COMMANDS}
    assert words <= set(WORDS)
    assert {command.word for command in COMMANDS if command.submit} == set(SENT)
    callbacks = [one["callback_id"] for one in manifest()["features"]["shortcuts"]]
    assert set(callbacks) == set(SHORTCUTS)
    assert set(KINDS) == set(JOBS)
    assert {f"INC-{{n}} {one.word}" for one in FORMATS} <= set(WORDS["export"])


# --- Slack ---------------------------------------------------------------------------------------


async def typed(walk: Walk, who: Person, words: str, channel: str) -> str:
    """What they see who type it there, whether or not their Slack would let them."""
    slack = walk.there.slack
    form = {
        "token": "verification-token",
        "team_id": slack.workspace.team_id,
        "channel_id": channel,
        "channel_name": "privategroup",
        "user_id": who.id,
        "user_name": who.name,
        "command": "/incident",
        "text": words,
        "response_url": f"{slack.url}responses/none",
        "trigger_id": slack.views.trigger(who.user),
    }
    answer = await slack.delivery.command(form)
    assert answer.status == 200, (words, answer)
    return f"{answer.status} {answer.body}"


async def pressed(walk: Walk, who: Person, words: str, number: int) -> str:
    """The same by a button of a message that they had in another channel."""
    payload = {
        **who._signature("block_actions"),
        "container": {"type": "message", "channel_id": MISSING_CHANNEL},
        "channel": {"id": MISSING_CHANNEL},
        "trigger_id": walk.there.slack.views.trigger(who.user),
        "actions": [
            {"type": "button", "action_id": f"run:{words}", "value": f"{number}|{words}"},
        ],
    }
    answer = await walk.there.slack.delivery.interaction(payload)
    await walk.there.app.inbound.drain()
    assert answer.status == 200, (words, answer)
    return f"{answer.status} {answer.body}"


async def sent(walk: Walk, who: Person, callback: str, number: int) -> str:
    """A form that they had open while it was taken from them."""

    def element(value: Any) -> dict[str, Any]:
        return {"type": "plain_text_input", "value": value.format(n=number)}

    n = next(_n)
    payload = {
        **who._signature("view_submission"),
        "trigger_id": walk.there.slack.views.trigger(who.user),
        "view": {
            "id": f"V{n}",
            "type": "modal",
            "hash": f"{n}",
            "callback_id": callback,
            "private_metadata": json.dumps(
                {
                    "number": number,
                    "channel": "C1",
                    "ts": "1.000001",
                    "thread": "",
                    "user": who.id,
                    "name": "",
                    "words": "hello",
                    **({"alert": 1} if callback == "attach" else {}),
                }
            ),
            "state": {
                "values": {
                    block: {"text": element(value)} for block, value in SENT[callback].items()
                }
            },
        },
    }
    answer = await walk.there.slack.delivery.interaction(payload)
    assert answer.status == 200, (callback, answer)
    return f"{answer.status} {answer.body}"


async def used(walk: Walk, who: Person, callback: str, channel: str) -> str:
    """A shortcut, on a message that is theirs."""
    payload: dict[str, Any] = {
        **who._signature("shortcut" if callback == "declare_incident" else "message_action"),
        "action_ts": "1795183200.000100",
        "callback_id": callback,
        "trigger_id": walk.there.slack.views.trigger(who.user),
        "response_url": "",
    }
    if callback != "declare_incident":
        payload |= {
            "channel": {"id": channel},
            "message_ts": "1795183200.000100",
            "message": {"type": "message", "user": who.id, "ts": "1795183200.000100", "text": "hi"},
        }
    answer = await walk.there.slack.delivery.interaction(payload)
    await walk.there.app.inbound.drain()
    assert answer.status == 200, (callback, answer)
    return f"{answer.status} {answer.body}"


async def in_slack(walk: Walk, who: Person, target: Target) -> dict[str, str]:
    """What they see on each surface, by its name."""
    number, channel = target
    seen = {}
    for word, several in WORDS.items():
        for rest in several:
            words = f"{word} {rest}".strip().format(n=number, entry=walk.entry)
            for name, deed in (
                ("typed in its channel", typed(walk, who, words, channel)),
                ("pressed", pressed(walk, who, words, number)),
            ):
                answer = await deed
                seen[f"{word} {rest}".strip() + f", {name}"] = answer + walk.shown()
    for callback in SENT:
        seen[f"{callback}, sent"] = await sent(walk, who, callback, number) + walk.shown()
    for callback in SHORTCUTS:
        seen[f"{callback}, used"] = await used(walk, who, callback, channel) + walk.shown()
    return {
        name: faceless(text, number)
        .replace(channel, "C?")
        .replace(MISSING_CHANNEL, "C?")
        .replace(who.id, "U?")
        for name, text in seen.items()
    }


# --- The web -------------------------------------------------------------------------------------


def routes(there: Bench) -> set[str]:
    return {
        f"{one.method} {one.resource.canonical}"
        for one in there.app.web.router.routes()
        if one.resource and one.method != "HEAD"
    }


def paths(route: str, number: int) -> list[str]:
    path = route.partition(" ")[2].replace("{ref}", f"INC-{number}")
    if "{extension}" not in path:
        return [path]
    endings = ("md", "html") if "review" in path else (*(one.extension for one in FORMATS), "xml")
    return [path.replace("{extension}", one) for one in endings]


async def on_the_web(browser: Browser, there: Bench, number: int) -> dict[str, str]:
    """What a browser is told at each address."""
    token = ""
    if browser.cookies:
        token = (await browser.get("/incidents")).form("/leave").fields["token"]
    seen = {}
    for route, kind in ROUTES.items():
        for path in paths(route, number) if kind in ("page", "form", "list", "open") else ():
            if kind == "form":
                page = await browser.post(path, token=token, version="1", markdown="taken over")
            else:
                page = await browser.get(path)
            headers = {
                name: value
                for name, value in page.headers.items()
                if name not in ("Date", "Set-Cookie", "Content-Length")
            }
            shown = page.text if kind != "open" or "metrics" not in path else _quiet(page.text)
            ending = path.rpartition(".")[2] if "{extension}" in route else ""
            seen[f"{route} {ending}"] = faceless(f"{page.status} {shown} {headers}", number)
    return seen


def _quiet(metrics: str) -> str:
    """What tells of incidents; how many requests there were is another matter."""
    lines = metrics.splitlines()
    return "\n".join(one for one in lines if one.startswith("incibot_incidents"))


async def by_token(there: Bench, number: int, token: str | None) -> dict[str, str]:
    seen = {}
    for route, kind in ROUTES.items():
        if "token" not in kind:
            continue
        queries = ["?status=all"] if kind.startswith("list") else ["", "?format=html"]
        for query in queries:
            for path in paths(route, number):
                page = await ask(there, f"{path}{query}", token=token)
                seen[f"{route} {query}"] = faceless(f"{page.status} {page.text}", number)
    return seen


# --- The walk ------------------------------------------------------------------------------------


async def test_nobody_else_finds_a_trace_of_a_private_incident(tmp_path: Path) -> None:
    async with walk(tmp_path) as it:
        there = it.there
        assert routes(there) == set(ROUTES)
        private, missing = (1, it.channel), (MISSING, MISSING_CHANNEL)
        shown = (await (await it.browser("ana")).get("/incidents/INC-1/review")).text
        whole = shown + await there.export("json")
        assert [word for word, canary in CANARIES.items() if canary not in whole] == []
        before = await there.export("json"), it.incident.version
        nobody = everybody(there)
        for who in nobody.values():  # whom incibot has never heard of it asks Slack about
            await typed(it, who, "help", MISSING_CHANNEL)
        it.shown(), it.told()

        as_if_none = await in_slack(it, nobody["non-member"], missing)
        for name, who in nobody.items():
            found = await in_slack(it, who, private)
            for surface, text in found.items():
                assert it.traces(text) == [], (name, surface)
                assert text == as_if_none[surface], (name, surface)
            await who.opens_home()
        await there.settle()
        for name, who in nobody.items():
            assert it.traces(text_of(who.home)) == [], name
            assert "INC-1" not in text_of(who.home), name
        assert it.traces(it.shown()) == [], "jobs"

        empty = Browser(there)
        browsers = {name: await it.browser(who.name) for name, who in nobody.items()}
        for name, browser in {**browsers, "anonymous": empty}.items():
            found = await on_the_web(browser, there, 1)
            as_if_none_on_the_web = await on_the_web(browser, there, MISSING)
            for surface, text in found.items():
                assert it.traces(text) == [], (name, surface)
                assert text == as_if_none_on_the_web[surface], (name, surface)
        for token in (TOKEN, "none of ours", None):
            told, told_of_none = [await by_token(there, one, token) for one in (1, MISSING)]
            assert told == told_of_none
            assert it.traces(json.dumps(told)) == []

        await jobs_left_over(it, [UserId(who.id) for who in nobody.values()])
        assert it.traces(it.shown()) == [], "jobs that were on their way"
        assert it.traces(it.told()) == [], "logs"
        after = await there.export("json"), (await there.incident(1)).version
        assert _apart_from_time(after) == _apart_from_time(before), "nobody has changed anything"

        await its_members_see_it(it, as_if_none)


def _apart_from_time(found: tuple[str, int]) -> Any:
    export = json.loads(found[0])
    return {**export, "exported_at": None}, found[1]


async def jobs_left_over(walk: Walk, users: list[UserId]) -> None:
    """Jobs that were asked for when the person could see it, or by somebody who erred."""
    async with walk.there.app.store.begin() as tx:
        for user in users:
            at = int(tx.at.timestamp())
            for format in FORMATS:
                await tx.ask(
                    DeliverExport(
                        incident=1, user=user, format=format.word, zone="", asked=user, at=at
                    )
                )
            await tx.ask(DraftReview(incident=1, user=user, asked=user, at=at))
            await tx.ask(Brief(incident=1, role="scribe", user=user, previous=None, version=90))
            await tx.ask(Welcome(incident=1, user=user, at=f"{at}.000001"))
            await tx.ask(Remind(incident=1, of=("commander.1",), user=user))
            await tx.ask(AskVoice(incident=1, user=user))
            await tx.ask(ShowHome(user=user))
        await tx.ask(ShowHomes())
        await tx.ask(Announce(incident=1))
        for entry in ("update",):
            found = [one async for one in tx.entries(1) if one.kind.value == entry]
            await tx.ask(Relay(incident=1, entry=found[0].key))
    await walk.there.settle()


def is_about_none(surface: str) -> bool:
    return surface in ABOUT_NONE or surface.partition(",")[0].partition(" ")[0] in ABOUT_NONE


async def its_members_see_it(walk: Walk, as_if_none: dict[str, str]) -> None:
    """Else nothing would be proved: the same surfaces show it to whoever is in."""
    there, bela = walk.there, walk.there.person("bela")
    found = await in_slack(walk, bela, (1, walk.channel))
    await there.settle()
    silent = {surface for surface, text in found.items() if text == as_if_none[surface]}
    assert {surface for surface in silent if not is_about_none(surface)} == set()
    await bela.opens_home()
    await there.settle()
    assert "INC-1" in text_of(bela.home)
    page = await on_the_web(await walk.browser("ana"), there, 1)
    missing = await on_the_web(await walk.browser("ana"), there, MISSING)
    same = {surface for surface in page if page[surface] == missing[surface]}
    assert {ROUTES[" ".join(one.split()[:2])] for one in same} <= {"open", "list", "page"}
    assert not [
        one for one in same if ROUTES[" ".join(one.split()[:2])] == "page" and "xml" not in one
    ]
