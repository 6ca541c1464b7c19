// The console: what Slack sent the bot, what the bot asked of Slack, and switches for trouble.

import {get} from "./api.js";
import {timeOfDay} from "./ticking.js";
import {drawTrouble, switchedOn} from "./trouble.js";
import {html, nothing, repeat} from "./vendor/lit.js";
import {counted} from "./words.js";

const TABS = [
  {id: "deliveries", title: "Deliveries"},
  {id: "calls", title: "Web API calls"},
  {id: "trouble", title: "Trouble"},
];

const KINDS = {events_api: "Event", slash_commands: "Command", interactive: "Click or form"};

const REASONS = {
  connection_failed: "no connection",
  http_timeout: "no answer within 3 seconds",
  timeout: "no answer within 3 seconds",
  too_many_redirects: "sent on too many times",
  ssl_error: "no safe connection",
  unknown_error: "no answer that Slack understands",
};

// Slack's way of saying that everything is as it should be already.
const FINE = new Set([
  "already_in_channel", "already_pinned", "already_reacted", "already_archived",
  "no_reaction", "no_pin", "not_pinned",
]);

/** What is folded out here and what has been looked at, in this window. */
const mine = {workspace: "", tab: "deliveries", unfolded: new Set(), whole: new Map(), seen: {}};

const nth = (number) => ["1st", "2nd", "3rd"][number - 1] ?? `${number}th`;
const newest = (list) => [...(list ?? [])].sort((one, other) => other.n - one.n);
/** How many there are, where not all are here: only the last ones are kept at hand. */
const howMany = (list, all) => (all.at(-1).n > 1 ? `${list.length} of the last ${all.length}` : list.length);
const failed = (call) => !call.ok && !FINE.has(call.error);
const highest = (list) => Math.max(0, ...list.map((one) => one.n));
const unseen = (list, tab) => list.filter((one) => one.n > (mine.seen[tab] ?? 0));

/**
 * What is wrong now: how many things of each sort, and in words. What was only once wrong is left
 * out after somebody has looked at it here.
 * @returns {{count: number, words: string}[]}
 */
export function wrong(desk) {
  const sent = desk.deliveries ?? [];
  const isStopped = desk.bot?.state === "stopped" ? 1 : 0;
  const waiting = sent.filter((one) => one.state === "waiting").length;
  const lost = unseen(sent.filter((one) => one.state === "lost"), "deliveries").length;
  const refused = unseen((desk.calls ?? []).filter(failed), "calls").length;
  const switches = switchedOn(desk.faults).length;
  return [
    {count: isStopped, words: `${name(desk)} is stopped`},
    {count: waiting, words: counted(waiting, "delivery waits", "deliveries wait")},
    {count: lost, words: `${counted(lost, "delivery", "deliveries")} lost`},
    {count: refused, words: `${counted(refused, "call", "calls")} failed`},
    {count: switches, words: `${counted(switches, "switch", "switches")} on`},
  ].filter(({count}) => count);
}

const name = (desk) => desk.workspace?.app?.name || "the bot";

export function drawConsole(desk, ctx) {
  if (!desk.workspace) return nothing;
  if (mine.workspace !== desk.workspace.id) {
    Object.assign(mine, {workspace: desk.workspace.id, unfolded: new Set(), whole: new Map()});
    mine.seen = {};
  }
  const isOpen = Boolean(desk.open?.console);
  if (isOpen) look(desk);
  const bad = wrong(desk);
  const total = bad.reduce((sum, {count}) => sum + count, 0);
  const toggle = () => desk.set({console: !isOpen});
  const escape = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    desk.set({console: false});
    event.currentTarget.querySelector(".dk-handle").focus();
  };
  return html`
    <section class="dk-console ${isOpen ? "is-open" : ""}" aria-labelledby="dk-console-title"
             @keydown=${isOpen ? escape : nothing}>
      <h2 class="dk-console-head" id="dk-console-title">
        <button type="button" class="dk-handle" aria-expanded=${isOpen} aria-controls="dk-console"
                @click=${toggle}>
          <span class="dk-chevron" aria-hidden="true"></span>
          <span>Console</span>
          ${total
            ? html`<span class="dk-wrong"><span class="dk-count">${total}</span>
                <span class="dk-wrong-words">${bad.map(({words}) => words).join(" · ")}</span></span>`
            : html`<span class="dk-well">${
                desk.bot?.state === "starting" ? `${name(desk)} is starting` : "All is well"}</span>`}
        </button>
      </h2>
      <div id="dk-console" class="dk-console-body" ?hidden=${!isOpen}>
        ${isOpen ? drawTabs(desk, ctx) : nothing}
      </div>
    </section>`;
}

/** Whoever has a list before their eyes has seen what is in it. */
function look(desk) {
  const list = {deliveries: desk.deliveries, calls: desk.calls}[mine.tab];
  if (list) mine.seen[mine.tab] = highest(list);
}

function drawTabs(desk, ctx) {
  const choose = (id) => {
    mine.tab = id;
    desk.set({console: true});
  };
  const move = (event) => {
    const at = TABS.findIndex((tab) => tab.id === mine.tab);
    const to = {
      ArrowRight: (at + 1) % TABS.length,
      ArrowLeft: (at + TABS.length - 1) % TABS.length,
      Home: 0,
      End: TABS.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(TABS[to].id);
    document.getElementById(`dk-tab-${TABS[to].id}`).focus();
  };
  const counts = {
    deliveries: (desk.deliveries ?? []).filter((one) => one.state !== "delivered").length,
    calls: (desk.calls ?? []).filter(failed).length,
    trouble: switchedOn(desk.faults).length + (desk.bot?.state === "stopped" ? 1 : 0),
  };
  const panel = {deliveries: drawDeliveries, calls: drawCalls, trouble: drawTrouble}[mine.tab];
  return html`
    <div class="dk-tabs" role="tablist" aria-label="Console" @keydown=${move}>
      ${TABS.map(({id, title}) => html`
        <button type="button" role="tab" id="dk-tab-${id}" class="dk-tab"
                aria-selected=${id === mine.tab} aria-controls="dk-panel"
                tabindex=${id === mine.tab ? 0 : -1} @click=${() => choose(id)}>
          ${title}${counts[id] ? html` <span class="dk-count">${counts[id]}</span>` : nothing}
        </button>`)}
    </div>
    <div id="dk-panel" class="dk-panel" role="tabpanel" aria-labelledby="dk-tab-${mine.tab}"
         tabindex="0">
      ${panel(desk, ctx)}
    </div>`;
}

// --- Lists that unfold ---------------------------------------------------------------------------

/** A list whose rows show all there is to know when they are pressed; `kind` is its address. */
function drawList(kind, list, row, desk, ctx) {
  return html`
    <ul class="dk-rows">
      ${repeat(list, (one) => one.n, (one) => {
        const key = `${kind}/${one.n}`;
        const isOpen = mine.unfolded.has(key);
        const toggle = () => unfold(key, desk, ctx);
        return html`
          <li class="dk-row">
            <button type="button" class="dk-row-main" aria-expanded=${isOpen} @click=${toggle}>
              <span class="dk-chevron" aria-hidden="true"></span>
              ${row(one)}
            </button>
            ${kind === "deliveries" ? drawAttempts(one, ctx) : nothing}
            ${isOpen ? drawWhole(kind, key) : nothing}
          </li>`;
      })}
    </ul>`;
}

async function unfold(key, desk, ctx) {
  if (mine.unfolded.delete(key)) {
    mine.whole.delete(key);
    return desk.set({});
  }
  mine.unfolded.add(key);
  desk.set({});
  try {
    mine.whole.set(key, await get(key));
  } catch (trouble) {
    mine.unfolded.delete(key);
    ctx.say(`That cannot be shown: ${trouble.detail ?? trouble.message}`, {kind: "error"});
  }
  desk.set({});
}

function drawWhole(kind, key) {
  const whole = mine.whole.get(key);
  if (!whole) return html`<p class="dk-note">One moment …</p>`;
  const parts = kind === "calls"
    ? [["Arguments", whole.args], ["Answer", whole.answer]]
    : [["Payload", whole.payload]];
  return html`
    <div class="dk-whole">
      ${parts.map(([title, value]) => html`
        <div>
          <h4>${title}</h4>
          <pre class="dk-json" tabindex="0" role="region" aria-label=${title}>${
            value === null || value === undefined ? "none" : JSON.stringify(value, null, 2)}</pre>
        </div>`)}
    </div>`;
}

// --- Deliveries ----------------------------------------------------------------------------------

function drawDeliveries(desk, ctx) {
  const all = newest(desk.deliveries);
  if (!all.length) {
    return html`<p class="dk-empty">Slack has not sent ${name(desk)} anything yet. Say something in
      an incident’s channel, or type <code>/incident</code>.</p>`;
  }
  const open = all.filter((one) => one.state !== "delivered");
  const taken = all.filter((one) => one.state === "delivered");
  const row = (one) => drawDelivery(one, desk, ctx);
  return html`
    ${open.length
      ? html`<h3>Not taken (${open.length})</h3>${drawList("deliveries", open, row, desk, ctx)}`
      : nothing}
    <h3>Taken (${howMany(taken, all)})</h3>
    ${drawList("deliveries", taken, row, desk, ctx)}`;
}

function drawDelivery(one, desk, ctx) {
  const first = one.attempts?.[0];
  return html`
    <span class="dk-time">${first ? timeOfDay(first.at, ctx.zone) : "–"}</span>
    <span class="dk-what"><b>${one.what || one.kind}</b> <span>${KINDS[one.kind] ?? one.kind}</span></span>
    ${drawState(one, desk, ctx)}`;
}

function drawState(one, desk, ctx) {
  const tries = one.attempts?.length ?? 0;
  switch (one.state) {
    case "delivered":
      return html`<span class="dk-state is-good">${
        tries > 1 ? `taken at the ${nth(tries)} try` : "taken"}</span>`;
    case "waiting":
      return html`<span class="dk-state is-waiting">${nth(tries + 1)} try
        <count-down .until=${one.next_try_at} .clock=${clock(desk, ctx)}></count-down></span>`;
    case "lost":
      return html`<span class="dk-state is-bad">${
        one.kind === "events_api"
          ? `Slack gave up after ${counted(tries, "try", "tries")}`
          : "lost: Slack tries this only once"}</span>`;
    default:
      return html`<span class="dk-state">${
        tries ? `on its way, ${nth(tries + 1)} try` : "on its way"}</span>`;
  }
}

const clock = (desk, ctx) => ({now: ctx.now, pace: desk.workspace.clock?.pace ?? 1});

function drawAttempts(one, ctx) {
  const attempts = one.attempts ?? [];
  if (attempts.length < 2 && !attempts[0]?.trouble) return nothing;
  return html`
    <ol class="dk-attempts">
      ${attempts.map((attempt) => html`
        <li>
          ${nth(attempt.retry + 1)} try, ${timeOfDay(attempt.at, ctx.zone)},
          ${attempt.via === "socket" ? "by Socket Mode" : "over HTTP"}:
          <span class=${attempt.trouble ? "dk-bad" : ""}>${said(attempt)}</span>
        </li>`)}
    </ol>`;
}

function said({status, trouble}) {
  if (!trouble) return "taken";
  if (trouble === "http_error") return `answered ${status}`;
  return REASONS[trouble] ?? trouble;
}

// --- Web API calls -------------------------------------------------------------------------------

function drawCalls(desk, ctx) {
  const all = newest(desk.calls);
  if (!all.length) {
    return html`<p class="dk-empty">${name(desk)} has not asked Slack for anything yet.</p>`;
  }
  const bad = all.filter(failed);
  const good = all.filter((one) => !failed(one));
  const row = (one) => drawCall(one, ctx);
  return html`
    ${bad.length
      ? html`<h3>Went wrong (${bad.length})</h3>${drawList("calls", bad, row, desk, ctx)}`
      : nothing}
    <h3>Went well (${howMany(good, all)})</h3>
    ${drawList("calls", good, row, desk, ctx)}`;
}

function drawCall(one, ctx) {
  return html`
    <span class="dk-time">${timeOfDay(one.at, ctx.zone)}</span>
    <span class="dk-what"><b>${one.method}</b> <span>${took(one.took_ms)}</span></span>
    <span class="dk-state ${failed(one) ? "is-bad" : "is-good"}">${outcome(one)}</span>`;
}

const took = (ms) => {
  if (ms === null || ms === undefined) return "";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
};

function outcome({ok, error, status}) {
  if (ok) return "ok";
  if (!status) return "the connection broke";
  if (status === 429) return "429, try again later";
  return error ?? String(status);
}
