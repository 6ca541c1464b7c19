"""The team's YAML file, as mappings whose keys are taken one by one; every mistake is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from incibot.config.secret import Secret
from incibot.config.wording import line, shown
from incibot.core.playbook import Service
from incibot.errors import ConfigError

_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
_A_WORD = "a word of up to 31 lower-case letters, digits, - and _, such as "
_INVITED = re.compile(r"[UWS][A-Z0-9]{2,}|@[^\s@<>]{1,80}")
_SETTING = re.compile(r"[A-Z][A-Z0-9_]{1,80}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}|#[^\s#@A-Z.,:/<>]{1,80}")
_ADDRESS = re.compile(r"https?://[^\s@?#/]+(/[^\s@?#]*)?")
EMOJI = re.compile(r":?([^\s:]{1,100}):?")
_MENU = 100  # choices that a menu in Slack holds


def load(path: Path) -> object:
    """What the file holds. Raises ConfigError where it is no YAML."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8-sig"))
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        hint = "" if isinstance(error, _Twice) else "; text with one of @ # : * in it wants quotes"
        raise ConfigError([f"{path}: {where}{error.problem}{hint}"]) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError([f"{path}: it cannot be read: {line(str(error))}"]) from None


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


class Section:
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
        self.problems.append(f"{self._at(key)}: got {shown(got)}; it wants {wants}")

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
        if text and not EMOJI.fullmatch(text):
            self.wrong(key, text, "an emoji's name, such as red_circle")
            return ""
        # A name is put between colons; an emoji itself stays as it is.
        return f":{text}:" if text.isascii() and text and ":" not in text else text

    def pattern(self, key: str, pattern: re.Pattern[str], wants: str, *, default: str = "") -> str:
        """A text of that form; `default` where there is none."""
        text = self.text(key, wants, default=default)
        if text and not pattern.fullmatch(text):
            self.wrong(key, text, wants)
            return default
        return text

    def channel(self, key: str) -> str:
        """A channel's id or name; empty where there is none."""
        return self.pattern(key, _CHANNEL, 'a channel\'s id, or its name in quotes, "#alerts"')

    def address(self, key: str, *, default: str = "") -> str:
        """A web address, without a slash at its end."""
        return self.pattern(
            key, _ADDRESS, "an address, such as https://example.com", default=default
        ).rstrip("/")

    def secrets(self, key: str, environ: Mapping[str, str]) -> tuple[Secret, ...]:
        """What is in the settings that are named here, one or a list; none where none is named."""
        wants = "the name of the setting that holds the secret, such as PAGERDUTY_SECRET"
        if isinstance(self._values.get(key), list):
            names = self.texts(key, wants)
        else:
            names = tuple(filter(None, [self.text(key, wants, default="")]))
        found = []
        for name in names:
            if not _SETTING.fullmatch(name):
                # What stands here may be the secret itself: it is not repeated.
                self.problems.append(f"{self._at(key)}: is no name of a setting; it wants {wants}")
            elif not environ.get(name):
                self.problems.append(f"{self._at(key)}: the setting {name} is not set")
            else:
                found.append(Secret(environ[name]))
        return tuple(found)

    def any_mapping(self, key: str, wants: str) -> Mapping[str, Any]:
        """What stands there, whatever its keys; for its own reader."""
        got = self._values.get(key, {})
        if isinstance(got, Mapping) and all(isinstance(name, str) for name in got):
            return MappingProxyType(dict(got))
        self.wrong(key, got, wants)
        return MappingProxyType({})

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

    def mapping(self, key: str, known: Iterable[str], wants: str) -> Section:
        """The keys below that key; none where there is none."""
        got = self._values.get(key, {})
        if not isinstance(got, Mapping):
            self.wrong(key, got, wants)
            got = {}
        return Section(self._at(key), got, known, self.problems)

    def items(self, key: str, wants: str) -> list[Any]:
        got = self._values.get(key, [])
        if isinstance(got, list):
            return got
        self.wrong(key, got, wants)
        return []

    def sections(self, key: str, of: type, *, at_least: str = "") -> list[Section]:
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
            found.append(Section(f"{self._at(key)}[{place}]", got, known, self.problems))
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
