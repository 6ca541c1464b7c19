"""What was typed."""

from incibot.core.review.analyses.commands import COMMANDS, commands
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, PEOPLE, talk


def test_commands_in_code_are_told_once_without_who_typed_them() -> None:
    story = talk(
        ("9:01", BELA, "ran `kubectl get pods -n search` just now"),
        ("9:02", ANA, "```$ kubectl get pods -n web\npsql -c 'select 1 | 2'\nNAME READY```"),
        ("9:03", ANA, "kubectl get nodes, and `retry_budget`"),
    )
    assert list(commands(Telling(story.history(), BOOK))) == [
        "kubectl get pods -n search",
        "$ kubectl get pods -n web",
        "psql -c 'select 1 | 2'",
    ]
    table = COMMANDS.read(Telling(story.history(), BOOK)).table
    assert table
    assert table.rows[2].cells == ("`psql -c 'select 1 \\| 2'`", "09:02")
    assert not [one.name for one in PEOPLE.values() if one.name in str(table)]


def test_a_secret_in_a_command_is_masked() -> None:
    token = "xoxb-" + "1111-2222-theRestOfTheToken"
    story = talk(
        ("9:01", BELA, f"`curl -H 'Authorization: Bearer {token}' x`"), ("9:02", ANA, "ok")
    )
    assert "theRestOfTheToken" not in str(COMMANDS.read(Telling(story.history(), BOOK)))
