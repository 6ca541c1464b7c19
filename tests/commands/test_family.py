"""What holds for every word that ``/incident`` knows."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from incibot.app import reserved
from incibot.core.playbook import ROLES
from incibot.slack import commands
from incibot.slack.commands import COMMANDS, WORDS, Subcommand
from incibot.slack.commands.help import GROUPS
from tests.bench import Bench, text_of

EXAMPLES = [example for command in COMMANDS for example in command.examples]


def test_every_file_of_the_family_is_registered() -> None:
    made = {
        value.word
        for found in iter_modules(commands.__path__)
        for value in vars(import_module(f"{commands.__name__}.{found.name}")).values()
        if isinstance(value, Subcommand)
    }
    written = {found.name for found in iter_modules(commands.__path__)} - {"subcommand"}
    homes = {getattr(command.run, "__module__", "").rpartition(".")[2] for command in COMMANDS}
    assert written == homes
    assert made <= set(WORDS)


def test_no_two_have_the_same_word_and_no_role_takes_one() -> None:
    assert len(WORDS) == len(COMMANDS)
    names = [name for role in ROLES for name in (role.word, *role.aliases)]
    assert len(set(names)) == len(names)
    assert not set(names) & reserved()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.word)
def test_each_says_what_it_does(command: Subcommand) -> None:
    assert command.word == command.word.casefold()
    assert " " not in command.word
    assert command.says.endswith((".", "…"))
    assert command.group in ("", *GROUPS)
    assert (len(command.examples) >= 2) == bool(command.group), "help shows two or more"
    first_words = {example.split()[0] for example in command.examples}
    known = {command.word} if command.word not in ("declare", "role") else first_words
    assert first_words <= known
    assert (
        (command.submit is None) or command.form is not None or command.word in ("add", "followups")
    )


@pytest.mark.parametrize("example", EXAMPLES)
async def test_each_example_runs(here: Bench, example: str) -> None:
    """As typed by the commander in an incident's channel, with what the example presupposes."""
    for n in range(1, 8 if example.endswith("7") else 2):
        await here.declares(f"sev2 Number {n}", who="bela")
    incident = (await here.incidents())[0]
    channel = incident.channel_name
    await here.person("ana").joins(channel)
    await here.settle()
    if example == "task done 2":
        await here.types("task one", channel=channel)
        await here.types("task two", channel=channel)
    if example.endswith("none"):
        await here.types("ops me", channel=channel)
    if example.startswith("reopen"):
        await here.types("resolve", channel=channel)
    before = len(await here.timeline(incident.number))
    answer = await here.types(example, who="ana", channel=channel)
    assert answer.trouble is None
    view = here.person("ana").view
    assert answer.text or view is not None
    for refusal in ("There is no", "Which", "already", "Who is to be", "What is", "did not open"):
        assert refusal not in answer.text, answer.text
    changes = WORDS.get(example.split()[0].casefold())
    if changes is None or (changes.group == "Record" and example != "task"):
        after = len(await here.timeline(incident.number))
        assert after > before or view is not None, answer.text


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if one.group], ids=lambda one: one.word
)
async def test_help_tells_of_each(here: Bench, command: Subcommand) -> None:
    answer = await here.types(f"help {command.word}")
    said = answer.text.replace("&lt;", "<").replace("&gt;", ">")
    assert f"/incident {command.word} {command.usage}".strip() in said
    assert command.says in said
    assert all(f"`/incident {example}`" in said for example in command.examples)


async def test_help_lists_them_all_under_their_headings(here: Bench) -> None:
    answer = await here.types("help")
    said = text_of({"blocks": answer.blocks})
    for command in COMMANDS:
        listed = re.search(rf"`{command.word}[` ]", said)
        assert bool(listed) == bool(command.group), command.word
    for group in GROUPS:
        assert f"*{group}*" in said
    assert "<text>" not in said  # Slack would take it for a link
    for example in GROUPS.values():
        assert f"`/incident {example}`" in said
        assert example in EXAMPLES
    assert len(answer.blocks) <= 12
    assert len(said) < 5_000, "it is read in a hurry"


@pytest.mark.parametrize("word", ["commander", "ic", "ops", "Scribe"])
async def test_help_knows_the_words_of_roles(here: Bench, word: str) -> None:
    assert "/incident role" in (await here.types(f"help {word}")).text


async def test_help_of_a_word_that_only_buttons_use_is_not_offered(here: Bench) -> None:
    assert "There is no `/incident takeback`" in (await here.types("help takeback")).text
    assert "Did you mean" not in (await here.types("help takeback")).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("help severty", "Did you mean `/incident help severity`?"),
        ("help comander", "Did you mean `/incident help commander`?"),
        ("help liason", "Did you mean `/incident help liaison`?"),
        ("statsu mitigated", "Did you mean `/incident status`?"),
        ("comander me", "Did you mean `/incident commander`?"),
        ("liason me", "Did you mean `/incident liaison`?"),
        ("role comander me", "Did you mean `commander`? There are: commander, scribe, comms, ops."),
        ("role liason me", "Did you mean `liaison`?"),
        ("status mitigate", "Did you mean `mitigated`? There are: investigating"),
        ("severity sve1", "Did you mean `sev1`? There are: sev1, sev2, sev3, sev4."),
        (
            "export htlm",
            "Did you mean `html`? There are: md, html, json, csv, xlsx, markers, transcript.",
        ),
        ("export md Europe/Pariss", "Did you mean `Europe/Paris`?"),
        ("export Europe/Pariss", "Did you mean `Europe/Paris`?"),
        ("export md Lisbon", "Did you mean `Europe/Lisbon`?"),
        ("list al", "Did you mean `/incident list all`?"),
        ("milestone detectd 13:58", "`/incident milestone detected …` sets “detected”."),
    ],
)
async def test_a_word_that_nobody_knows_names_its_nearest(
    here: Bench, typed: str, said: str
) -> None:
    channel = (await here.declares()).channel_name
    answer = await here.types(typed, channel=channel)
    assert said in text_of(answer.raw)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("help frobnicate", "There is no `/incident frobnicate`. `/incident help` lists all."),
        ("role captain me", "There is no role “captain”. There are: commander"),
        ("severity sev9", "There is no severity “sev9”. There are: sev1, sev2, sev3, sev4."),
        ("severity awful", "There is no severity “awful”. There are: sev1"),
        (
            "export pdf",
            "There is no format “pdf”. There are: md, html, json, csv, xlsx, markers, transcript.",
        ),
        ("list yesterday", "There is no list “yesterday”. `/incident list` shows open incidents"),
        ("severity " + "x" * 900, f"There is no severity “{'x' * 59}…”."),
    ],
)
async def test_a_word_that_is_near_to_none_is_told_what_there_is(
    here: Bench, typed: str, said: str
) -> None:
    channel = (await here.declares()).channel_name
    answer = await here.types(typed, channel=channel)
    assert said in answer.text
    assert "Did you mean" not in answer.text


@pytest.mark.parametrize("typed", ["sve1 Checkout answers 500", "sev9 Checkout answers 500"])
async def test_a_severity_that_is_none_keeps_nobody_from_declaring(here: Bench, typed: str) -> None:
    answer = await here.types(f"declare {typed}")
    assert "INC-1 is declared as sev3." in answer.text
    assert f"There is no severity “{typed[:4]}”, so it is in the title" in answer.text
    assert "no severity" not in (await here.types("declare Severe errors in checkout")).text


async def test_a_panel_opens_anywhere_by_the_incidents_name(here: Bench) -> None:
    await here.declares()
    await here.types("panel INC-1", who="dana")
    view = here.person("dana").view
    assert view is not None
    assert view["title"]["text"] == "INC-1"


def test_the_readme_names_each_subcommand_that_people_type() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()

    for command in COMMANDS:
        if command.group:
            assert re.search(rf"/incident [^`\n]*\b{command.word}\b", readme), command.word
