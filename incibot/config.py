"""What is set from outside: `Settings` from the environment, the team's `Playbook` from a YAML file.

Each setting is declared once, as a field of `Settings`: its name in the environment, its meaning and
its default. `.env.example` is written from that, and the tests hold the documentation to it.
"""

# ruff: noqa: RUF009 - `_setting` makes dataclass fields

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from difflib import get_close_matches
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self, cast, get_args
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import yaml
from dotenv import dotenv_values
from environs import Env, EnvValidationError, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from incibot.core.naming import check_template
from incibot.core.playbook import (
    REMINDERS,
    SEVERITIES,
    VOICES,
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
from incibot.core.review.analyses import ANALYSES
from incibot.core.review.asking.occasions import THRESHOLDS
from incibot.core.review.section import TIMES, Threshold
from incibot.core.secrets import mask
from incibot.core.timeline import Mark
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


class Secret:
    """A text that no log, traceback or f-string shows; `reveal()` hands it out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "*****"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


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
        given = _given(_dotenv(dotenv) if dotenv else {}) | _given(environ)
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
                f"got {_shown(elsewhere)}, a channel of one workspace; it wants a name with #, such"
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
        got = _veiled(text) if metadata["secret"] or "@" in text else _shown(text)
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


def _veiled(text: str) -> str:
    """A secret, as far as it helps to find out which one it is."""
    scheme, found, _ = text.partition("://")
    if found and re.fullmatch(r"[a-z0-9+]{1,20}", scheme):
        return f"{scheme}://…"
    # Of a short one, four characters would be too much of it.
    return f"{_line(text[:4]) if len(text) >= 16 else ''}… ({len(text)} characters)"


def _line(text: str) -> str:
    """On one line, and safe to print on any terminal."""
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in " ".join(text.split()))


def _shown(value: object) -> str:
    match value:
        case str():
            text = mask(_line(value))
            return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
        case bool():
            return str(value).lower()
        case None:
            return "nothing"
        case Mapping():
            return "a mapping"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return str(value)


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


# The team's file.

_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
_A_WORD = "a word of up to 31 lower-case letters, digits, - and _, such as "
_INVITED = re.compile(r"[UWS][A-Z0-9]{2,}|@[^\s@<>]{1,80}")
_EMOJI = re.compile(r":?([^\s:]{1,100}):?")
_DURATION = re.compile(r"(\d{1,4}) ?([mhd])", re.ASCII)
_NUMBER = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) *([^\d]*)", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_MENU = 100  # choices that a menu in Slack holds


def read_playbook(path: Path | None, *, reserved: frozenset[str] = frozenset()) -> Playbook:
    """What the team has agreed, from its YAML file; what the file leaves out is as shipped.

    Args:
        path: None for a team that has no file.
        reserved: words that are taken, such as the subcommands of `/incident`.

    Raises:
        ConfigError: with every mistake in the file: the way to it, what is there, what it wants.
    """
    if path is None:
        return Playbook()
    document = _yaml(path)
    if document is None:
        return Playbook()
    problems: list[str] = []
    if not isinstance(document, Mapping):
        problems.append(f"got {_shown(document)}; it wants keys, such as severities:")
    else:
        book = _playbook(_Section("", document, _KEYS, problems), reserved)
        if not problems:
            return book
    raise ConfigError([f"{path}: {_line(problem)}" for problem in problems])  # keys are any text


def _yaml(path: Path) -> object:
    try:
        loader = _Loader(path.read_text(encoding="utf-8-sig"))
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        hint = "" if isinstance(error, _Twice) else "; text with one of @ # : * in it wants quotes"
        raise ConfigError([f"{path}: {where}{error.problem}{hint}"]) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError([f"{path}: it cannot be read: {_line(str(error))}"]) from None


class _Twice(yaml.MarkedYAMLError):
    """A key comes twice in one mapping."""


class _Loader(yaml.SafeLoader):
    """YAML as `safe_load` reads it, save that a key that comes twice is a mistake."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        count = Counter(key.value for key in keys)
        for key in keys:
            if count[key.value] > 1:
                raise _Twice(
                    problem=f"the key “{key.value}” comes {count[key.value]} times",
                    problem_mark=key.start_mark,
                )
        return super().construct_mapping(node, deep)


class _Section:
    """A mapping in the file, whose keys are taken one by one; mistakes go to `problems`."""

    def __init__(
        self, path: str, values: Mapping[Any, Any], known: Iterable[str], problems: list[str]
    ) -> None:
        self.path = path
        self.problems = problems
        self._values = {key: one for key, one in values.items() if one is not None}
        known = list(known)
        for key in values:
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                problems.append(f"{self._at(key)}: incibot knows no such key; {advice}")

    def _at(self, key: object) -> str:
        return f"{self.path}.{key}" if self.path else str(key)

    def wrong(self, key: object, got: object, wants: str) -> None:
        self.problems.append(f"{self._at(key)}: got {_shown(got)}; it wants {wants}")

    def has(self, key: str) -> bool:
        return key in self._values

    def value(self, key: str) -> object:
        return self._values[key]

    def text(self, key: str, wants: str, *, default: str | None = None) -> str:
        """Its words, with single blanks between them; needed where `default` is None."""
        if key not in self._values:
            if default is None:
                self.problems.append(f"{self._at(key)}: is missing; it wants {wants}")
            return default or ""
        return self._text(key, self._values[key], wants)

    def _text(self, key: str, got: object, wants: str) -> str:
        if isinstance(got, str) and got.strip():
            return " ".join(got.split())
        quotes = "" if isinstance(got, str | list | Mapping) else ", in quotes"
        self.wrong(key, got, wants + quotes)
        return ""

    def word(self, key: str, example: str, *, default: str | None = None) -> str:
        text = self.text(key, _A_WORD + example, default=default)
        if text and not _WORD.fullmatch(text):
            self.wrong(key, text, _A_WORD + example)
            return ""
        return text

    def emoji(self, key: str) -> str:
        text = self.text(key, "an emoji's name, such as red_circle", default="")
        if text and not _EMOJI.fullmatch(text):
            self.wrong(key, text, "an emoji's name, such as red_circle")
            return ""
        # A name is put between colons; an emoji itself stays as it is.
        return f":{text}:" if text.isascii() and text and ":" not in text else text

    def flag(self, key: str) -> bool:
        got = self._values.get(key, False)
        if not isinstance(got, bool):
            self.wrong(key, got, "true or false")
        return got is True

    def texts(self, key: str, wants: str) -> tuple[str, ...]:
        return tuple(
            text
            for number, got in enumerate(self.items(key, f"a list, each {wants}"), start=1)
            if (text := self._text(f"{key}[#{number}]", got, wants))
        )

    def words(self, key: str, example: str) -> tuple[str, ...]:
        words = self.texts(key, _A_WORD + example)
        for word in words:
            if not _WORD.fullmatch(word):
                self.wrong(key, word, _A_WORD + example)
        return words

    def invited(self, key: str) -> tuple[str, ...]:
        wants = "a user's or user group's id, such as U0123ABCD, or \"@handle\" of a user group"
        names = self.texts(key, wants)
        for name in names:
            if not _INVITED.fullmatch(name):
                self.wrong(key, name, wants)
        return tuple(dict.fromkeys(names))

    def choice(self, key: str, known: Sequence[str], *, default: str) -> str:
        got = self._values.get(key, default)
        if got in known:
            return str(got)
        self.wrong(key, got, f"one of {', '.join(known)}")
        return default

    def choices(self, key: str, known: Sequence[str]) -> tuple[str, ...]:
        """A list of some of these words, each once."""
        found = self.texts(key, f"one of {', '.join(known)}")
        for word in found:
            if word not in known:
                near = get_close_matches(word, known, n=1)
                also = f"; did you mean {near[0]}?" if near else ""
                self.wrong(key, word, f"any of {', '.join(known)}{also}")
        self.each_once(f"{self.path}.{key}", found)
        return tuple(word for word in found if word in known)

    def mapping(self, key: str, known: Iterable[str], wants: str) -> _Section:
        """The keys below that key; none where there is none."""
        got = self._values.get(key, {})
        if not isinstance(got, Mapping):
            self.wrong(key, got, wants)
            got = {}
        return _Section(self._at(key), got, known, self.problems)

    def items(self, key: str, wants: str) -> list[Any]:
        got = self._values.get(key, [])
        if isinstance(got, list):
            return got
        self.wrong(key, got, wants)
        return []

    def sections(self, key: str, of: type, *, at_least: str = "") -> list[_Section]:
        """The members of a list, each called by its word or name, or by its place, from one."""
        known = [one.name for one in fields(of)]
        name = known[0]
        listed = self.items(key, f"a list, each with {', '.join(known)}")
        if at_least and self._values[key] == []:
            self.wrong(key, [], at_least)
        if at_least and len(listed) > _MENU:
            self.wrong(key, len(listed), f"at most {_MENU}, which is all that Slack's menus hold")
        found = []
        for number, got in enumerate(listed, start=1):
            if of is Service and isinstance(got, str):
                got = {name: got}
            if not isinstance(got, Mapping):
                self.wrong(f"{key}[#{number}]", got, f"{', '.join(known)}")
                continue
            called = got.get(name)
            place = called if isinstance(called, str) and called else f"#{number}"
            found.append(_Section(f"{self._at(key)}[{place}]", got, known, self.problems))
        return found

    def each_once(self, key: str, words: Iterable[str], reserved: Iterable[str] = ()) -> None:
        count = Counter(word for word in words if word)
        for word, times in count.items():
            if times > 1:
                self.problems.append(f"{key}: “{word}” comes {times} times; each wants its own")
            if word in reserved:
                self.problems.append(
                    f"{key}: “{word}” is a word of /incident itself; it wants another"
                )


def _playbook(top: _Section, reserved: frozenset[str]) -> Playbook:
    return Playbook(
        **{name: read(top, key, reserved) for key, (name, read) in _KEYS.items() if top.has(key)}
    )


def _severities(top: _Section, key: str, reserved: frozenset[str]) -> tuple[Severity, ...]:
    found = tuple(
        Severity(
            word=one.word("word", "sev1"),
            means=one.text("means", "a sentence that tells how bad it is"),
            emoji=one.emoji("emoji"),
            invite=one.invited("invite"),
        )
        for one in top.sections(key, Severity, at_least="at least one severity")
    )
    top.each_once(key, (one.word for one in found), reserved)
    return found


def _statuses(top: _Section, key: str, reserved: frozenset[str]) -> tuple[Status, ...]:
    found = tuple(
        Status(
            word=one.word("word", "investigating"),
            means=one.text("means", "a sentence that tells where the response stands"),
            emoji=one.emoji("emoji"),
            milestone=one.word("milestone", "mitigated", default=""),
            ends=one.flag("ends"),
        )
        for one in top.sections(key, Status, at_least="at least one status")
    )
    top.each_once(key, (one.word for one in found), reserved)
    if found and not any(one.ends for one in found):
        top.problems.append(f"{key}: none ends the response; one of them wants ends: true")
    elif found and found[0].ends:
        top.problems.append(
            f"{key}: the first ends the response, and each incident starts with it;"
            " it wants ends: false"
        )
    return found


def _roles(top: _Section, key: str, reserved: frozenset[str]) -> tuple[Role, ...]:
    found = []
    for one in top.sections(key, Role, at_least="at least one role, the commander's first"):
        word = one.word("word", "commander")
        found.append(
            Role(
                word=word,
                title=one.text("title", "what the role is called", default=word.capitalize()),
                duties=one.texts("duties", "a sentence"),
                several=one.flag("several"),
                aliases=one.words("aliases", "ic"),
            )
        )
    words = [word for one in found for word in (one.word, *one.aliases)]
    top.each_once(key, words, reserved)
    return tuple(found)


def _services(top: _Section, key: str, _reserved: frozenset[str]) -> tuple[Service, ...]:
    found = tuple(
        Service(name=one.text("name", "the service's name"), invite=one.invited("invite"))
        for one in top.sections(key, Service)
    )
    top.each_once(key, (one.name.casefold() for one in found))
    return found


def _reactions(top: _Section, key: str, _reserved: frozenset[str]) -> Mapping[str, Mark]:
    listed = top.value(key)
    if not isinstance(listed, Mapping):
        top.wrong(key, listed, "emoji names, each with a mark, such as pushpin: key_moment")
        return {}
    found: dict[str, Mark] = {}
    for emoji, mark in listed.items():
        name = _EMOJI.fullmatch(emoji) if isinstance(emoji, str) else None
        if name is None:
            top.wrong(key, emoji, "an emoji's name in quotes, such as pushpin")
        elif mark not in list(Mark):
            top.wrong(f"{key}.{emoji}", mark, f"one of {', '.join(Mark)}")
        else:
            found[name[1]] = Mark(mark)
    top.each_once(key, (emoji.strip(":") for emoji in listed if isinstance(emoji, str)))
    return MappingProxyType(found)


def _channel_template(top: _Section, key: str, _reserved: frozenset[str]) -> str:
    wants = "a template such as inc-{number}-{slug}"
    template = top.text(key, wants)
    try:
        if template:
            check_template(template)
    except ValueError as error:
        top.problems.append(f"{key}: {error}")
    return template


def _invited(top: _Section, key: str, _reserved: frozenset[str]) -> tuple[str, ...]:
    return top.invited(key)


def _duration(top: _Section, key: str, _reserved: frozenset[str]) -> timedelta:
    got = top.value(key)
    read = _DURATION.fullmatch(got) if isinstance(got, str) else None
    if read is None:
        top.wrong(key, got, "a duration, such as 10m, 2h or 1d")
        return timedelta()
    return timedelta(**{_UNITS[read[2]]: int(read[1])})


def _reminders(top: _Section, key: str, _reserved: frozenset[str]) -> Mapping[Reminder, Patience]:
    """When people are reminded of what; what is left out is as shipped."""
    got = top.value(key)
    if isinstance(got, bool):  # YAML reads `off` and `on` so
        return REMINDERS if got else {}
    if not isinstance(got, Mapping):
        top.wrong(key, got, f"{', '.join(Reminder)}, each with a duration, or off for none at all")
        return REMINDERS
    listed = _Section(key, got, list(Reminder), top.problems)
    found = dict(REMINDERS)
    for reminder in Reminder:
        if not listed.has(reminder):
            continue
        shipped = REMINDERS[reminder].after
        value = listed.value(reminder)
        if not isinstance(value, Mapping):
            found[reminder] = Patience(after=_patience(listed, reminder, shipped))
            continue
        one = _Section(f"{key}.{reminder}", value, ("after", "severities"), top.problems)
        after = _patience(one, "after", shipped) if one.has("after") else shipped
        found[reminder] = Patience(after=after, severities=_by_severity(one, top, after))
    return MappingProxyType(found)


def _voices(top: _Section, key: str, _reserved: frozenset[str]) -> timedelta | None:
    """How long after the end those who took part are asked; `off` for never."""
    got = top.value(key)
    if not isinstance(got, Mapping):
        return _patience(top, key, VOICES)
    one = _Section(key, got, ("after",), top.problems)
    return _patience(one, "after", VOICES) if one.has("after") else VOICES


def _by_severity(
    one: _Section, top: _Section, after: timedelta | None
) -> Mapping[str, timedelta | None]:
    if not one.has("severities"):
        return {}
    got = one.value("severities")
    if not isinstance(got, Mapping):
        one.wrong("severities", got, "severities, each with a duration, such as sev1: 15m")
        return {}
    listed = top.value("severities") if top.has("severities") else None
    known = [word.word for word in SEVERITIES]
    if isinstance(listed, list):
        known = [str(each.get("word")) for each in listed if isinstance(each, Mapping)]
    section = _Section(f"{one.path}.severities", got, known, one.problems)
    return {word: _patience(section, word, after) for word in known if section.has(word)}


def _patience(one: _Section, key: str, shipped: timedelta | None) -> timedelta | None:
    """After how long people are reminded; `off` for never, `on` for as it is otherwise."""
    got = one.value(key)
    if isinstance(got, bool):
        return shipped if got else None
    read = _DURATION.fullmatch(got) if isinstance(got, str) else None
    if read is None or int(read[1]) == 0:
        one.wrong(key, got, "a duration, such as 10m, 2h or 1d, or off")
        return None
    return timedelta(**{_UNITS[read[2]]: int(read[1])})


def _review(top: _Section, key: str, _reserved: frozenset[str]) -> ReviewPlan:
    got = top.value(key)
    known = [one.name for one in fields(ReviewPlan)]
    if not isinstance(got, Mapping):
        top.wrong(key, got, f"keys, which are {', '.join(known)}")
        return ReviewPlan()
    one = _Section(key, got, known, top.problems)
    sections = [section.id for section in SECTIONS]
    analyses = [analysis.id for analysis in ANALYSES]
    titles = one.mapping("titles", sections, "ids of sections, each with a title")
    return ReviewPlan(
        depth=Depth(one.choice("depth", list(Depth), default=Depth.STANDARD)),
        sections=one.choices("sections", sections),
        leave_out=one.choices("leave_out", [*sections, *analyses]),
        titles={id: titles.text(id, "a title") for id in sections if titles.has(id)},
        thresholds=_thresholds(one),
    )


def _thresholds(one: _Section) -> Mapping[str, float]:
    known = {each.name: each for analysis in ANALYSES for each in analysis.thresholds}
    known |= {each.name: each for each in THRESHOLDS}
    given = one.mapping("thresholds", known, "names of thresholds, such as A10.shortest: 15 min")
    return {
        name: number
        for name, each in known.items()
        if given.has(name) and (number := _number(given, each)) is not None
    }


def _number(given: _Section, threshold: Threshold) -> float | None:
    """The number in the threshold's own unit."""
    got = given.value(threshold.name)
    read = _NUMBER.fullmatch(str(got)) if isinstance(got, str | int | float) else None
    number, unit = (float(read[1]), " ".join(read[2].split())) if read else (0.0, "")
    if read and unit in ("", threshold.unit):
        return number
    if read and unit in TIMES and threshold.unit in TIMES:
        return number * TIMES[unit] / TIMES[threshold.unit]
    given.wrong(
        threshold.name,
        got,
        f"a number, in {threshold.unit}, such as {threshold.value:g} {threshold.unit}",
    )
    return None


def _redaction(top: _Section, key: str, _reserved: frozenset[str]) -> Redaction:
    one = top.mapping(
        key, [one.name for one in fields(Redaction)], "customers and hosts, each a list"
    )
    return Redaction(
        customers=one.texts("customers", "the name of a customer"),
        hosts=one.texts("hosts", "a host, or a pattern such as *.internal.example.com"),
    )


# The file's keys: the field of Playbook that each fills, and how it is read.
_KEYS: Mapping[str, tuple[str, Callable[[_Section, str, frozenset[str]], Any]]] = {
    "severities": ("severities", _severities),
    "statuses": ("statuses", _statuses),
    "roles": ("roles", _roles),
    "services": ("services", _services),
    "reactions": ("reactions", _reactions),
    "channel_name": ("channel_template", _channel_template),
    "invite": ("invite", _invited),
    "invite_private": ("invite_private", _invited),
    "nearby": ("nearby", _duration),
    "reminders": ("reminders", _reminders),
    "voices": ("voices", _voices),
    "review": ("review", _review),
    "redaction": ("redaction", _redaction),
}
