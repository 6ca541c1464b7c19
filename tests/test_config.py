"""Settings and playbook: what is read, and what people are told when it cannot be."""

import contextlib
import os
import re
import string
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from incibot.config import SERVE, WORK, ApiToken, Secret, Settings, example_env, read_playbook
from incibot.core.naming import FIELDS
from incibot.core.playbook import (
    REMINDERS,
    Depth,
    Patience,
    Playbook,
    Redaction,
    Reminder,
    ReviewPlan,
    Role,
    Service,
    Severity,
    Status,
)
from incibot.core.review import SECTIONS
from incibot.core.timeline import Mark
from incibot.errors import ConfigError

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
BOT = "xoxb-" + "1111-2222-theRestOfTheToken"
APP = "xapp-" + "1-A1-2-theRestOfTheToken"
SIGNING = "0123456789abcdef0123456789abcdef"
KEY, OLD_KEY = (urlsafe_b64encode(bytes([n] * 32)).decode() for n in (1, 2))
CLIENT = {"SLACK_CLIENT_ID": "1234.5678", "SLACK_CLIENT_SECRET": SIGNING}

# The first text that hypothesis makes on a machine takes a second, whatever the strategy.
unhurried = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def settings(**environ: str) -> Settings:
    return Settings.from_env(environ, dotenv=None)


def complaints(environ: Mapping[str, str], **options: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Settings.from_env(environ, dotenv=options.pop("dotenv", None), **options)
    return list(caught.value.problems)


def playbook(path: Path, text: str, **options: Any) -> Playbook:
    file = path / "incibot.yaml"
    file.write_text(text, encoding="utf-8")
    return read_playbook(file, **options)


def mistakes(path: Path, text: str, **options: Any) -> list[str]:
    """The complaints, each without the file's name."""
    with pytest.raises(ConfigError) as caught:
        playbook(path, text, **options)
    start = f"{path / 'incibot.yaml'}: "
    assert all(problem.startswith(start) for problem in caught.value.problems)
    return [problem.removeprefix(start) for problem in caught.value.problems]


# Settings


def test_with_nothing_set_everything_has_its_default() -> None:
    assert settings() == Settings()
    assert settings().database_url.reveal() == "sqlite:///incibot.db"
    assert (settings().host, settings().port) == ("0.0.0.0", 3000)  # noqa: S104
    assert settings().slack_api_url == "https://slack.com/api/"
    assert settings().time_zone == ZoneInfo("UTC")
    assert (settings().log_format, settings().log_level) == (None, "info")


def test_each_setting_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.touch()

    read = settings(
        SLACK_BOT_TOKEN=BOT,
        SLACK_SIGNING_SECRET=SIGNING,
        SLACK_APP_TOKEN=APP,
        INCIBOT_ENCRYPTION_KEYS=f"{KEY}, {OLD_KEY},{KEY}",
        SLACK_API_URL="https://slack-gov.com/api",
        DATABASE_URL="postgres://me:p%40ss@db.example.com/incibot",
        PORT="8080",
        HOST="::1",
        INCIBOT_BASE_URL="https://incidents.example.com/bot/",
        INCIBOT_ANNOUNCE_CHANNEL="#incidents",
        INCIBOT_CONFIG=str(file),
        INCIBOT_TEMPLATES=str(tmp_path),
        INCIBOT_API_TOKENS=" one, two ,,one",
        INCIBOT_TIME_ZONE="Europe/Paris",
        LOG_FORMAT="JSON",
        LOG_LEVEL="Debug",
    )

    assert read == Settings(
        slack_bot_token=Secret(BOT),
        slack_signing_secret=Secret(SIGNING),
        slack_app_token=Secret(APP),
        encryption_keys=(Secret(KEY), Secret(OLD_KEY)),
        slack_api_url="https://slack-gov.com/api/",
        database_url=Secret("postgres://me:p%40ss@db.example.com/incibot"),
        port=8080,
        host="::1",
        base_url="https://incidents.example.com/bot",
        announce_channel="#incidents",
        config=file,
        templates=tmp_path,
        api_tokens=tuple(ApiToken(sha256(token).hexdigest()) for token in (b"one", b"two")),
        time_zone=ZoneInfo("Europe/Paris"),
        log_format="json",
        log_level="debug",
    )


def test_workspaces_that_install_it_themselves_need_no_bot_token() -> None:
    read = Settings.from_env(
        {
            **CLIENT,
            "INCIBOT_ENCRYPTION_KEYS": KEY,
            "INCIBOT_BASE_URL": "https://bot.example.com",
            "SLACK_SIGNING_SECRET": SIGNING,
            "SLACK_CLI_XOXB": BOT,
        },
        dotenv=None,
        needs=SERVE,
    )
    assert (read.slack_client_id, read.slack_client_secret) == ("1234.5678", Secret(SIGNING))
    assert read.slack_bot_token is None
    told = complaints({"SLACK_CLIENT_ID": "1234.5678"}, needs=WORK)
    assert [one.partition(": is not set")[0] for one in told] == [
        "SLACK_CLIENT_SECRET",
        "INCIBOT_ENCRYPTION_KEYS",
        "INCIBOT_BASE_URL",
    ]


def test_a_bot_token_beside_a_client_is_one_too_many() -> None:
    (told, other) = complaints({**CLIENT, "SLACK_BOT_TOKEN": BOT, "PORT": "x"})
    assert told.startswith("SLACK_BOT_TOKEN: is set, and SLACK_CLIENT_ID or SLACK_CLIENT_SECRET")
    assert told.endswith("drop the other")
    assert other.startswith("PORT")
    assert BOT not in told


def test_where_there_may_be_several_an_api_token_says_of_which_it_is() -> None:
    (told,) = complaints({**CLIENT, "INCIBOT_API_TOKENS": "T0123:one,another"})
    assert told.startswith("INCIBOT_API_TOKENS: has a token without a workspace")
    assert "another" not in told
    assert [one.team for one in settings(**CLIENT, INCIBOT_API_TOKENS="T0123:one").api_tokens] == [
        "T0123"
    ]


def test_several_workspaces_have_no_channel_id_in_common() -> None:
    (told,) = complaints({**CLIENT, "INCIBOT_ANNOUNCE_CHANNEL": "C0123ABCD"})
    assert "it wants a name with #" in told
    read = settings(**CLIENT, INCIBOT_ANNOUNCE_CHANNEL="#incidents")
    assert read.announce_channel == "#incidents"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("SLACK_CLIENT_ID", "A0123", "got “A0123”"),
        ("SLACK_CLIENT_ID", BOT, "a bot token"),
        ("SLACK_CLIENT_SECRET", BOT, "a bot token"),
        ("INCIBOT_ENCRYPTION_KEYS", f"{KEY},{KEY[:-2]}", "of which number 2 is no key"),
        ("INCIBOT_ENCRYPTION_KEYS", "a-password", "number 1 is no key"),
        ("INCIBOT_ENCRYPTION_KEYS", "ключ", "number 1 is no key"),
    ],
)
def test_a_wrong_client_or_key_is_told(name: str, text: str, says: str) -> None:
    (told,) = complaints({name: text})
    assert says in told
    assert text not in told or name == "SLACK_CLIENT_ID"


def test_all_mistakes_are_told_at_once_and_each_names_what_it_got_and_what_would_work() -> None:
    told = complaints(
        {
            "SLACK_SIGNING_SECRET": BOT,
            "SLACK_API_URL": "slack.com/api",
            "PORT": "70000",
            "HOST": "0.0.0.0:3000",
            "INCIBOT_BASE_URL": "incidents.example.com",
            "INCIBOT_ANNOUNCE_CHANNEL": "incidents",
            "INCIBOT_CONFIG": "/no/such.yaml",
            "INCIBOT_TEMPLATES": "/no/such",
            "INCIBOT_TIME_ZONE": "europe/pari",
            "LOG_FORMAT": "xml",
            "LOG_LEVEL": "loud",
        },
        needs=WORK,
    )

    assert [re.sub("; it wants .*", "; …", line) for line in told] == [
        "SLACK_BOT_TOKEN: is not set; …",
        "SLACK_SIGNING_SECRET: got xoxb… (32 characters), a bot token; …",
        "SLACK_API_URL: got “slack.com/api”; …",
        "PORT: got “70000”; …",
        "HOST: got “0.0.0.0:3000”; …",
        "INCIBOT_BASE_URL: got “incidents.example.com”; …",
        "INCIBOT_ANNOUNCE_CHANNEL: got “incidents”; …",
        "INCIBOT_CONFIG: got “/no/such.yaml”, where no file is; …",
        "INCIBOT_TEMPLATES: got “/no/such”, where no folder is; …",
        "INCIBOT_TIME_ZONE: got “europe/pari”, perhaps Europe/Paris; …",
        "LOG_FORMAT: got “xml”; …",
        "LOG_LEVEL: got “loud”; …",
    ]


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("xoxp-1111-2222-3333", "got xoxp… (19 characters), a user token;"),
        ("xoxe.xoxb-1-1111-2222", "got xoxe… (21 characters), a token that expires"),
        (APP, "an app-level token;"),
        ("xoxb-", "got … (5 characters), only the beginning of one;"),
        ("xoxb-1111 2222-3333-4", "with a space or a line break in it;"),
        ("hunter2", "got … (7 characters); it wants the bot token, xoxb-…"),
    ],
)
def test_a_token_of_the_wrong_kind_is_called_by_its_kind(token: str, told: str) -> None:
    [line] = complaints({"SLACK_BOT_TOKEN": token})

    assert told in line
    assert token[5:] not in line.partition("; it wants")[0] or token == "xoxb-"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@host:port/db",
        "postgresql://me:hunter2@host:5432x/db",
        "mongodb://me:hunter2@host/db",
        "me:hunter2@host",
    ],
)
def test_a_database_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    [line] = complaints({"DATABASE_URL": url})

    assert line.startswith("DATABASE_URL: got ")
    assert "hunt" not in line


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///incibot.db",
        "sqlite:////var/lib/incibot.db",
        "postgres://u:p@h/db",
        "postgresql://u:p@h:5432/db?ssl=require",
        "mysql://u:p@h/db",
        "mariadb://u:p@h/db",
        "postgresql+asyncpg://u:p@h/db",
    ],
)
def test_a_database_url_is_kept_as_it_was_written(url: str) -> None:
    assert settings(DATABASE_URL=url).database_url.reveal() == url


@pytest.mark.parametrize(
    "port", ["-1", "65536", "3000.0", "٣٠٠٠", "http", "9" * 5000, "0" * 9 + "99999"]
)
def test_what_is_no_port_is_refused(port: str) -> None:
    [line] = complaints({"PORT": port})
    assert "a whole number from 1 to 65535" in line
    assert len(line) < 200


@pytest.mark.parametrize(("port", "number"), [("0", 0), ("1", 1), ("65535", 65535)])
def test_every_port_there_is_is_taken(port: str, number: int) -> None:
    assert settings(PORT=port).port == number


@pytest.mark.parametrize("host", ["http://x", "a b", "0.0.0.0:80", "-x", "[::1]"])
def test_what_is_no_host_is_refused(host: str) -> None:
    assert complaints({"HOST": host})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::", "bot.internal", "fe80::1%eth0"])
def test_names_and_addresses_are_hosts(host: str) -> None:
    assert settings(HOST=host).host == host


@pytest.mark.parametrize(
    "address",
    [
        "example.com",
        "ftp://example.com",
        "https://",
        "https://example.com:port",
        "https://example.com?x=1",
        "https://example.com/#top",
        "https://exam ple.com",
        "https://[::1",
    ],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    assert complaints({"INCIBOT_BASE_URL": address})
    assert complaints({"SLACK_API_URL": address})


def test_a_password_in_a_web_address_is_refused_and_not_shown() -> None:
    [line] = complaints({"INCIBOT_BASE_URL": "https://me:hunter2@example.com"})
    assert "hunter2" not in line


@pytest.mark.parametrize("channel", ["C0123ABCD", "G0123ABCD", "#incidents", "#störungen-2"])
def test_a_channel_is_an_id_or_a_name_with_its_mark(channel: str) -> None:
    assert settings(INCIBOT_ANNOUNCE_CHANNEL=channel).announce_channel == channel


@pytest.mark.parametrize("channel", ["incidents", "#", "#Two Words", "##x", "U0123ABCD", "#a.b"])
def test_what_is_no_channel_is_refused(channel: str) -> None:
    assert complaints({"INCIBOT_ANNOUNCE_CHANNEL": channel})


@pytest.mark.parametrize("zone", ["Paris", "Europe", "../etc/passwd", "CEST+2", "a" * 300])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    assert complaints({"INCIBOT_TIME_ZONE": zone})


def test_a_complaint_is_one_line_and_safe_on_a_terminal() -> None:
    told = complaints({"PORT": "8\x1b[2J\n0\udcff", "SLACK_SIGNING_SECRET": "x\x1b[2J" + " y" * 9})
    assert all(line.isprintable() for line in told)


def test_a_secret_pasted_into_another_setting_is_not_shown() -> None:
    [line] = complaints({"INCIBOT_ANNOUNCE_CHANNEL": BOT})
    assert "theRestOfTheToken" not in line


def test_no_secret_is_in_the_text_of_the_settings() -> None:
    read = settings(
        SLACK_BOT_TOKEN=BOT,
        SLACK_SIGNING_SECRET=SIGNING,
        SLACK_APP_TOKEN=APP,
        DATABASE_URL="mysql://me:hunter2@h/db",
        INCIBOT_API_TOKENS="one",
    )

    assert read.slack_bot_token is not None
    text = f"{read} {read!r} {read.slack_bot_token} {read.slack_bot_token!r} {[read.database_url]}"
    for secret in ("theRestOfTheToken", SIGNING, "hunter2", sha256(b"one").hexdigest()):
        assert secret not in text
    assert str(Secret("x")) == repr(Secret("x")) == f"{Secret('x')}" == "*****"


def test_secrets_are_the_same_when_their_texts_are() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert {Secret("a"), Secret("a"), Secret("b")} == {Secret("b"), Secret("a")}


def names(told: list[str]) -> set[str]:
    return {line.partition(":")[0] for line in told}


def test_a_command_needs_its_own_settings_and_no_others() -> None:
    assert names(complaints({}, needs=SERVE)) == {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}
    assert names(complaints({}, needs=WORK)) == {"SLACK_BOT_TOKEN"}
    assert settings() == Settings()


def test_with_an_app_token_no_signing_secret_is_needed() -> None:
    environ = {"SLACK_APP_TOKEN": APP}

    assert names(complaints(environ, needs=SERVE)) == {"SLACK_BOT_TOKEN"}
    read = Settings.from_env(environ | {"SLACK_BOT_TOKEN": BOT}, dotenv=None, needs=SERVE)
    assert read == Settings(slack_bot_token=Secret(BOT), slack_app_token=Secret(APP))


def test_an_empty_value_counts_as_unset(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=81\nHOST=\n")

    read = Settings.from_env({"PORT": " ", "LOG_LEVEL": ""}, dotenv=file)

    assert read == Settings(port=81)
    assert names(complaints({"SLACK_BOT_TOKEN": ""}, needs=WORK)) == {"SLACK_BOT_TOKEN"}


def test_the_environment_wins_over_the_file_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\ufeffPORT=81\nexport HOST='localhost' # here\nLOG_LEVEL=debug\n", "utf-8")
    environ, process = {"PORT": "82"}, dict(os.environ)

    read = Settings.from_env(environ, dotenv=file)

    assert (read.port, read.host, read.log_level) == (82, "localhost", "debug")
    assert environ == {"PORT": "82"}
    assert dict(os.environ) == process


def test_the_process_environment_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "81")
    monkeypatch.setenv("INCIBOT_TIME_ZONE", "nowhere")

    assert settings() == Settings()


def test_a_dollar_in_the_file_is_no_variable(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DATABASE_URL=mysql://u:${PATH}$x@h/db\n")

    read = Settings.from_env({}, dotenv=file)

    assert read.database_url.reveal() == "mysql://u:${PATH}$x@h/db"


def test_a_file_that_is_not_there_is_no_mistake(tmp_path: Path) -> None:
    assert Settings.from_env({}, dotenv=tmp_path / ".env") == Settings()


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"PORT=\xff\xfe\n")

    [line] = complaints({}, dotenv=file)

    assert line.startswith(f"{file}: it cannot be read: ")


def test_incibot_yaml_is_found_where_incibot_starts(tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        assert settings().config is None
        Path("incibot.yaml").touch()
        assert settings().config == Path("incibot.yaml")


@unhurried
@given(
    st.dictionaries(
        st.sampled_from([one.metadata["env"] for one in fields(Settings)]),
        st.text(max_size=50) | st.just("https://me:hunter2@[x") | st.just(BOT + "\n" + APP),
    )
)
def test_whatever_is_set_either_works_or_is_explained_a_line_each(environ: dict[str, str]) -> None:
    told: tuple[str, ...] = ()
    try:
        settings(**environ)
    except ConfigError as error:
        told = error.problems

    assert names(list(told)) <= environ.keys()
    assert len(names(list(told))) == len(told)
    assert not [line for line in told if not line.isprintable() or "hunter2" in line]


# The playbook


def test_without_a_file_or_with_an_empty_one_a_team_has_what_is_shipped(tmp_path: Path) -> None:
    assert read_playbook(None) == Playbook()
    assert playbook(tmp_path, "") == Playbook()
    assert playbook(tmp_path, "roles:\n# none of our own yet\nservices:\n") == Playbook()


def test_each_key_is_read(tmp_path: Path) -> None:
    book = playbook(
        tmp_path,
        """
        severities:
          - {word: bad, means: Quite   bad, emoji: fire, invite: [U01, S02, "@sre", "@sre"]}
        statuses:
          - {word: open, means: We are at it}
          - {word: over, means: Done, emoji: ":tada:", milestone: resolved, ends: yes}
        roles:
          - {word: lead, title: The lead, duties: [One., Two.], several: true, aliases: [boss]}
          - word: second
        services: [Search, {name: Checkout, invite: ["@pay"]}]
        reactions: {":eyes:": observation, "+1": decision}
        channel_name: "{severity}-{number}"
        invite: [U03]
        invite_private: [U04]
        nearby: 2h
        reminders:
          commander: 2m
          update: {after: 1h, severities: {bad: 10m}}
          open: off
          review: {severities: {bad: off}}
        """,
    )

    assert book == Playbook(
        severities=(
            Severity(word="bad", means="Quite bad", emoji=":fire:", invite=("U01", "S02", "@sre")),
        ),
        statuses=(
            Status(word="open", means="We are at it"),
            Status(word="over", means="Done", emoji=":tada:", milestone="resolved", ends=True),
        ),
        roles=(
            Role(
                word="lead",
                title="The lead",
                duties=("One.", "Two."),
                several=True,
                aliases=("boss",),
            ),
            Role(word="second", title="Second"),
        ),
        services=(Service(name="Search"), Service(name="Checkout", invite=("@pay",))),
        reactions={"eyes": Mark.OBSERVATION, "+1": Mark.DECISION},
        channel_template="{severity}-{number}",
        invite=("U03",),
        invite_private=("U04",),
        nearby=timedelta(hours=2),
        reminders={
            Reminder.COMMANDER: Patience(after=timedelta(minutes=2)),
            Reminder.UPDATE: Patience(
                after=timedelta(hours=1), severities={"bad": timedelta(minutes=10)}
            ),
            Reminder.OPEN: Patience(after=None),
            Reminder.REVIEW: Patience(after=timedelta(days=5), severities={"bad": None}),
        },
    )


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("voices: off", None),
        ("voices: on", timedelta(hours=1)),
        ("voices: {}", timedelta(hours=1)),
        ("voices: {after: 30m}", timedelta(minutes=30)),
        ("voices: {after: off}", None),
        ("voices: 2h", timedelta(hours=2)),
    ],
)
def test_people_are_asked_a_while_after_the_end_or_not_at_all(
    tmp_path: Path, text: str, after: timedelta | None
) -> None:
    assert playbook(tmp_path, text).voices == after


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "voices: {after: soon}",
            "voices.after: got “soon”; it wants a duration, such as 10m, 2h or 1d, or off",
        ),
        (
            "voices: [1h]",
            "voices: got a list; it wants a duration, such as 10m, 2h or 1d, or off",
        ),
        ("voices: {at: 1h}", "voices.at: incibot knows no such key; there are after"),
    ],
)
def test_a_mistake_in_when_people_are_asked_is_told(tmp_path: Path, text: str, told: str) -> None:
    assert mistakes(tmp_path, text) == [told]


@pytest.mark.parametrize(
    ("text", "reminders"),
    [
        ("reminders: off", {}),
        ("reminders: on", REMINDERS),
        ("reminders: {}", REMINDERS),
        ("reminders: {open: off}", {**REMINDERS, Reminder.OPEN: Patience(after=None)}),
        ("reminders: {open: on}", REMINDERS),
        (
            "reminders: {update: {after: off, severities: {sev1: 15m, sev2: on}}}",
            {
                **REMINDERS,
                Reminder.UPDATE: Patience(
                    after=None, severities={"sev1": timedelta(minutes=15), "sev2": None}
                ),
            },
        ),
    ],
)
def test_a_reminder_is_turned_off_alone_or_with_all_others(
    tmp_path: Path, text: str, reminders: Mapping[Reminder, Patience]
) -> None:
    assert playbook(tmp_path, text).reminders == reminders


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "reminders: often",
            "reminders: got “often”; it wants commander, update, open, review, each with a duration,"
            " or off for none at all",
        ),
        (
            "reminders: {updates: 1h}",
            "reminders.updates: incibot knows no such key; did you mean update?",
        ),
        (
            "reminders: {update: 30}",
            "reminders.update: got 30; it wants a duration, such as 10m, 2h or 1d, or off",
        ),
        (
            "reminders: {update: 0m}",
            "reminders.update: got “0m”; it wants a duration, such as 10m, 2h or 1d, or off",
        ),
        (
            "reminders: {update: {every: 1h}}",
            "reminders.update.every: incibot knows no such key; there are after, severities",
        ),
        (
            "reminders: {update: {after: soon}}",
            "reminders.update.after: got “soon”; it wants a duration, such as 10m, 2h or 1d, or off",
        ),
        (
            "reminders: {review: {severities: [sev1]}}",
            "reminders.review.severities: got a list; it wants severities, each with a duration,"
            " such as sev1: 15m",
        ),
        (
            "reminders: {review: {severities: {minor: 1d}}}",
            "reminders.review.severities.minor: incibot knows no such key;"
            " there are sev1, sev2, sev3, sev4",
        ),
        (
            "severities: [{word: bad, means: b}]\nreminders: {open: {severities: {sev1: 1d}}}",
            "reminders.open.severities.sev1: incibot knows no such key; there are bad",
        ),
    ],
)
def test_a_mistake_in_the_reminders_is_told_with_the_way_to_it(
    tmp_path: Path, text: str, told: str
) -> None:
    assert mistakes(tmp_path, text) == [told]


def test_a_key_that_is_left_out_stays_as_shipped(tmp_path: Path) -> None:
    book = playbook(tmp_path, "nearby: 30m")

    assert book == Playbook(nearby=timedelta(minutes=30))


def test_all_mistakes_in_the_file_are_told_at_once_with_the_way_to_each(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        """
        severites: []
        severities:
          - {word: Sev 1, means: 3, emoji: a b}
          - {word: sev2, colour: red, invite: ["@sre", joe]}
          - four
        statuses: {}
        roles:
          - {word: lead, duties: all, several: "yes"}
        services: [4]
        reactions: {1: key_moment, bulb: idea}
        channel_name: inc-{slug}
        invite: me
        nearby: 10
        """,
    )

    assert [line.split("; it wants")[0] for line in told] == [
        "severites: incibot knows no such key; did you mean severities?",
        "severities[sev2].colour: incibot knows no such key; there are word, means, emoji, invite",
        "severities[#3]: got “four”",
        "severities[Sev 1].word: got “Sev 1”",
        "severities[Sev 1].means: got 3",
        "severities[Sev 1].emoji: got “a b”",
        "severities[sev2].means: is missing",
        "severities[sev2].invite: got “joe”",
        "statuses: got a mapping",
        "roles[lead].duties: got “all”",
        "roles[lead].several: got “yes”",
        "services[#1]: got 4",
        "reactions: got 1",
        "reactions.bulb: got “idea”",
        "channel_name: 'inc-{slug}' has no {number}, so that two incidents could want the same"
        " channel.",
        "invite: got “me”",
        "nearby: got 10",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("severities: []", "severities: got an empty list; it wants at least one severity"),
        ("statuses: []", "statuses: got an empty list; it wants at least one status"),
        ("roles: []", "roles: got an empty list; it wants at least one role"),
        ("statuses: [{word: a, means: b}]", "statuses: none ends the response; one of them wants"),
        (
            "statuses: [{word: a, means: b, ends: true}]",
            "statuses: the first ends the response, and each incident starts with it;",
        ),
    ],
)
def test_a_response_has_a_severity_a_role_a_beginning_and_an_end(
    tmp_path: Path, text: str, told: str
) -> None:
    [line] = mistakes(tmp_path, text)
    assert line.startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("severities: [{word: a, means: b}, {word: a, means: c}]", "severities: “a” comes 2"),
        (
            "statuses: [{word: a, means: b}, {word: a, means: b, ends: true}]",
            "statuses: “a” comes 2",
        ),
        ("roles: [{word: a}, {word: b, aliases: [a]}]", "roles: “a” comes 2 times"),
        ("services: [Pay, {name: pay}]", "services: “pay” comes 2 times"),
        ('reactions: {bulb: decision, ":bulb:": question}', "reactions: “bulb” comes 2 times"),
        ("nearby: 1m\nnearby: 2m", "line 1, column 1: the key “nearby” comes 2 times"),
        ("roles: [{word: a, word: b}]", "line 1, column 10: the key “word” comes 2 times"),
    ],
)
def test_what_comes_twice_is_a_mistake(tmp_path: Path, text: str, told: str) -> None:
    [line] = mistakes(tmp_path, text)
    assert line.startswith(told)


def test_no_word_of_the_team_hides_a_subcommand(tmp_path: Path) -> None:
    text = """
        severities: [{word: list, means: a}]
        statuses: [{word: open, means: a}, {word: resolve, means: a, ends: true}]
        roles: [{word: declare}, {word: b, aliases: [list]}]
        """

    told = mistakes(tmp_path, text, reserved=frozenset({"declare", "list", "resolve"}))

    assert [line.split(" is ")[0] for line in told] == [
        "severities: “list”",
        "statuses: “resolve”",
        "roles: “declare”",
        "roles: “list”",
    ]
    assert playbook(tmp_path, text).role("list").word == "b"


@pytest.mark.parametrize("word", ["1", "a" * 31, "sev_1-b", "0x"])
def test_these_are_words(tmp_path: Path, word: str) -> None:
    assert playbook(tmp_path, f'roles: [{{word: "{word}"}}]').roles[0].word == word


@pytest.mark.parametrize("word", ["", "A", "a b", "-a", "_a", "é", "a" * 32, "a\\n", "<@U1>"])
def test_these_are_no_words(tmp_path: Path, word: str) -> None:
    if word == "a\\n":  # blanks at the ends are taken off, in a word as in a sentence
        assert playbook(tmp_path, 'roles: [{word: "a\\n"}]').roles[0].word == "a"
    else:
        assert mistakes(tmp_path, f'roles: [{{word: "{word}"}}]')


@pytest.mark.parametrize("value", ["1", "no", "2026-11-23", "1.5"])
def test_what_yaml_takes_for_something_else_is_asked_for_in_quotes(
    tmp_path: Path, value: str
) -> None:
    [line] = mistakes(tmp_path, f"roles: [{{word: lead, title: {value}}}]")
    assert line.endswith("; it wants what the role is called, in quotes")


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("0m", timedelta()),
        ("90 m", timedelta(minutes=90)),
    ],
)
def test_durations_are_a_number_and_a_unit(tmp_path: Path, text: str, duration: timedelta) -> None:
    assert playbook(tmp_path, f"nearby: {text}").nearby == duration


@pytest.mark.parametrize("text", ["10", "ten", "10 minutes", "-5m", "1h30m", "99999d", "[1m]"])
def test_what_is_no_duration_is_refused(tmp_path: Path, text: str) -> None:
    [line] = mistakes(tmp_path, f"nearby: {text}")
    assert line.endswith("it wants a duration, such as 10m, 2h or 1d")


@pytest.mark.parametrize(
    "template", ["inc-{slug}", "inc-{number", "{number}-{who}", "{number}{number}", '""', "7"]
)
def test_a_template_that_cannot_name_every_channel_is_refused(
    tmp_path: Path, template: str
) -> None:
    [line] = mistakes(
        tmp_path, f"channel_name: '{template}'" if "{" in template else f"channel_name: {template}"
    )
    assert line.startswith("channel_name: ")


def test_more_choices_than_a_menu_holds_are_refused(tmp_path: Path) -> None:
    def roles(count: int) -> str:
        return yaml.safe_dump({"roles": [{"word": f"r{number}"} for number in range(count)]})

    assert len(playbook(tmp_path, roles(100)).roles) == 100
    assert mistakes(tmp_path, roles(101)) == [
        "roles: got 101; it wants at most 100, which is all that Slack's menus hold"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("severities:\n  - emoji: :red:", "line 2, column 16: "),
        ("invite: [@sre]", "line 1, column 10: found character '@' that cannot start any token"),
        ("- 1", "got a list; it wants keys, such as severities:"),
        ("just words", "got “just words”; it wants keys"),
        ("nearby: 2026-13-45", "it cannot be read: month must be"),
        ("a: \x00", "it cannot be read: "),
        ("!!python/object:os.system x", "line 1, column 1: could not determine a constructor"),
    ],
)
def test_a_file_that_is_no_such_yaml_is_told_where(tmp_path: Path, text: str, told: str) -> None:
    [line] = mistakes(tmp_path, text)
    assert line.startswith(told)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"invite: [\xe9]")

    for path in (tmp_path / "latin.yaml", tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ConfigError, match=re.escape(f"{path}: it cannot be read: ")):
            read_playbook(path)


def test_a_secret_in_the_file_is_not_shown(tmp_path: Path) -> None:
    [line] = mistakes(tmp_path, f"invite: [{BOT}]")
    assert "theRestOfTheToken" not in line


def test_what_drafts_are_like_is_read_with_numbers_in_other_units(tmp_path: Path) -> None:
    plan = playbook(
        tmp_path,
        """
        review:
          depth: brief
          sections: [short, enquiry]
          leave_out: [A10, tasks]
          titles: {short: At a glance}
          thresholds: {A10.shortest: 0.5 h, A10.needed: 8, A10.factor: 4 times the median gap}
        """,
    ).review
    assert plan == ReviewPlan(
        depth=Depth.BRIEF,
        sections=("short", "enquiry"),
        leave_out=("A10", "tasks"),
        titles={"short": "At a glance"},
        thresholds={"A10.shortest": 30, "A10.needed": 8, "A10.factor": 4},
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("review: brief", "review: got “brief”; it wants keys, which are depth, sections,"),
        ("review: {depth: short}", "review.depth: got “short”; it wants one of brief, standard,"),
        ("review: {sections: [shrot]}", "review.sections: got “shrot”; it wants any of about,"),
        ("review: {leave_out: [A10, A10]}", "review.leave_out: “A10” comes 2 times"),
        ("review: {titles: [short]}", "it wants ids of sections, each with a title"),
        (
            "review: {thresholds: {A10.shortist: 5 min}}",
            "review.thresholds.A10.shortist: incibot knows no such key; did you mean A10.shortest?",
        ),
        (
            "review: {thresholds: {A10.shortest: 5 messages}}",
            "review.thresholds.A10.shortest: got “5 messages”; it wants a number, in min, such as 10 min",
        ),
        (
            "review: {thresholds: {A10.needed: many}}",
            "review.thresholds.A10.needed: got “many”; it wants a number, in messages, such as 6 messages",
        ),
    ],
)
def test_what_is_wrong_about_drafts_is_said_with_what_would_work(
    tmp_path: Path, text: str, problem: str
) -> None:
    assert any(problem in line for line in mistakes(tmp_path, text))


words = st.text(string.ascii_lowercase + string.digits + "-_", min_size=1, max_size=31).filter(
    lambda word: word[0] not in "-_"
)
sentences = st.text(min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool)
emojis = st.just("") | words.map(lambda word: f":{word}:")
invites = st.lists(
    st.from_regex(r"[UWS][A-Z0-9]{2,11}", fullmatch=True) | words.map(lambda word: f"@{word}"),
    unique=True,
    max_size=3,
).map(tuple)


def some(of: st.SearchStrategy[Any], name: str) -> st.SearchStrategy[tuple[Any, ...]]:
    by = lambda one: getattr(one, name).casefold()  # noqa: E731
    return st.lists(of, min_size=1, max_size=4, unique_by=by).map(tuple)


statuses = st.builds(
    Status,
    word=words,
    means=sentences,
    emoji=emojis,
    milestone=words | st.just(""),
    ends=st.booleans(),
)
playbooks = st.builds(
    Playbook,
    severities=some(
        st.builds(Severity, word=words, means=sentences, emoji=emojis, invite=invites), "word"
    ),
    statuses=some(statuses, "word").filter(
        lambda found: not found[0].ends and any(one.ends for one in found)
    ),
    roles=some(
        st.builds(
            Role,
            word=words,
            title=sentences,
            duties=st.lists(sentences, max_size=3).map(tuple),
            several=st.booleans(),
        ),
        "word",
    ),
    services=some(st.builds(Service, name=sentences, invite=invites), "name"),
    reactions=st.dictionaries(words, st.sampled_from(Mark), max_size=3),
    invite=invites,
    invite_private=invites,
    nearby=st.integers(0, 9999).map(lambda minutes: timedelta(minutes=minutes)),
    reminders=st.fixed_dictionaries(
        dict.fromkeys(
            Reminder,
            st.builds(
                Patience,
                after=st.none() | st.integers(1, 9999).map(lambda count: timedelta(minutes=count)),
            ),
        )
    ),
    review=st.builds(
        ReviewPlan,
        depth=st.sampled_from(Depth),
        sections=st.lists(st.sampled_from([one.id for one in SECTIONS]), unique=True).map(tuple),
        leave_out=st.lists(st.sampled_from(["A10", "short"]), unique=True).map(tuple),
        titles=st.dictionaries(st.sampled_from(["short", "enquiry"]), sentences),
        thresholds=st.dictionaries(
            st.sampled_from(["A10.shortest", "A04.kept"]), st.integers(0, 999)
        ),
    ),
)


def written(book: Playbook) -> str:
    def plain(value: Any) -> Any:
        match value:
            case tuple():
                return [plain(one) for one in value]
            case Mapping():
                return {str(key): plain(one) for key, one in value.items()}
            case timedelta():
                return f"{value // timedelta(minutes=1)}m"
            case Mark() | Depth():
                return str(value)
            case Patience():
                return {"after": False if value.after is None else plain(value.after)}
            case Severity() | Status() | Role() | Service() | ReviewPlan() | Redaction():
                found = {one.name: plain(getattr(value, one.name)) for one in fields(value)}
                return {key: one for key, one in found.items() if one != ""}
        return value

    keys = {one.name: plain(getattr(book, one.name)) for one in fields(book)}
    keys["channel_name"] = keys.pop("channel_template")
    return yaml.safe_dump(keys, allow_unicode=True, sort_keys=False)


@unhurried
@given(playbooks)
def test_a_playbook_that_is_written_down_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, book: Playbook
) -> None:
    assert playbook(tmp_path_factory.getbasetemp(), written(book)) == book


KEYS = [
    "severities", "statuses", "roles", "services", "reactions",
    "channel_name", "invite", "invite_private", "nearby", "reminders", "voices", "review",
    "redaction",
]  # fmt: skip
PARTS = sorted(
    {one.value for one in Reminder}
    | {
        one.name
        for of in (Severity, Status, Role, Service, Patience, ReviewPlan, Redaction)
        for one in fields(of)
    }
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)


@unhurried
@given(
    st.dictionaries(
        st.sampled_from(KEYS) | st.text(max_size=5),
        st.recursive(
            scalars,
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(PARTS) | scalars, inner, max_size=4)
            ),
        ),
    )
)
def test_whatever_the_file_says_is_a_playbook_or_is_explained_a_line_each(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    book: Playbook | None = None
    told: tuple[str, ...] = ()
    try:
        book = playbook(tmp_path_factory.getbasetemp(), yaml.safe_dump(document))
    except ConfigError as error:
        told = error.problems

    if book is None:
        assert told
        assert all(line.isprintable() for line in told)
    else:
        assert book.severities
        assert book.roles
        assert any(status.ends for status in book.statuses)


# What is written about them


def row(metadata: Mapping[str, Any]) -> str:
    """A setting's line in the documentation's table."""
    default = metadata["default"] or "–"
    if metadata["default"] and "`" not in default:
        default = f"`{default}`"
    return f"| `{metadata['env']}` | {default} | {metadata['meaning']} |"


def test_the_example_env_in_the_repository_is_the_one_that_the_settings_write() -> None:
    """To renew it: python -c "from incibot.config import *; print(example_env(), end='')" """
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example_env()


def test_the_example_env_as_it_is_sets_nothing() -> None:
    assert Settings.from_env({}, dotenv=ROOT / ".env.example") == Settings()


def test_every_example_in_it_would_work(tmp_path: Path) -> None:
    lines = [line.removeprefix("#") for line in example_env().splitlines() if "=" in line]
    (tmp_path / ".env").write_text("\n".join(lines))
    (tmp_path / "incibot.yaml").touch()
    (tmp_path / "our-templates").mkdir()

    with contextlib.chdir(tmp_path):
        read = Settings.from_env({})

    assert read.announce_channel == "#incidents"
    assert len(read.api_tokens) == 2
    assert [line.partition("=")[0] for line in lines] == [
        one.metadata["env"] for one in fields(Settings)
    ]


def test_the_documentation_lists_each_setting_with_its_default_and_meaning() -> None:
    listed = re.findall(r"^\| `[A-Z_]+` \|.*\|$", DOCS, re.MULTILINE)
    assert listed == [row(one.metadata) for one in fields(Settings)]


def test_the_first_file_in_the_documentation_is_what_is_shipped(tmp_path: Path) -> None:
    shipped, example = re.findall(r"^```yaml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)

    assert list(yaml.safe_load(shipped)) == KEYS
    assert playbook(tmp_path, shipped) == Playbook()
    assert playbook(tmp_path, example).severity("critical").emoji == ":fire:"


def test_the_documentation_explains_each_key_and_each_mark() -> None:
    reference = DOCS.partition("### What each key says")[2]

    for name in [*KEYS, *PARTS, *Mark]:
        assert f"`{name}`" in reference, name
    for name in FIELDS:
        assert f"{{{name}}}" in reference, name
