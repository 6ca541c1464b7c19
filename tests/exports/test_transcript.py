"""The transcript: a message a line."""

from checkout import ENTRIES, written

from incibot.exports.transcript import TRANSCRIPT


def test_each_message_is_a_line_with_its_writer_and_their_role() -> None:
    lines = written(TRANSCRIPT).splitlines()

    said = [one for one in ENTRIES if one.is_said and one.words]
    assert len(lines) == len(said) + 1  # and the manifest
    assert lines[0].startswith(
        "[2026-11-20T22:10:12Z] Ana Ruiz (Incident commander) #inc-7-checkout-answers-500 > "
        "@Bo *the* [fixer] look at"
    )
    assert "⏎" in lines[0]
