"""Masks passwords, keys and tokens that people paste while they are busy with an incident.

Every pattern is anchored on how its kind begins, so that hashes, versions and UUIDs are left alone.
What only a name gives away (`password: …`) needs a judgement. After `=` everything is a secret,
save an empty word such as `null` and a variable such as `$TOKEN`. After `:` it may be prose:
`token: expired` stays, since a token is no plain word; `password: hunter` goes, since a password
may be one, and only the words that people say of passwords (`password: expired`) stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from re import Match, Pattern
from types import MappingProxyType

_KINDS: tuple[tuple[str, Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.ASCII))
    for kind, pattern in (
        (
            "private key",
            # A key whose end was not pasted is masked to the end of the text.
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
            r"(?s:.*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)",
        ),
        ("age key", r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}"),
        (
            "Slack webhook",
            r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers|commands)/[\w/+-]+",
        ),
        ("Slack token", r"\b(?:xoxe\.)?xox[a-z]-[A-Za-z0-9-]{8,}|\bxapp-\d-[A-Za-z0-9-]{8,}"),
        ("AWS key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        ("GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}"),
        ("GitLab token", r"\bgl(?:pat|dt|rt|ptt|soat|cbt|ft|imt|agent)-[\w.-]{20,}"),
        ("JWT", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"),
        ("Stripe key", r"\b(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{10,}"),
        ("Google key", r"\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}"),
        ("npm token", r"\bnpm_[A-Za-z0-9]{30,}"),
        ("PyPI token", r"\bpypi-AgE[\w-]{40,}"),
        ("Vault token", r"\bhv[sbr]\.[\w-]{20,}"),
        ("SendGrid key", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),
        ("API key", r"(?<![\w-])sk-(?=[\w-]*\d)[\w-]{20,}"),
        (
            "password",
            r"(?<=://)(?P<kept>[^\s/:@<>|]{0,200}:)(?!\[masked: )[^\s/?#<>|\"']+(?=@)",
        ),
        (
            "credentials",
            r"(?i:\b(?P<kept>(?:bearer|basic)\s+))(?=[\w.~+/=-]{0,300}\d)[\w.~+/-]{16,}=*",
        ),
    )
)

# What each kind holds, so that most of what people write need not be searched for it.
_HINTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "private key": ("PRIVATE KEY",),
        "age key": ("AGE-SECRET-KEY-",),
        "Slack webhook": ("https://hooks.slack",),
        "Slack token": ("xox", "xapp-"),
        "AWS key": ("AKIA", "ASIA"),
        "GitHub token": ("gh", "github_pat_"),
        "GitLab token": ("gl",),
        "JWT": ("eyJ",),
        "Stripe key": ("k_", "whsec_"),
        "Google key": ("AIza", "ya29.", "GOCSPX-"),
        "npm token": ("npm_",),
        "PyPI token": ("pypi-AgE",),
        "Vault token": ("hv",),
        "SendGrid key": ("SG.",),
        "API key": ("sk-",),
        "password": ("://",),
    }
)
_NAMES = ("pass", "pwd", "key", "token", "secret")
_SCHEMES = ("bearer", "basic")

_NAMED = re.compile(
    r"""
    (?P<name> pass(?:word|wd|phrase) | pwd
            | (?:api|access|private|secret|auth)[_-]?key(?:[_-]base)? | token | secret )
    (?P<between> ["'`]? [^\S\n]* (?P<mark>[:=]) (?!:) [=>]?+ [^\S\n]*+ )
    (?: (?P<quote>["'`]) (?P<quoted> (?:(?!(?P=quote)).)+ ) (?P=quote)
      | (?P<bare> (?: (?![&;,]\w+[=:]) [^\s"'`<>|] )+ ) )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_EMPTY = re.compile(r"null|none|nil|true|false|undefined|empty")
_SAID_OF_PASSWORDS = re.compile(
    r"changed|correct|expired|failed|in|incorrect|invalid|is|leaked|missing|needed|no|not|ok|okay"
    r"|page|prompt|required|reset|reused|revoked|rotated|rotation|same|see|set|stored|the"
    r"|unchanged|unknown|unset|valid|was|weak|wrong"
)
_VARIABLE = re.compile(
    r"\$[A-Z_][A-Z0-9_]*|\$\{\w+\}?|\$\(.*|\{\{.*|%\w+%|[*•x.…]+|&lt;[\w -]*&gt;", re.ASCII
)
_WORD = re.compile(r"[A-Za-z]?[a-z]{0,30}", re.ASCII)


def mask(text: str) -> str:
    """`text` with each secret replaced by `[masked: <kind>]`; masking twice changes nothing."""
    folded = text.lower()
    for kind, pattern in _KINDS:
        hints = _HINTS.get(kind)
        if not _any_in(hints, text) if hints else not _any_in(_SCHEMES, folded):
            continue
        kept = r"\g<kept>" if "kept" in pattern.groupindex else ""
        text = pattern.sub(f"{kept}[masked: {kind}]", text)
    return _NAMED.sub(_masked_by_name, text) if _any_in(_NAMES, folded) else text


def _any_in(hints: tuple[str, ...], text: str) -> bool:
    for hint in hints:  # noqa: SIM110 - as fast as it gets: this is asked twenty times of each text
        if hint in text:
            return True
    return False


def _masked_by_name(found: Match[str]) -> str:
    name, between, quote = found["name"], found["between"], found["quote"] or ""
    # Closing punctuation is the sentence's; `!` and `?` may well be the password's.
    value = found["quoted"] or found["bare"].rstrip(".,;:)]}")
    after = "" if quote else found["bare"][len(value) :]
    if not value or "[masked" in value:
        return found[0]
    is_password = name.lower().startswith(("pass", "pwd"))
    if _is_no_secret(is_password, found["mark"], value):
        return found[0]
    kind = "password" if is_password else "secret"
    return f"{name}{between}{quote}[masked: {kind}]{quote}{after}"


def _is_no_secret(is_password: bool, mark: str, value: str) -> bool:
    word = value.lower().strip("!?")
    if _EMPTY.fullmatch(word) or _VARIABLE.fullmatch(value):
        return True
    if is_password:
        return mark == ":" and _SAID_OF_PASSWORDS.fullmatch(word) is not None
    counted = value.isdigit() and len(value) < 8
    return counted or (mark == ":" and _WORD.fullmatch(value) is not None)
