"""Settings: what is set from the environment, or a `.env` file beside the process.

Each setting is declared once, as a field of `Settings`: its name in the environment, its meaning and
its default. `.env.example` is written from that, and the tests hold the documentation to it.
"""

# ruff: noqa: RUF009 - `_setting` makes dataclass fields

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Self, cast, get_args
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from dotenv import dotenv_values
from environs import Env, EnvValidationError, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from incibot.config.secret import Secret
from incibot.config.wording import shown, veiled
from incibot.errors import ConfigError
from incibot.log import LogFormat, LogLevel

# What a command needs, as `needs` of `Settings.from_env`. The signing secret proves that a request
# over HTTP is Slack's; with an app token, deliveries come by Socket Mode and need none. Where
# workspaces install incibot themselves, it needs no bot token, but what `INSTALLED` names.
WORK: Final = frozenset({"SLACK_BOT_TOKEN"})
SERVE: Final = WORK | {"SLACK_SIGNING_SECRET"}
KEYS: Final = frozenset({"INCIBOT_ENCRYPTION_KEYS"})
INSTALLED: Final = KEYS | {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "INCIBOT_BASE_URL"}

DEFAULT_CONFIG: Final = Path("incibot.yaml")
# What `slack run` hands to the program that it starts, where nobody has set the tokens.
_OF_SLACKS_CLI: Final = {
    "SLACK_BOT_TOKEN": "SLACK_CLI_XOXB",
    "SLACK_APP_TOKEN": "SLACK_CLI_XAPP",
}
_OF_WORKSPACE = re.compile(r"(?P<team>[TE][A-Z0-9]{2,20}):(?P<token>.+)")  # before an API token
_DATABASES = ("sqlite", "postgresql", "postgres", "mysql", "mariadb")
_TOKENS = {
    "xoxb-": "a bot token",
    "xapp-": "an app-level token",
    "xoxp-": "a user token",
    "xoxe": "a token that expires (token rotation is on)",
    "xoxc-": "a browser session's token",
    "xoxd-": "a browser session's cookie",
    "xoxa-": "a workspace token of an older kind",
}


class _Odd(ValueError):
    """What is odd about a value, in words that may be shown."""


# How each setting is read: a text in, the value out. Of the errors only `_Odd` is quoted to people:
# what other code says of a wrong value may hold a part of it.


def _token(prefix: str) -> Callable[[str], Secret]:
    def read(text: str) -> Secret:
        if not text.startswith(prefix):
            raise _Odd(_kind(text))
        if text == prefix:
            raise _Odd("only the beginning of one")
        return _secret(text)

    return read


def _kind(text: str) -> str:
    return next((kind for start, kind in _TOKENS.items() if text.startswith(start)), "")


def _secret(text: str) -> Secret:
    if any(mark.isspace() for mark in text):
        raise _Odd("with a space or a line break in it")
    return Secret(text)


def _signing_secret(text: str) -> Secret:
    if kind := _kind(text):
        raise _Odd(kind)
    return _secret(text)


def _client_id(text: str) -> str:
    if kind := _kind(text):
        raise _Odd(kind)
    if not re.fullmatch(r"[0-9]+\.[0-9]+", text):
        raise ValueError
    return text


def _encryption_keys(text: str) -> tuple[Secret, ...]:
    keys = [_secret(key.strip()) for key in text.split(",") if key.strip()]
    for number, key in enumerate(keys, start=1):
        try:
            whole = len(urlsafe_b64decode(key.reveal())) == 32
        except ValueError:
            whole = False
        if not whole:
            raise _Odd(f"of which number {number} is no key")
    return tuple(dict.fromkeys(keys))


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token for `/api/v1`: its SHA-256 hex digest, and the workspace that it is for, if it says so."""

    digest: str
    team: str | None = None


def _api_tokens(text: str) -> tuple[ApiToken, ...]:
    given = [_secret(token.strip()).reveal() for token in text.split(",") if token.strip()]
    tokens = []
    for one in given:
        named = _OF_WORKSPACE.fullmatch(one)
        team, token = (named["team"], named["token"]) if named else (None, one)
        tokens.append(ApiToken(sha256(token.encode()).hexdigest(), team))
    return tuple(dict.fromkeys(tokens))


def _database(text: str) -> Secret:
    try:
        backend = make_url(text).get_backend_name()
    except ArgumentError:
        raise ValueError from None
    if backend not in _DATABASES:
        raise ValueError
    return Secret(text)


def _web_address(text: str) -> SplitResult:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
        raise ValueError
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _Odd("with more than a host and a path")
    _ = parts.port  # raises ValueError where it is no number
    return parts


def _without_slash(text: str) -> str:
    return _web_address(text).geturl().rstrip("/")


def _with_slash(text: str) -> str:
    return _without_slash(text) + "/"


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise ValueError
    return int(text)


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", text):
        ip_address(text)
    return text


def _channel(text: str) -> str:
    if re.fullmatch(r"[CG][A-Z0-9]{2,}|#[^\s#@A-Z.,:/<>]{1,80}", text):
        return text
    raise ValueError


def _file(text: str) -> Path:
    if Path(text).is_file():
        return Path(text)
    raise _Odd("where no file is")


def _folder(text: str) -> Path:
    if Path(text).is_dir():
        return Path(text)
    raise _Odd("where no folder is")


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder, such as `Europe`
        names = {name.casefold(): name for name in available_timezones()}
        near = get_close_matches(text.casefold().replace(" ", "_"), names, n=1)
        raise _Odd(f"perhaps {names[near[0]]}" if near else "") from None


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.casefold() in words:
            return text.casefold()
        raise ValueError

    return read


def _setting(
    env: str,
    read: Callable[[str], object],
    *,
    meaning: str,
    wants: str,
    default: str = "",
    shown: str = "",
    example: str = "",
    unset: object = None,
    secret: bool = False,
) -> Any:
    """Declare a setting.

    Args:
        meaning: what it does, in one line.
        wants: what a value must be, as the end of a complaint.
        default: the default, as one would write it in the environment; empty for none.
        shown: what the documentation calls the default, if `default` does not say it.
        example: a value for `.env.example` where there is no default.
        unset: the value without a default.
        secret: never shown, by nobody.
    """
    metadata = {
        "env": env,
        "read": read,
        "meaning": meaning,
        "wants": wants,
        "default": shown or default,
        "example": default or example,
        "secret": secret,
    }
    value = read(default) if default else unset
    return field(default=value, repr=not secret, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that is set from outside, read and checked; what each means is in its metadata.

    `api_tokens` have the SHA-256 hex digests of the tokens; the tokens themselves are not kept.
    """

    slack_bot_token: Secret | None = _setting(
        "SLACK_BOT_TOKEN",
        _token("xoxb-"),
        meaning="Bot token of your Slack app, `xoxb-…`; required outside the playground",
        wants="the bot token, xoxb-…, from your Slack app's page “OAuth & Permissions”",
        secret=True,
    )
    slack_signing_secret: Secret | None = _setting(
        "SLACK_SIGNING_SECRET",
        _signing_secret,
        meaning="Signing secret of your Slack app; required where Slack calls over HTTP",
        wants="the signing secret from your Slack app's page “Basic Information”"
        " (or set SLACK_APP_TOKEN, for Socket Mode)",
        secret=True,
    )
    slack_app_token: Secret | None = _setting(
        "SLACK_APP_TOKEN",
        _token("xapp-"),
        meaning="App-level token, `xapp-…`; when set, `serve` also connects by Socket Mode",
        wants="an app-level token, xapp-…, with the scope connections:write,"
        " from your Slack app's page “Basic Information”",
        secret=True,
    )
    slack_client_id: str | None = _setting(
        "SLACK_CLIENT_ID",
        _client_id,
        meaning="Client id of your Slack app, where several workspaces install it, instead of a bot"
        " token",
        wants="the client id from your Slack app's page “Basic Information”,"
        " such as 1234567890.9876543210",
    )
    slack_client_secret: Secret | None = _setting(
        "SLACK_CLIENT_SECRET",
        _signing_secret,
        meaning="Client secret of your Slack app; goes with the client id",
        wants="the client secret from your Slack app's page “Basic Information”",
        secret=True,
    )
    encryption_keys: tuple[Secret, ...] = _setting(
        "INCIBOT_ENCRYPTION_KEYS",
        _encryption_keys,
        meaning="Comma-separated keys for the tokens of those workspaces: the first seals, each"
        " opens; `incibot keys new` makes one",
        wants="keys with commas between them; `incibot keys new` makes one",
        unset=(),
        secret=True,
    )
    slack_api_url: str = _setting(
        "SLACK_API_URL",
        _with_slash,
        meaning="Base of Slack's Web API (GovSlack has another)",
        wants="an http or https address",
        default="https://slack.com/api/",
    )
    database_url: Secret = _setting(
        "DATABASE_URL",
        _database,
        meaning="Where the record is kept: `sqlite:///…`, `postgresql://…`, `postgres://…`,"
        " `mysql://…` or `mariadb://…`",
        wants="a database's URL: sqlite:///file, postgresql://user:password@host/name, or the"
        " same with mysql or mariadb (in a password, write @ as %40, / as %2F, # as %23)",
        default="sqlite:///incibot.db",
        secret=True,
    )
    port: int = _setting(
        "PORT",
        _port,
        meaning="HTTP port",
        wants="a whole number from 1 to 65535 (0 takes any free port)",
        default="3000",
    )
    host: str = _setting(
        "HOST",
        _host,
        meaning="Address to listen on",
        wants="an IP address or a host name, without a port",
        default="0.0.0.0",  # noqa: S104 - what listens on loopback cannot be reached in a container
    )
    base_url: str | None = _setting(
        "INCIBOT_BASE_URL",
        _without_slash,
        meaning="Public address of the web pages; links and buttons to them appear only when it is"
        " set",
        wants="an http or https address",
        example="https://incibot.example.com",
    )
    announce_channel: str | None = _setting(
        "INCIBOT_ANNOUNCE_CHANNEL",
        _channel,
        meaning="Channel id or `#name` where public incidents are announced",
        wants="a channel's id, such as C0123ABCD, or its name with #, such as #incidents",
        example="#incidents",
    )
    config: Path | None = _setting(
        "INCIBOT_CONFIG",
        _file,
        meaning="The team's playbook: severities, statuses, roles, services, marks, channel names,"
        " reminders",
        wants="the path of a YAML file",
        shown="`incibot.yaml` if there",
        example="incibot.yaml",
    )
    templates: Path | None = _setting(
        "INCIBOT_TEMPLATES",
        _folder,
        meaning="Folder whose templates override the shipped ones by name",
        wants="the path of a folder",
        example="our-templates",
    )
    api_tokens: tuple[ApiToken, ...] = _setting(
        "INCIBOT_API_TOKENS",
        _api_tokens,
        meaning="Comma-separated bearer tokens for `/api/v1`, each with its workspace’s id before it "
        "where there are several, `T0123ABCD:…`; with none, the API answers 401 to all",
        wants="tokens with commas between them",
        example="a-long-random-text,another-one",
        unset=(),
        secret=True,
    )
    pseudonym_key: Secret | None = _setting(
        "INCIBOT_PSEUDONYM_KEY",
        _secret,
        meaning="Key of the labels in redacted exports; with another one, people get other labels",
        wants="any long random text",
        secret=True,
    )
    time_zone: ZoneInfo = _setting(
        "INCIBOT_TIME_ZONE",
        _zone,
        meaning="Zone of exports and reviews where the reader names none",
        wants="a zone's name, such as Europe/Paris or UTC",
        default="UTC",
    )
    log_format: LogFormat | None = _setting(
        "LOG_FORMAT",
        _one_of(get_args(LogFormat)),
        meaning="How logs are written to stdout: `json` or `console`",
        wants="json or console",
        shown="`json` when stdout is no terminal, else `console`",
        example="json",
    )
    log_level: LogLevel = _setting(
        "LOG_LEVEL",
        _one_of(get_args(LogLevel)),
        meaning="Least level that is logged: `debug`, `info`, `warning` or `error`",
        wants="debug, info, warning or error",
        default="info",
    )

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str],
        *,
        dotenv: Path | None = Path(".env"),
        needs: frozenset[str] = frozenset(),
    ) -> Self:
        """Read all settings from `environ` and, for what it leaves unset, from the file `dotenv`.

        An empty value counts as unset. A `dotenv` that is not there is no mistake.

        Args:
            needs: names that must be set for the command at hand, such as `SERVE`.

        Raises:
            ConfigError: with every mistake there is, not only the first.
        """
        given = environment(environ, dotenv=dotenv)
        installed = bool({"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"} & given.keys())
        for name, theirs in _OF_SLACKS_CLI.items():
            if name not in given and theirs in given and not (installed and name in WORK):
                given[name] = given[theirs]
        if installed and "SLACK_BOT_TOKEN" in needs:
            needs = needs - WORK | INSTALLED
        if "SLACK_APP_TOKEN" in given:
            needs = needs - {"SLACK_SIGNING_SECRET"}
        env = _Env(given)
        env.add_parser("setting", _read)
        values = {
            one.name: env.setting(
                one.metadata["env"],
                None,
                metadata=one.metadata,
                unset=one.default,
                needed=one.metadata["env"] in needs,
            )
            for one in fields(cls)
        }
        told: dict[str, str] = {}
        if installed and "SLACK_BOT_TOKEN" in given:
            told["SLACK_BOT_TOKEN"] = _BOTH
        try:
            env.seal()
        except EnvValidationError as error:
            mistakes = cast(Mapping[str, Sequence[str]], error.error_messages)
            told |= {name: " ".join(found) for name, found in mistakes.items()}
        elsewhere = values["announce_channel"] if installed and not told else None
        if elsewhere and not elsewhere.startswith("#"):
            told["INCIBOT_ANNOUNCE_CHANNEL"] = (
                f"got {shown(elsewhere)}, a channel of one workspace; it wants a name with #, such"
                " as #incidents, for the channel of that name in each workspace"
            )
        if installed and any(one.team is None for one in values["api_tokens"] or ()):
            told.setdefault(
                "INCIBOT_API_TOKENS",
                "has a token without a workspace, and there may be several; it wants the workspace's"
                " id before each, such as T0123ABCD:a-long-random-text",
            )
        if told:
            raise ConfigError([f"{name}: {words}" for name, words in told.items()])
        if values["config"] is None and DEFAULT_CONFIG.is_file():
            values["config"] = DEFAULT_CONFIG
        return cls(**values)


def environment(
    environ: Mapping[str, str], *, dotenv: Path | None = Path(".env")
) -> dict[str, str]:
    """What is set: in `environ`, or else in the file `dotenv`. Raises ConfigError as `from_env`."""
    return _given(_dotenv(dotenv) if dotenv else {}) | _given(environ)


_BOTH: Final = (
    "is set, and SLACK_CLIENT_ID or SLACK_CLIENT_SECRET too; it wants the bot token"
    " alone, for the one workspace that it is of, or the client's id and secret alone, for those"
    " that install incibot: drop the other"
)


class _Env(Env):
    """environs, reading from what it is given; by itself it reads the process's environment only."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(eager=False)  # it collects the mistakes, and `seal` raises them together
        self._given = given

    def _get_from_environ(
        self, key: str, default: Any, *, proxied: bool = False
    ) -> tuple[str, Any, str | None]:
        return key, self._given.get(key, default), None


def _read(text: str | None, *, metadata: Mapping[str, Any], unset: Any, needed: bool) -> Any:
    if text is None:
        if needed:
            raise ValidationError(f"is not set; it wants {metadata['wants']}")
        return unset
    try:
        return metadata["read"](text)
    except ValueError as error:
        got = veiled(text) if metadata["secret"] or "@" in text else shown(text)
        remark = f", {error}" if isinstance(error, _Odd) and str(error) else ""
        raise ValidationError(f"got {got}{remark}; it wants {metadata['wants']}") from None


def _dotenv(path: Path) -> dict[str, str | None]:
    try:
        # utf-8-sig: some editors begin a file with a byte order mark
        return dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: it cannot be read: {error}"]) from None


def _given(values: Mapping[str, str | None]) -> dict[str, str]:
    """What is set, without the blanks around it."""
    return {name: text.strip() for name, text in values.items() if text and text.strip()}


def example_env() -> str:
    """The text of `.env.example`: each setting with its meaning, the required ones ready to fill."""
    parts = [
        "# Copy this file to `.env` in the folder where incibot starts, and fill in the first two;\n"
        "# take the # off what you want to change. The environment wins over the file.\n"
    ]
    for one in fields(Settings):
        name, example = one.metadata["env"], one.metadata["example"]
        line = f"{name}=" if name in SERVE else f"#{name}={example}"
        parts.append(f"# {one.metadata['meaning']}\n{line}\n")
    return "\n".join(parts)
