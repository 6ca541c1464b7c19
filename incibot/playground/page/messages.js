// A conversation from the oldest message shown to the newest, with days, groups and the line before what is new.

import {html, nothing, ref, render, repeat} from "./vendor/lit.js";
import {authorOf, drawMessage, LINES} from "./message.js";
import {dateOf, dayKey, dayName} from "./times.js";
import {counted} from "./words.js";

const GROUP_SECONDS = 300;

/** What is said in a conversation and what only this person sees, by time. */
export function merged(messages, whispers) {
  return [...messages, ...whispers].sort((one, other) => (one.ts < other.ts ? -1 : 1));
}

/** Rows in the order in which they are drawn: days, the line before what is new, and messages. */
function rowsOf(page, messages, {newFrom = null}) {
  const rows = [];
  let before = null;
  let day = "";
  let marked = newFrom === null;
  for (const message of messages) {
    const date = dateOf(message.ts);
    const today = dayKey(date, page.zone);
    if (today !== day) rows.push({kind: "day", key: `day ${today}`, date});
    const fresh = !marked && message.ts > newFrom && message.user !== page.me.id && !message.is_ephemeral;
    if (fresh) rows.push({kind: "new", key: "new"});
    marked ||= fresh;
    const compact = Boolean(before) && today === day && !fresh && follows(page, before, message);
    rows.push({kind: "message", key: message.ts, message, compact});
    before = message;
    day = today;
  }
  return rows;
}

function follows(page, before, message) {
  return (
    message.ts - before.ts < GROUP_SECONDS &&
    authorOf(page, before).id === authorOf(page, message).id &&
    authorOf(page, before).name === authorOf(page, message).name &&
    before.is_ephemeral === message.is_ephemeral &&
    !LINES.has(before.subtype) &&
    !message.pinned_to?.length &&
    ![before.subtype, message.subtype].some(
      (subtype) => subtype === "tombstone" || subtype === "thread_broadcast",
    )
  );
}

/**
 * The list is drawn apart from the rest, and only if something in it has changed: hundreds of messages
 * need not be gone through because somebody typed a letter.
 *
 * @param {object[]} messages oldest first
 * @param {{where: "channel"|"thread", channel: object, newFrom?: string|null}} setting
 */
export function drawMessages(page, messages, setting) {
  const {state} = page;
  const minute = Math.floor(page.now().getTime() / 60_000);
  const depends = [
    ...messages,
    state.who,
    state.workspace,
    state.channels,
    state.editing,
    state.flash,
    minute,
    setting.channel,
    setting.newFrom,
    state.reached[setting.where],
  ];
  const draw = (list) => {
    if (!list || isSame(drawnFrom.get(list), depends)) return;
    drawnFrom.set(list, depends);
    render(drawRows(page, messages, setting), list);
  };
  return html`
    <ol role="list" class="sh-messages" @focusin=${(event) => noteReached(page, event, setting.where)}
      ${ref(draw)}></ol>`;
}

/** What each list was drawn from last. */
const drawnFrom = new WeakMap();

const isSame = (before, now) => before?.length === now.length && now.every((one, at) => one === before[at]);

function drawRows(page, messages, setting) {
  const reached = page.state.reached[setting.where];
  const tab = messages.some((one) => one.ts === reached) ? reached : messages.at(-1)?.ts;
  return repeat(
    rowsOf(page, messages, setting),
    (row) => row.key,
    (row) => html`<li class="sh-row is-${row.kind}">${drawRow(page, row, setting, tab)}</li>`,
  );
}

function drawRow(page, row, setting, tab) {
  if (row.kind === "day")
    return html`<h2 class="sh-day"><span>${dayName(row.date, page.zone, page.now())}</span></h2>`;
  if (row.kind === "new") return html`<p class="sh-new"><span>New messages</span></p>`;
  return drawMessage(page, row.message, {...setting, compact: row.compact, tab: row.message.ts === tab});
}

function noteReached(page, event, where) {
  const ts = event.target.closest(".sh-message")?.dataset.ts;
  if (!ts || page.state.reached[where] === ts) return;
  page.state.reached[where] = ts;
  page.render();
}

/** The main column's list, with the button for what is further up. */
export function drawRoom(page, room) {
  const {state} = page;
  const all = page.roomMessages();
  const more = room.earlier
    ? html`<p class="sh-earlier">
        <button class="sh-button is-small" @click=${() => page.showEarlier()}>Show earlier messages</button>
      </p>`
    : html`<p class="sh-beginning">${beginning(room.channel)}</p>`;
  return html`
    ${more} ${drawMessages(page, all, {where: "channel", channel: room.channel, newFrom: state.newFrom})}`;
}

function beginning(channel) {
  if (channel.is_im || channel.is_mpim) return "This is where this conversation begins.";
  const purpose = channel.purpose?.value ? ` ${channel.purpose.value}` : "";
  return `This is where #${channel.name} begins.${purpose}`;
}

/** The button that leads to what came in further down. */
export function drawJump(page) {
  const {unseen} = page.state;
  if (!unseen) return nothing;
  return html`
    <button class="sh-jump" @click=${() => page.jumpDown()}>
      <span aria-hidden="true">↓</span> ${counted(unseen, "new message")}
    </button>`;
}
