"""Any sender of JSON: the team's file says where in its body each field stands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from incibot.config import Hook
from incibot.core.evidence import Alert, Change, Evidence, Remark, State, What
from incibot.web.sources.source import Delivery, Source, Unreadable, bears

_KINDS: Mapping[str, type[Evidence]] = MappingProxyType(
    {"alert": Alert, "change": Change, "remark": Remark}
)
_MAPPINGS = ("links", "data")  # fields that have names of their own below them
# What a body has in incibot's own words, which needs no map.
OWN: Mapping[str, Any] = MappingProxyType(
    {
        "change": {
            "when": {"kind": ["change", ""]},
            **{one.name: one.name for one in fields(Change)},
        },
        "alert": {
            "when": {"kind": "alert"},
            **{one.name: one.name for one in fields(Alert) if one.name != "ours"},
        },
        "remark": {
            "when": {"kind": "remark"},
            **{one.name: one.name for one in fields(Remark) if one.name != "ours"},
        },
    }
)
_ONCE = 600  # seconds in which the same body, without a name of its own, is the same delivery
_HOLE = re.compile(r"\{([^{}]+)\}")
_MILLISECONDS = 100_000_000_000  # as seconds, the year 5138
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def read_mapped(
    document: Any, map: Mapping[str, Any], *, unnamed: str = ""
) -> tuple[Evidence, ...]:
    """What a document of JSON tells, by a map of where its fields stand.

    The map has the keys `alert`, `change` and `remark`, each with a rule or a list of them. A rule has
    the fields of that evidence (`core.evidence`) and where each stands: a path (``labels.service``,
    ``0.name``), a constant (``=deploy``), a text with paths in it (``{app.name} {version}``), a list of
    these of which the first that is not empty holds, or `from` such a one with `words`, theirs to ours,
    and `else`. `when` has paths, each with the words one of which must stand there (``app.*``: what
    begins so), else the rule tells nothing; `each` is the path of a list, of whose members each is read by itself.

    Args:
        unnamed: what tells this document from an equal one, where it has neither an id nor a time.

    Raises:
        Unreadable: a field is needed and empty, or is not what it ought to be.
    """
    return tuple(
        _evidence(kind, part, rule, unnamed)
        for kind in _KINDS
        for rule in _rules(map.get(kind))
        for part in _parts(document, rule)
        if _applies(part, rule.get("when"))
    )


def _rules(given: Any) -> Sequence[Mapping[str, Any]]:
    if given is None:
        return ()
    return given if isinstance(given, list) else [given]


def _parts(document: Any, rule: Mapping[str, Any]) -> Sequence[Any]:
    if "each" not in rule:
        return [document]
    found = at(document, rule["each"])
    if found is None:
        return ()
    if not isinstance(found, list):
        raise Unreadable(f"{rule['each']} is no list")
    return found


def _applies(part: Any, when: Mapping[str, Any] | None) -> bool:
    return all(_is_one_of(_text(at(part, path)), words) for path, words in (when or {}).items())


def _is_one_of(word: str, words: Any) -> bool:
    allowed = [_text(one).casefold() for one in (words if isinstance(words, list) else [words])]
    folded = word.casefold()
    begins = [one[:-1] for one in allowed if one.endswith("*")]
    return folded in allowed or (word != "" and any(folded.startswith(one) for one in begins))


def _evidence(kind: str, part: Any, rule: Mapping[str, Any], unnamed: str) -> Evidence:
    given: dict[str, Any] = {}
    for name in (one.name for one in fields(_KINDS[kind])):
        if name in rule:
            given[name] = _field(part, name, rule[name])
    given["at"] = moment(given.get("at"), place="at")
    found = {name: value for name, value in given.items() if value not in ("", None, {})}
    told = json.dumps([kind, part], sort_keys=True, default=str)
    # Without an id or a time, nothing in it says that it is another one than the last that was equal.
    own = sha256(f"{told}{'' if 'at' in found else unnamed}".encode(errors="replace")).hexdigest()
    found.setdefault("id", own)
    match kind:
        case "alert":
            found.setdefault("key", _needed(found, "title"))
            state = str(found.get("state", State.FIRING)).casefold()
            if state not in list(State):
                raise Unreadable(f"state: “{state}” is none of {', '.join(State)}")
            return Alert(**{**found, "title": _needed(found, "title"), "state": State(state)})
        case "change":
            what = str(found.get("what", What.OTHER)).casefold()
            known = What(what) if what in list(What) else What.OTHER
            return Change(**{**found, "title": _needed(found, "title"), "what": known})
        case _:
            words = _needed(found, "words")
            return Remark(**{**found, "key": _needed(found, "key"), "words": words})


def _needed(found: Mapping[str, Any], name: str) -> Any:
    if name not in found:
        raise Unreadable(f"{name} is empty")
    return found[name]


def _field(part: Any, name: str, place: Any) -> Any:
    if name not in _MAPPINGS:
        # A time may be a number, and its size says in what.
        return _value(part, place) if name == "at" else _text(_value(part, place))
    if isinstance(place, Mapping):
        found = {key: _value(part, one) for key, one in place.items()}
    else:
        found = _value(part, place) or {}
    if not isinstance(found, Mapping):
        raise Unreadable(f"{name} is no mapping")
    if name == "links":
        found = {key: _text(one) for key, one in found.items()}
    return {key: one for key, one in found.items() if one not in ("", None)}


def _value(part: Any, place: Any) -> Any:
    """What stands at that place of a rule's."""
    if isinstance(place, list):
        found = (_value(part, one) for one in place)
        return next((one for one in found if one not in ("", None)), None)
    if isinstance(place, Mapping):
        word = _text(_value(part, place.get("from", "")))
        words = {_text(key).casefold(): one for key, one in place.get("words", {}).items()}
        return words.get(word.casefold(), place.get("else", word))
    if not isinstance(place, str):
        return place
    if place.startswith("="):
        return place[1:]
    if "{" in place:
        return _HOLE.sub(lambda hole: _text(at(part, hole[1])), place).strip()
    return at(part, place)


def at(part: Any, path: str) -> Any:
    """What stands at the end of that path; None where there is nothing.

    A key may have dots in it itself: the longest that is there is meant.
    """
    if path in ("", "."):
        return part
    if isinstance(part, Mapping):
        keys = (path[:end] for end in _ends(path))
        key = next((one for one in keys if one in part), None)
        return None if key is None else at(part[key], path[len(key) + 1 :])
    index, _, rest = path.partition(".")
    if isinstance(part, list) and re.fullmatch(r"-?\d{1,6}", index):
        number = int(index)
        return at(part[number], rest) if -len(part) <= number < len(part) else None
    return None


def _ends(path: str) -> Iterator[int]:
    end = len(path)
    while end > 0:
        yield end
        end = path.rfind(".", 0, end)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value.strip()
        case int() | float():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def moment(value: Any, *, place: str) -> datetime | None:
    """A time: in ISO 8601, in UTC where it names no zone; or in seconds or milliseconds since 1970.

    Raises:
        Unreadable: it is none.
    """
    if value in ("", None):
        return None
    read: Callable[[Any], datetime] = _of_number if _is_number(value) else _of_text
    try:
        found = read(value)
        if _EARLIEST <= found <= _LATEST:
            return found
    except (ValueError, TypeError, OverflowError, OSError):
        pass
    raise Unreadable(f"{place}: {str(value)[:60]!r} is no time")


def _is_number(value: Any) -> bool:
    numeral = isinstance(value, str) and re.fullmatch(r"\d{9,14}(\.\d+)?", value.strip())
    return bool(numeral) or (isinstance(value, int | float) and not isinstance(value, bool))


def _of_number(value: Any) -> datetime:
    number = float(value)
    return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, UTC)


def _of_text(value: Any) -> datetime:
    found = datetime.fromisoformat(str(value).strip())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def wrong_with(map: Mapping[str, Any]) -> list[str]:
    """What is wrong with a map of the team's file, a line each."""
    problems = []
    for kind, given in map.items():
        if kind not in _KINDS:
            problems.append(f"map.{kind}: incibot knows no such key; there are {', '.join(_KINDS)}")
            continue
        rules = given if isinstance(given, list) else [given]
        for rule in rules:
            problems += [f"map.{kind}{one}" for one in _wrong_with_rule(kind, rule)]
    return problems


def _wrong_with_rule(kind: str, rule: Any) -> Iterator[str]:
    if not isinstance(rule, Mapping):
        yield ": it wants fields, each with its place in the body"
        return
    names = [one.name for one in fields(_KINDS[kind])]
    for name, place in rule.items():
        if name == "when":
            if not isinstance(place, Mapping):
                yield ".when: it wants paths, each with the words that stand there"
        elif name == "each":
            if not isinstance(place, str):
                yield ".each: it wants the path of a list"
        elif name not in names:
            yield f".{name}: there is no such field; there are {', '.join(names)}, when and each"
        elif name not in _MAPPINGS and isinstance(place, Mapping):
            if not {"from"} <= place.keys() <= {"from", "words", "else"}:
                yield f".{name}: it wants from, and perhaps words and else"
            elif not isinstance(place.get("words", {}), Mapping):
                yield f".{name}.words: it wants their words, each with ours"
    for name in ("key", "words") if kind == "remark" else ("title",):
        if name not in rule:
            yield f".{name}: is missing"


def _read(delivery: Delivery, hook: Hook) -> tuple[Evidence, ...]:
    try:
        document = json.loads(delivery.body)
    except (ValueError, RecursionError):
        raise Unreadable("the body is no JSON") from None
    unnamed = delivery.at.isoformat()
    if hook.map:
        return read_mapped(document, hook.map, unnamed=unnamed)
    several = document if isinstance(document, list) else [document]
    return tuple(found for one in several for found in read_mapped(one, OWN, unnamed=unnamed))


def _id(delivery: Delivery) -> str:
    """Senders of their own making try again soon, if at all; later it is meant anew."""
    if named := delivery.header("Idempotency-Key"):
        return named
    lately = int(delivery.at.timestamp()) // _ONCE
    return f"{sha256(delivery.body).hexdigest()}@{lately}"


def _sample(hook: Hook, at: datetime) -> Delivery:
    told = {
        "kind": "change",
        "id": f"test-{at.isoformat()}",
        "title": "A test of incibot's hook: nothing was changed",
        "what": "other",
        "at": at.isoformat(),
    }
    return Delivery(
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {hook.secret[0].reveal() if hook.secret else ''}",
        },
        body=json.dumps(told).encode(),
        at=at,
    )


GENERIC = Source(
    word="generic",
    title="Generic webhook",
    verify=bears("Authorization", "X-Incibot-Token"),
    read=_read,
    id=_id,
    sample=_sample,
    check=lambda hook: wrong_with(hook.map),
)
