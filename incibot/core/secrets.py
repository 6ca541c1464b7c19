"""Masks passwords, keys, tokens and card numbers that people paste while they are busy with an incident.

Every pattern is anchored on how its kind begins, so that hashes, versions and UUIDs are left alone;
tests/core/secrets holds what must be masked and what must not. What only a name gives away
(`password: …`) needs a judgement. After `=` everything is a secret, save an empty word such as
`null` and a variable such as `$TOKEN`. After `:` it may be prose: `token: expired` stays, since a
token is no plain word; `password: hunter` goes, since a password may be one, and only the words
that people say of passwords (`password: expired`) stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Match, Pattern


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of secret. `signs`: a text with none of these holds none of the kind, whatever else."""

    name: str
    signs: tuple[str, ...]
    pattern: Pattern[str]


def _kind(name: str, signs: str, pattern: str) -> _Kind:
    return _Kind(name, tuple(signs.split()), re.compile(pattern, re.ASCII))


_KINDS = (
    _kind(
        "private key",
        "-----BEGIN",
        # One whose end was not pasted is masked to the end of its paragraph; base64 goes on below it.
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:(?s:(?:(?!-----BEGIN ).)*?)-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"|[^\n]*(?:\n(?!<!-- )[^\n]+|\n\n[A-Za-z0-9+/=]{16,}(?=\s|\Z))*)",
    ),
    _kind("private key", "Private-Lines:", r"\bPrivate-Lines: \d+(?:\n[A-Za-z0-9+/=]+)+"),
    _kind("age key", "AGE-SECRET-KEY-1", r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}"),
    _kind(
        "Slack webhook",
        "hooks.slack",
        r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers|commands)/[\w/+-]+",
    ),
    _kind("Slack token", "xox xapp-", r"\b(?:xoxe\.)?xox[a-z]-[A-Za-z0-9-]{8,}|\bxapp-\d-[A-Za-z0-9-]{8,}"),
    _kind("AWS key", "AKIA ASIA ABIA ACCA", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    _kind("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}"),
    _kind("GitLab token", "gl", r"\bgl(?:pat|dt|rt|ptt|soat|cbt|ft|imt|agent)-[\w.-]{20,}"),
    _kind("JWT", "eyJ", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"),
    _kind("Stripe key", "k_live_ k_test_ whsec_", r"\b(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{10,}"),
    _kind("Google key", "AIza ya29. GOCSPX-", r"\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}"),
    _kind("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{30,}"),
    _kind("PyPI token", "pypi-AgE", r"\bpypi-AgE[\w-]{40,}"),
    _kind("RubyGems token", "rubygems_", r"\brubygems_[a-f0-9]{48}\b"),
    _kind("Docker token", "dckr_", r"\bdckr_(?:pat|oat)_[\w-]{20,}"),
    _kind("Vault token", "hvs. hvb. hvr.", r"\bhv[sbr]\.[\w-]{20,}"),
    _kind("Terraform token", ".atlasv1.", r"\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}"),
    _kind("SendGrid key", "SG.", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),
    _kind("Mailgun key", "key-", r"(?<![\w-])key-[0-9a-f]{32}\b"),
    _kind("Twilio key", "SK", r"\bSK[0-9a-f]{32}\b"),
    _kind("Shopify token", "shpat_ shpca_ shppa_ shpss_", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b"),
    _kind("DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    _kind("Databricks token", "dapi", r"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
    _kind("Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{30,}"),
    _kind("Grafana token", "glsa_ glc_", r"\b(?:glsa|glc)_[A-Za-z0-9+/=_]{20,}"),
    _kind("New Relic key", "NRAK- NRII- NRAA-", r"\bNR(?:AK|II|AA)-[A-Za-z0-9]{20,}"),
    _kind("Sentry token", "sntrys_ sntryu_", r"\bsntry[su]_[\w+/=.-]{30,}"),
    _kind("Dynatrace token", "dt0", r"\bdt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b"),
    _kind("Doppler token", "dp.", r"\bdp\.(?:pt|st|sa|ct|scim|audit)\.[\w.]{30,}"),
    _kind("Linear key", "lin_", r"\blin_(?:api|oauth)_[A-Za-z0-9]{30,}"),
    _kind("Notion token", "ntn_", r"\bntn_[A-Za-z0-9]{30,}"),
    _kind("Atlassian token", "ATATT3 ATCTT3", r"\bAT[AC]TT3[\w=-]{50,}"),
    _kind("Postman key", "PMAK-", r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b"),
    _kind("Heroku key", "HRKU-", r"\bHRKU-[\w-]{30,}"),
    _kind("PlanetScale token", "pscale_", r"\bpscale_(?:tkn|pw|oauth)_[\w.-]{30,}"),
    _kind("Supabase key", "sbp_ sb_secret_", r"\bsbp_[a-f0-9]{40}\b|\bsb_secret_[\w-]{20,}"),
    _kind("Alibaba key", "LTAI", r"\bLTAI[A-Za-z0-9]{12,20}\b"),
    _kind("Telegram token", ":AA", r"\b\d{8,10}:AA[\w-]{33}(?![\w-])"),
    _kind("Discord token", ".", r"[MNO](?<!\w.)[\w-]{23,25}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])"),
    _kind("API key", "sk-", r"(?<![\w-])sk-(?=[\w-]*\d)[\w-]{20,}"),
    _kind("Azure key", "AccessKey= AccountKey=", r"\b(?P<kept>(?:SharedAccess|Account)Key=)[A-Za-z0-9+/]{40,}={0,2}"),
    _kind("signature", "sig= Signature=", r"(?P<kept>[?&;](?:sig|X-Amz-Signature|Signature)=)[\w%+/=-]{20,}"),
    _kind(
        "password",
        "://",
        r"(?<=://)(?P<kept>[^\s/:@<>|]{0,200}:)(?!\[masked: )[^\s/?#<>|\"']+(?=@)",
    ),
    _kind(
        "password",
        "curl",
        r"(?P<kept>\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"']{1,100}:)(?!\[masked: )[^\s\"']+",
    ),
    _kind(
        "secret",
        "--pass --token --secret --api",
        r"(?P<kept>(?<![\w-])--(?:password|passwd|passphrase|token|secret|api-key)[ ]+[\"']?)"
        r"(?![\[$-])(?=[^\s\"'<>|]*[\d!@#%^&*+/=_])[^\s\"'<>|]+",
    ),
)  # fmt: skip

# By a mark that they hold: most texts hold few of the marks, and so need not be looked through for
# most of the signs.
_SIGNS: dict[str, list[tuple[str, int]]] = {}
for _number, _each in enumerate(_KINDS):
    for _sign in _each.signs:
        _mark = next((mark for mark in "_=-.:" if mark in _sign), "")
        _SIGNS.setdefault(_mark, []).append((_sign, _number))

# These are looked for whatever the letters' case: by a letter in both cases first, which takes a
# fifth of the time, and needs no second copy of a long text.
_CREDENTIALS = re.compile(
    r"(?P<kept>[Bb](?<!\w.)(?i:earer|asic)\s+)(?=[\w.~+/=-]{0,300}\d)[\w.~+/-]{16,}=*", re.ASCII
)
_NAMES = ("pass", "pwd", "key", "token", "secret")
_NAMED = re.compile(
    r"""
    (?P<name> [PpAaSsTt]
        (?i: (?<=p) (?: ass(?:word|wd|phrase) | wd )
           | (?: (?<=a)(?:pi|ccess|uth) | (?<=p)rivate | (?<=s)ecret ) [_-]?key(?:[_-]base)?
           | (?<=t)oken | (?<=s)ecret ) )
    (?P<between> ["'`]? [^\S\n]* (?P<mark>[:=]) (?!:) [=>]?+ [^\S\n]*+ )
    (?: (?P<quote>["'`]) (?P<quoted> (?:(?!(?P=quote)).)+ ) (?P=quote)
      | (?P<bare> (?: (?![&;,]\w+[=:]) [^\s"'`<>|] )+ ) )
    """,
    re.VERBOSE | re.ASCII,
)
_EMPTY = re.compile(r"null|none|nil|true|false|undefined|empty")
_SAID_OF_PASSWORDS = re.compile(
    r"changed|correct|expired|failed|in|incorrect|invalid|is|leaked|missing|needed|no|not|ok|okay"
    r"|page|prompt|required|reset|reused|revoked|rotated|rotation|same|see|set|stored|the"
    r"|unchanged|unknown|unset|valid|was|weak|wrong"
)
_VARIABLE = re.compile(
    r"\$[A-Z_][A-Z0-9_]*|\$\{\w+\}?|\$\(.*|\{\{.*|%\w+%|[*•x.…]+|&lt;[\w -]*&gt;?", re.ASCII
)
_WORD = re.compile(r"[A-Za-z]?[a-z]{0,30}", re.ASCII)

# Numbers as the issuers give them (Visa, Mastercard, American Express, Discover, JCB), in one
# piece or in the groups that are printed on a card, and right by their check digit.
_CARD = re.compile(
    r"""
    [2-6] (?<![\w.+/\#-].)  # a digit to look for first, as the letters above
    (?: (?: (?<=4)\d{3} | (?<=5)[1-5]\d\d | (?<=2)(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)
          | (?<=6)(?:011|5\d\d) | (?<=3)5(?:2[89]|[3-8]\d) )
        (?P<four>[ -]?) \d{4} (?P=four) \d{4} (?P=four) \d{4}
      | (?<=3)[47]\d\d (?P<six>[ -]?) \d{6} (?P=six) \d{5} )
    (?![\w-]|[.,]\d)
    """,
    re.VERBOSE | re.ASCII,
)


def mask(text: str) -> str:
    """`text` with each secret replaced by `[masked: <kind>]`; masking twice changes nothing."""
    found = {
        number
        for mark, signs in _SIGNS.items()
        if mark in text
        for sign, number in signs
        if sign in text
    }
    for kind in map(_KINDS.__getitem__, sorted(found)):
        kept = r"\g<kept>" if "kept" in kind.pattern.groupindex else ""
        text = kind.pattern.sub(f"{kept}[masked: {kind.name}]", text)
    text = _CARD.sub(_masked_card, text)
    text = _CREDENTIALS.sub(r"\g<kept>[masked: credentials]", text)
    return _NAMED.sub(_masked_by_name, text) if ":" in text or "=" in text else text


def mask_named(name: str, value: str) -> str:
    """The value of a field, whose name may give away what it is."""
    shown = f"{name}={value}" if any(one in name.lower() for one in _NAMES) else ""
    return mask(value) if not shown or mask(shown) == shown else "[masked: secret]"


def _masked_card(found: Match[str]) -> str:
    digits = [int(digit) for digit in found[0] if digit.isdigit()]
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2])
    return "[masked: card number]" if (sum(digits[::-2]) + sum(doubled)) % 10 == 0 else found[0]


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
