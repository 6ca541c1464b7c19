// Rich text as Slack's client shows it: styles, mentions, links, emoji, and dates in the reader's zone.

import {emojiOf} from "./emojis.js";
import {clock, dateOf, dayKey, whole} from "./times.js";
import {html, nothing} from "./vendor/lit.js";

const DAY_MS = 86_400_000;
const HALF_A_YEAR_DAYS = 183;
const SAFE_URL = /^(https?:\/\/|mailto:|tel:)/i;
const TAGS = [
  ["code", (inner) => html`<code>${inner}</code>`],
  ["strike", (inner) => html`<s>${inner}</s>`],
  ["italic", (inner) => html`<em>${inner}</em>`],
  ["bold", (inner) => html`<strong>${inner}</strong>`],
  ["underline", (inner) => html`<u>${inner}</u>`],
];

// --- Rich text -----------------------------------------------------------------------------------

/**
 * Draws rich text.
 * @param {object[]} rich sections, quotes, lists and preformatted pieces of Slack's `rich_text`
 * @param {object} ctx who looks, from where, at what time
 */
export function drawRich(rich, ctx) {
  return (rich ?? []).map((piece) => drawPiece(piece, ctx));
}

function drawPiece(piece, ctx) {
  const inner = () => drawInline(piece.elements, ctx);
  switch (piece.type) {
    case "rich_text_quote":
      return html`<blockquote class="bk-quote" dir="auto">${inner()}</blockquote>`;
    case "rich_text_preformatted":
      return html`<pre class="bk-pre" dir="auto"><code>${inner()}</code></pre>`;
    case "rich_text_list":
      return drawList(piece, ctx);
    default:
      return html`<div class="bk-lines" dir="auto">${inner()}</div>`;
  }
}

function drawList(list, ctx) {
  const items = list.elements.map((item) => html`<li dir="auto">${drawInline(item.elements, ctx)}</li>`);
  const level = `bk-list bk-indent-${Math.min(8, list.indent ?? 0)}`;
  return list.style === "ordered"
    ? html`<ol class=${level} start=${(list.offset ?? 0) + 1}>${items}</ol>`
    : html`<ul class=${level}>${items}</ul>`;
}

/** The elements of one piece, in a line. */
function drawInline(elements, ctx) {
  return (elements ?? []).map((element) => drawElement(element, ctx));
}

function drawElement(element, ctx) {
  let drawn = drawBare(element, ctx);
  for (const [style, tag] of TAGS) {
    if (element.style?.[style]) drawn = tag(drawn);
  }
  return drawn;
}

function drawBare(element, ctx) {
  switch (element.type) {
    case "text":
      return element.text;
    case "link":
      return drawLink(element.url, element.text || element.url, ctx);
    case "user":
      return drawUser(element.user_id, ctx);
    case "channel":
      return drawChannel(element.channel_id, ctx);
    case "usergroup":
      return drawGroup(element.usergroup_id, ctx);
    case "broadcast":
      return html`<span class="bk-mention bk-to-me">@${element.range}</span>`;
    case "emoji":
      return drawEmoji(element);
    case "date": {
      const words = dateWords(element, ctx);
      return element.url ? drawLink(element.url, words, ctx) : words;
    }
    case "color":
      return element.value;
    default:
      return element.text ?? "";
  }
}

function drawLink(url, words, ctx) {
  // Only what a browser opens by itself: nothing that runs.
  if (!SAFE_URL.test(url)) return words;
  const go = (event) => opened({url}, event, ctx);
  return html`<a class="bk-link" href=${url} target="_blank" rel="noopener noreferrer" @click=${go}>${words}</a>`;
}

/** Where a click leads, unless it asks for another tab. */
function opened(what, event, ctx) {
  if (!ctx.open || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ctx.open(what, event);
}

function drawUser(id, ctx) {
  const user = ctx.directory.user(id);
  const look = ctx.me?.id === id ? "bk-mention bk-to-me" : "bk-mention";
  const name = `@${shownName(user) ?? id}`;
  // In front of everything stands the form, and somebody's card would be behind it.
  const mute = !user || !ctx.open || ctx.surface?.kind === "view";
  if (mute) return html`<span class=${look}>${name}</span>`;
  const go = (event) => ctx.open({user: id}, event);
  return html`<button type="button" class=${look} @click=${go}>${name}</button>`;
}

function drawChannel(id, ctx) {
  const channel = ctx.directory.channel(id);
  if (!channel?.name) return html`<span class="bk-mention bk-unseen">🔒 private channel</span>`;
  const name = `${channel.is_private ? "🔒 " : "#"}${channel.name}`;
  if (!ctx.open) return html`<span class="bk-mention">${name}</span>`;
  const go = (event) => opened({channel: id}, event, ctx);
  return html`<a class="bk-mention" href="#/${ctx.who}/${channel.name}" @click=${go}>${name}</a>`;
}

function drawGroup(id, ctx) {
  const group = ctx.directory.group(id);
  const mine = group?.users?.includes(ctx.me?.id);
  const look = mine ? "bk-mention bk-to-me" : "bk-mention";
  return html`<span class=${look} title=${group?.name ?? nothing}>@${group?.handle ?? id}</span>`;
}

function drawEmoji({name, unicode, skin_tone: tone}) {
  const full = tone ? `${name}::skin-tone-${tone}` : name;
  const drawn = unicode ? fromCodes(unicode) : emojiOf(full);
  const words = `:${full}:`;
  if (drawn === words) return words;
  return html`<span class="bk-emoji" role="img" aria-label=${spoken(name)} title=${words}>${drawn}</span>`;
}

function fromCodes(codes) {
  return String.fromCodePoint(...codes.split("-").map((code) => parseInt(code, 16)));
}

const spoken = (name) => name.replace(/_/g, " ");

/** What people call somebody. */
export function shownName(user) {
  return user && (user.real_name || user.profile?.real_name || user.name);
}

// --- Plain text ----------------------------------------------------------------------------------

/**
 * A text object, or rich text, without anything but characters: for labels, titles and options.
 * @param {object|object[]|string|null|undefined} text
 */
export function plain(text) {
  if (!text) return "";
  if (typeof text === "string") return text;
  const rich = Array.isArray(text) ? text : text.rich;
  if (!rich) return text.text ?? "";
  return rich.flatMap((piece) => piece.elements ?? []).map(plainElement).join("");
}

function plainElement(element) {
  if (element.type !== "emoji") return element.text ?? element.fallback ?? element.url ?? "";
  return element.unicode ? fromCodes(element.unicode) : emojiOf(element.name);
}

/** A text object with its styles, as lines of its own. */
export function drawWords(text, ctx) {
  return text.rich ? drawRich(text.rich, ctx) : html`<div class="bk-lines" dir="auto">${text.text}</div>`;
}

/** A text object with its styles, within a line where it is one. */
export function drawText(text, ctx) {
  if (!text) return nothing;
  if (!text.rich) return text.text;
  const [only, ...more] = text.rich;
  const bare = more.length === 0 && only?.type === "rich_text_section";
  return bare ? drawInline(only.elements, ctx) : drawRich(text.rich, ctx);
}

// --- Dates ---------------------------------------------------------------------------------------

const formats = new Map();

function written(at, zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat("en-GB", {timeZone: zone, ...options}));
  }
  return formats.get(key).format(at);
}

const SECONDS = {hour: "2-digit", minute: "2-digit", second: "2-digit"};
const LONG = {day: "numeric", month: "long"};
const SHORT = {day: "numeric", month: "short"};
const FULL = {weekday: "long", ...LONG};

/**
 * Each of Slack's tokens, and what it shows.
 * @type {Object<string, (at: Date, zone: string, now: Date) => string>}
 */
const TOKENS = {
  date_num: dayKey,
  date_slash: (at, zone) => written(at, zone, {day: "2-digit", month: "2-digit", year: "numeric"}),
  date: (at, zone, now) => written(at, zone, withYear(LONG, at, now)),
  date_short: (at, zone) => written(at, zone, {...SHORT, year: "numeric"}),
  date_long: (at, zone) => written(at, zone, {...FULL, year: "numeric"}),
  date_long_full: (at, zone) => written(at, zone, {...FULL, year: "numeric"}),
  date_pretty: (at, zone, now) => nearDay(at, zone, now) ?? TOKENS.date(at, zone, now),
  date_short_pretty: (at, zone, now) =>
    nearDay(at, zone, now) ?? written(at, zone, withYear(SHORT, at, now)),
  date_long_pretty: (at, zone, now) => nearDay(at, zone, now) ?? written(at, zone, withYear(FULL, at, now)),
  day_divider_pretty: (at, zone, now) => nearDay(at, zone, now) ?? written(at, zone, withYear(FULL, at, now)),
  time: clock,
  time_secs: (at, zone) => written(at, zone, SECONDS),
  ago: (at, zone, now) => ago(at, now),
};

function withYear(options, at, now) {
  const days = Math.abs(at - now) / DAY_MS;
  return days < HALF_A_YEAR_DAYS ? options : {...options, year: "numeric"};
}

function nearDay(at, zone, now) {
  const day = dayKey(at, zone);
  const from = (days) => dayKey(new Date(now.getTime() + days * DAY_MS), zone);
  if (day === from(0)) return "Today";
  if (day === from(-1)) return "Yesterday";
  return day === from(1) ? "Tomorrow" : null;
}

function ago(at, now) {
  const seconds = Math.round((now - at) / 1000);
  const far = Math.abs(seconds);
  const units = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]];
  const [unit, long] = units.find(([, length]) => far >= length) ?? ["second", 1];
  const formatter = new Intl.RelativeTimeFormat("en", {numeric: "always"});
  return formatter.format(-Math.sign(seconds) * Math.floor(far / long), unit);
}

/**
 * A moment as a `<!date>` shows it.
 * @param {number|string} ts seconds since 1970
 * @param {string} format such as `{date_short_pretty} {time}`
 * @param {string} zone the reader's
 * @param {Date} now
 */
export function formatDate(ts, format, zone, now) {
  const at = dateOf(ts);
  if (Number.isNaN(at.getTime())) return "";
  return format.replace(/\{(\w+)\}/g, (unknown, token) => TOKENS[token]?.(at, zone, now) ?? unknown);
}

function dateWords(element, ctx) {
  const words = formatDate(element.timestamp, element.format, ctx.zone, ctx.now);
  if (!words) return element.fallback ?? "";
  const at = dateOf(element.timestamp);
  return html`<time datetime=${at.toISOString()} title=${whole(at, ctx.zone)}>${words}</time>`;
}
