"""Slack's notation of text (mrkdwn, mentions, links), to and from plain text, Markdown and HTML.

What comes from Slack has `&`, `<` and `>` escaped, so that a bare `<…>` is always Slack's own:
`<@U1>`, `<#C1|name>`, `<!here>`, `<https://url|label>`. What goes to Slack must be escaped likewise.
"""

from __future__ import annotations

import html as escaping
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote, urlsplit

Names = Mapping[str, str]
"""Ids to the names that people know: `{"U1": "Ana"}`, `{"C1": "inc-7"}`."""

_NOBODY: Names = MappingProxyType({})
_WEB = re.compile(r"<https?://[^<>]+>")
_TOKEN = re.compile(r"<([^<>\n]+)>")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>\n]*)?>")
_SAFE_SCHEMES = ("http", "https", "mailto")


def escape(text: str) -> str:
    """Plain text made safe for Slack: nothing in it can mention, notify or link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The reverse of `escape`."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentions(words: str) -> tuple[str, ...]:
    """The users that `words` mention, each once, in order."""
    return tuple(dict.fromkeys(_USER.findall(words)))


def links_in(words: str) -> list[str]:
    """The links in `words`, as they stand there."""
    return _WEB.findall(words)


def user_in(word: str) -> str | None:
    """The user, if `word` is one mention and nothing else."""
    found = _USER.fullmatch(word.strip())
    return found[1] if found else None


_AROUND = {"“": "”", "„": "“", "”": "”", "‘": "’", "«": "»", '"': '"', "'": "'"}
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"


def clean_command(text: str) -> str:
    """What a person typed, without what keyboards add: no-break spaces, quotes around the whole."""
    cleaned = re.sub(r"[^\S\n]", " ", text).strip(_INVISIBLE + " \n")
    closing = _AROUND.get(cleaned[:1])
    inner = cleaned[1:-1]
    if (
        closing
        and len(cleaned) > 1
        and cleaned[-1] == closing
        and not {cleaned[0], closing} & set(inner)
    ):
        return inner.strip()
    return cleaned


def shorten(text: str, limit: int, *, words: bool = False) -> str:
    """`text` in at most `limit` characters, ending in `…` where something was cut.

    With `words`, the text is in Slack's notation, and neither `&amp;` nor `<@U1>` is cut in two.
    """
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    cut = limit - 1
    while cut and _belongs_to_the_letter_before(text, cut):
        cut -= 1
    if words:
        for piece in re.finditer(r"<[^<>\n]+>|&(?:amp|lt|gt);", text):
            if piece.start() >= cut:
                break
            if piece.end() > cut:
                cut = piece.start()
    return text[:cut].rstrip() + "…"


def _belongs_to_the_letter_before(text: str, at: int) -> bool:
    """Whether a cut would part an accent or a joined emoji from what it belongs to."""
    joiner, following = "\u200d", text[at]
    return (
        unicodedata.combining(following) > 0
        or following in (joiner, "\ufe0f")
        or "🏻" <= following <= "🏿"
        or text[at - 1] == joiner
    )


@lru_cache(maxsize=1024)  # of a long record most are the same few
def is_safe_url(url: str) -> bool:
    """Whether a page of ours may link to `url`: http, https or mailto, and nothing hidden in it."""
    if re.search(r"[\s\x00-\x20\x7f\\]", url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return bool(parts.path)
    return parts.scheme in _SAFE_SCHEMES and bool(parts.hostname)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """What a `<…>` of Slack's says. `url` is empty where it is no link. Plain text, unescaped."""

    label: str
    url: str = ""

    def __str__(self) -> str:
        address = self.url.removeprefix("mailto:").removeprefix("tel:")
        bare = address.removeprefix("https://").removeprefix("http://")
        if not self.url or self.label == address:
            return self.label
        return address if self.label == bare else f"{self.label} ({address})"


def _read_token(inside: str, people: Names, channels: Names) -> _Token:
    target, _, said = (_one_line(unescape(part)) for part in inside.partition("|"))
    if not target:
        return _Token(label=said or f"<{inside}>")
    kind, name = target[0], target[1:]
    if kind == "@":
        return _Token(label="@" + _one_line(people.get(name) or said or name).lstrip("@"))
    if kind == "#":
        return _Token(label="#" + _one_line(channels.get(name) or said or name).lstrip("#"))
    if target.startswith("!date^"):
        return _Token(label=said or _date(target))
    if target.startswith("!subteam^"):
        return _Token(label="@" + (said or name.removeprefix("subteam^")).lstrip("@"))
    if kind == "!":
        return _Token(label="@" + name.partition("^")[0] if said in ("", name) else said)
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return _Token(label=said or address or target, url=target)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _date(target: str) -> str:
    seconds = target.split("^")[1]
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return seconds


def plain(words: str, people: Names, channels: Names = _NOBODY) -> str:
    """Slack's notation as plain text, names in place of ids; `*bold*` stays as it was typed."""
    pieces: list[str] = []
    after = 0
    for found in _TOKEN.finditer(words):
        pieces.append(unescape(words[after : found.start()]))
        pieces.append(str(_read_token(found[1], people, channels)))
        after = found.end()
    return "".join([*pieces, unescape(words[after:])])


# One tree for Markdown and HTML, so that both show the same.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Styled:
    mark: str
    inner: tuple[_Inline, ...]


_Inline = _Text | _Code | _Link | _Styled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fence:
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """Lines that stand together: a paragraph, or a quotation."""

    quoted: bool
    lines: tuple[tuple[_Inline, ...], ...]


_Block = _Fence | _Lines

# A style needs room around it, and what counts as room must do so for CommonMark too.
_INLINE = re.compile(
    r"""
    (?<!`) `(?P<code>[^`\n]+)` (?!`)
    | <(?P<token>[^<>\n]+)>
    | (?<![^\s"'(\[{*_~,.:;!?/–—-]) (?P<mark>[*_~]) (?=\S)
      (?P<inner> (?: `[^`\n]+` | <[^<>\n]+> | (?!(?P=mark))[^\n`<] )+ )
      (?<=\S) (?P=mark) (?!(?P=mark)) (?=[\s"')\]}*_~,.:;!?/&–—…-]|\Z)
    """,
    re.VERBOSE,
)
_OPENING = re.compile(r"[`<*_~]")  # what each of `_INLINE` begins with
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_QUOTE = re.compile(r"(?:&gt;|>)[ ]?")
_QUOTE_OF_THE_REST = re.compile(r"^(?:&gt;|>){3}[ ]?", re.MULTILINE)


def _blocks(words: str, people: Names, channels: Names) -> Iterator[_Block]:
    words = _UNSEEN.sub(" ", words.replace("\r\n", "\n"))
    for number, piece in enumerate(re.split(r"```(.+?)```", words, flags=re.DOTALL)):
        if number % 2:
            yield _Fence(code=plain(piece.strip("\n"), people, channels))
        else:
            yield from _paragraphs(piece, people, channels)


def _paragraphs(words: str, people: Names, channels: Names) -> Iterator[_Lines]:
    rest = _QUOTE_OF_THE_REST.search(words)
    quoted_from = rest.start() if rest else len(words)
    together: list[tuple[_Inline, ...]] = []
    quoting = False
    position = 0
    for line in words.split("\n"):
        mark = _QUOTE_OF_THE_REST.match(line) if position == quoted_from else _QUOTE.match(line)
        is_quoted = position >= quoted_from or mark is not None
        position += len(line) + 1
        said = (line[mark.end() :] if mark else line).strip()
        if together and (is_quoted != quoting or not said):
            yield _Lines(quoted=quoting, lines=tuple(together))
            together = []
        quoting = is_quoted
        if said:
            together.append(_inline(said, people, channels))
    if together:
        yield _Lines(quoted=quoting, lines=tuple(together))


def _inline(words: str, people: Names, channels: Names) -> tuple[_Inline, ...]:
    nodes: list[_Inline] = []
    after = 0
    for found in _found_inline(words):
        if found.start() > after:
            nodes.append(_Text(text=unescape(words[after : found.start()])))
        after = found.end()
        if found["code"]:
            nodes.append(_Code(code=_one_line(plain(found["code"], people, channels)) or " "))
        elif found["token"]:
            token = _read_token(found["token"], people, channels)
            if is_safe_url(token.url):
                nodes.append(_Link(label=token.label, url=_encoded(token.url)))
            else:
                nodes.append(_Text(text=str(token)))
        else:
            inner = _inline(found["inner"], people, channels)
            nodes.append(_Styled(mark=found["mark"], inner=inner))
    if len(words) > after:
        nodes.append(_Text(text=unescape(words[after:])))
    return tuple(nodes)


def _found_inline(words: str) -> Iterator[re.Match[str]]:
    """The same as `_INLINE.finditer`, many times as fast: it tries only where one can begin."""
    at = 0
    while opening := _OPENING.search(words, at):
        found = _INLINE.match(words, opening.start())
        at = found.end() if found else opening.end()
        if found:
            yield found


def _encoded(url: str) -> str:
    """A URL in ASCII, without the characters that end a link in Markdown or HTML."""
    return quote(url, safe="!#$%&'*+,-./:;=?@[]_~", errors="replace")


def html(words: str, people: Names, channels: Names = _NOBODY) -> str:
    """Slack's notation as safe HTML, for the inside of a `div`, `li` or `td`.

    The only tags in it: a (safe links only), strong, em, del, code, pre, blockquote, br.
    """
    written: list[str] = []
    before: _Block | None = None
    for block in _blocks(words, people, channels):
        match block:
            case _Fence(code=code):
                written.append(f"<pre><code>{escaping.escape(code)}</code></pre>")
            case _Lines(quoted=quoted, lines=lines):
                inside = "<br>\n".join("".join(map(_html_inline, line)) for line in lines)
                if quoted:
                    written.append(f"<blockquote>{inside}</blockquote>")
                else:
                    gap = isinstance(before, _Lines) and not before.quoted
                    written.append(("<br><br>\n" if gap else "") + inside)
        before = block
    return "\n".join(written)


_HTML_TAGS = {"*": "strong", "_": "em", "~": "del"}


def _html_inline(node: _Inline) -> str:
    match node:
        case _Text(text=text):
            return escaping.escape(text)
        case _Code(code=code):
            return f"<code>{escaping.escape(code)}</code>"
        case _Link(label=label, url=url):
            href = escaping.escape(url)
            return f'<a href="{href}" rel="noopener noreferrer">{escaping.escape(label)}</a>'
        case _Styled(mark=mark, inner=inner):
            tag = _HTML_TAGS[mark]
            return f"<{tag}>{''.join(map(_html_inline, inner))}</{tag}>"


def markdown(words: str, people: Names, channels: Names = _NOBODY) -> str:
    """Slack's notation as CommonMark that shows the same: what was no markup stays none."""
    if _NOTATION.search(words) is None:  # as most of what people write
        return _line_start(words.strip())
    return "\n\n".join(map(_markdown_block, _blocks(words, people, channels)))


def _markdown_block(block: _Block) -> str:
    match block:
        case _Fence(code=code):
            fence = _longer_than_any(code, at_least=3)
            return f"{fence}\n{code}\n{fence}"
        case _Lines(quoted=quoted, lines=lines):
            # A newline of Slack's is one that is seen; in Markdown that takes a backslash.
            written = [_line_start(_markdown_inlines(line)) for line in lines]
            prefix = "> " if quoted else ""
            return prefix + f"\\\n{prefix}".join(written)


_MARKDOWN_MARKS = {"*": "**", "_": "_", "~": "~~"}


def _markdown_inlines(nodes: tuple[_Inline, ...]) -> str:
    written = ""
    for node in nodes:
        if isinstance(node, _Link) and written.endswith("!"):
            written = written[:-1] + "\\!"  # else it is an image
        written += _markdown_inline(node)
    return written


def _markdown_inline(node: _Inline) -> str:
    match node:
        case _Text(text=text):
            return _escaped(text)
        case _Code(code=code):
            ticks = _longer_than_any(code, at_least=1)
            room = " " if code[0] in "` " or code[-1] in "` " else ""
            return f"{ticks}{room}{code}{room}{ticks}"
        case _Link(label=label, url=url):
            if label == url and _AUTOLINK.fullmatch(url):
                return f"<{url}>"
            return f"[{_escaped(label)}]({_ENTITY.sub('&amp;', url)})"
        case _Styled(mark=mark, inner=inner):
            sign = _MARKDOWN_MARKS[mark]
            return f"{sign}{_markdown_inlines(inner)}{sign}"


# Without any of these a text is one line, and nothing in it is markup, here or there.
_NOTATION = re.compile(r"[`<>*_~&|$\\\[\]\x00-\x1f\x7f-\x9f\u2028\u2029\u0085]")
_AUTOLINK = re.compile(r"https?://[\w./?=#:,+@~-]+", re.ASCII)
_ENTITY = re.compile(r"&(?=#?\w+;)")
# All that it may find stand first, so that what is none of them is passed over fast.
_SPECIAL = re.compile(
    r"[\\`*\[\]<>~|$_&](?:(?<=[^_&])|(?<=_)(?:(?<![^\W_]_)|(?![^\W_]))|(?<=&)(?=#?\w+;))"
)
_BLOCK_OPENING = re.compile(r"[-+=#]|\d{1,9}(?=[.)](?:\s|\Z))")
_INNER_QUOTES = str.maketrans("“”", "‘’")


def markdown_text(text: str) -> str:
    """Plain text as one line of Markdown that shows just that text, wherever it stands."""
    line = _escaped(" ".join(text.split()))
    if line.endswith("!"):
        line = line[:-1] + "\\!"  # else a link right after it is an image
    return _line_start(line)


def in_quotes(text: str) -> str:
    """Text or Markdown in quotation marks; those inside it become single ones."""
    return f"“{text.translate(_INNER_QUOTES)}”"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], text.replace("\n", " "))


def _line_start(line: str) -> str:
    """The line, with what would open a list, heading or rule at its start escaped."""
    opening = _BLOCK_OPENING.match(line)
    if not opening:
        return line
    at = opening.end() if opening[0].isdigit() else 0
    return f"{line[:at]}\\{line[at:]}"


def _longer_than_any(code: str, *, at_least: int) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    return "`" * max(at_least, longest + 1)
