// The console's switches for trouble: what each does, and what the bot is expected to do then.

import {post} from "./api.js";
import {timeOfDay} from "./ticking.js";
import {html, live, nothing} from "./vendor/lit.js";

/** Scopes that are missed soonest, where the app's own list is not known. */
const SCOPES = [
  "channels:manage", "channels:history", "chat:write", "files:write", "im:write", "pins:write",
  "reactions:read", "users:read",
];

/**
 * One switch.
 * @typedef {object} Switch
 * @property {string} key its name in the playground's API
 * @property {string} title
 * @property {string} does what happens while it is on
 * @property {string} expected what the bot should make of it; `BOT` stands for its name
 * @property {{label: string, unit: string, min: number, max: number, usual: number}} [amount]
 * @property {(faults: object) => number|boolean|string} is what it stands at; false, 0 or "" is off
 * @property {(amount: number|string) => object} on what to ask for to switch it on
 * @property {(faults: object) => object} off what to ask for to switch it off
 */

const ANY = "*";

const lostAnswers = (faults) =>
  (faults.calls?.[ANY] ?? [])
    .filter((fault) => fault.what === "answer_lost")
    .reduce((sum, fault) => sum + fault.times, 0);

/** All faults but those of `ANY` method, as the API takes them: it can only take all away at once. */
function others(faults) {
  const {calls = {}, ...switches} = faults;
  const kept = Object.entries(calls).flatMap(([method, list]) =>
    list
      .filter((fault) => method !== ANY || fault.what !== "answer_lost")
      .map((fault) => ({method, ...fault})),
  );
  return {...switches, calls: kept};
}

const number = (key, title, amount, does, expected) => ({
  key, title, amount, does, expected,
  is: (faults) => faults[key] || 0,
  on: (value) => ({[key]: value}),
  off: () => ({[key]: 0}),
});

const next = (usual) => ({before: "the next", unit: "events", min: 1, max: 50, usual});

/** @type {Switch[]} */
const CALLS = [
  number(
    "slow_calls", "Slack is slow",
    {before: "by", unit: "seconds", min: 1, max: 60, usual: 2},
    "Each answer to one of BOT’s calls takes that much longer.",
    "BOT still answers commands at once; channels, cards and files come later." +
      " A form that takes 3 seconds does not open, as in Slack.",
  ),
  number(
    "busy_calls", "Slack is busy",
    {before: "for", unit: "% of calls", min: 1, max: 100, usual: 30},
    "That share of the calls is answered “429, try again in a second”.",
    "BOT tries again, and does nothing twice.",
  ),
  {
    key: "rate_limits",
    title: "Rate limits as published",
    does: "Slack takes one message a second in a channel, and so many calls a minute.",
    expected: "BOT waits for as long as Slack says, and nothing is left out.",
    is: (faults) => faults.rate_limits,
    on: () => ({rate_limits: true}),
    off: () => ({rate_limits: false}),
  },
  {
    key: "answer_lost",
    title: "An answer is lost",
    amount: {before: "of the next", unit: "calls", min: 1, max: 50, usual: 1},
    does: "Slack does what it is asked, and the connection breaks before it can say so.",
    expected: "BOT looks at what is there before it tries again: no second channel or message.",
    is: lostAnswers,
    on: (times, faults) => ({
      ...(lostAnswers(faults) ? {clear: true, ...others(faults)} : {}),
      calls: [
        ...(lostAnswers(faults) ? others(faults).calls : []),
        {method: ANY, what: "answer_lost", times},
      ],
    }),
    off: (faults) => ({clear: true, ...others(faults)}),
  },
  {
    key: "without_scopes",
    title: "The token lost a scope",
    choice: {before: "no longer", usual: "channels:manage"},
    does: "Slack refuses every call that needs this scope.",
    expected:
      "BOT lays aside what cannot be done, goes on with the rest, and says what is missing.",
    is: (faults) => faults.without_scopes?.[0] ?? "",
    on: (scope) => ({without_scopes: [scope]}),
    off: () => ({without_scopes: []}),
  },
];

/** @type {Switch[]} */
const EVENTS = [
  number(
    "delay_events", "Events come late",
    {before: "by", unit: "seconds", min: 1, max: 60, usual: 5},
    "Slack waits that long before it sends an event.",
    "The timeline shows when things happened, not when BOT heard of them.",
  ),
  number(
    "double_events", "Events come twice", next(5),
    "Slack sends them twice, as it sometimes does.",
    "Each is written down once.",
  ),
  number(
    "drop_events", "Events get lost", next(3),
    "Slack never sends them, and does not say so.",
    "BOT compares its timeline with the channel now and then, and fetches what it was not told; a" +
      " message that is marked with a reaction or a pin is fetched at once.",
  ),
  number(
    "reorder_events", "Events come out of order", {...next(5), min: 2},
    "Slack holds them back, then sends the last one first.",
    "The timeline keeps the order in which things happened.",
  ),
];

const ALL = [...CALLS, ...EVENTS];
const KNOWN = new Set(ALL.map((one) => one.key));

/** The titles of what is switched on; others' switches by their own names. */
export function switchedOn(faults) {
  if (!faults) return [];
  const elsewhere = Object.entries(faults)
    .filter(([key, value]) => !KNOWN.has(key) && key !== "calls" && value)
    .map(([key]) => key.replaceAll("_", " "));
  const calls = Object.entries(faults.calls ?? {}).filter(
    ([method, list]) => method !== ANY || list.some((fault) => fault.what !== "answer_lost"),
  );
  return [
    ...ALL.filter((one) => one.is(faults)).map((one) => one.title),
    ...elsewhere,
    ...calls.map(([method]) => `trouble with ${method}`),
  ];
}

/** What was last chosen beside a switch that is off. */
const chosen = new Map();

export function drawTrouble(desk, ctx) {
  const name = desk.workspace.app?.name || "the bot";
  const faults = desk.faults ?? {};
  const on = switchedOn(desk.faults);
  const isDown = desk.bot?.state === "stopped";
  const mend = async () => {
    await set(desk, ctx, {clear: true});
    if (isDown) await order(desk, ctx, "start");
    ctx.say("Everything works again.", {kind: "info"});
  };
  const draw = (one) => drawSwitch(one, faults, name, desk, ctx);
  return html`
    <div class="dk-mend">
      <p>Try to break it: switch something on, go on as before, and look whether the record is whole.</p>
      <button type="button" class="dk-button is-primary" ?disabled=${!on.length && !isDown} @click=${mend}>
        Everything works again
      </button>
    </div>
    <div class="dk-trouble">
      ${desk.bot ? drawBot(desk, ctx, name) : nothing}
      <section class="dk-group" aria-labelledby="dk-group-calls">
        <h3 id="dk-group-calls">When ${name} asks Slack</h3>
        ${CALLS.map(draw)}
      </section>
      <section class="dk-group" aria-labelledby="dk-group-events">
        <h3 id="dk-group-events">When Slack tells ${name}</h3>
        ${EVENTS.map(draw)}
      </section>
    </div>`;
}

function drawSwitch(one, faults, name, desk, ctx) {
  const now = one.is(faults);
  const isOn = Boolean(now);
  const usual = (one.amount ?? one.choice)?.usual;
  const value = isOn && now !== true ? now : (chosen.get(one.key) ?? usual);
  const say = (words) => words.replaceAll("BOT", name);
  const flip = (event) => {
    if (event.target.checked && value !== undefined) chosen.set(one.key, value);
    const body = event.target.checked ? one.on(value, faults) : one.off(faults);
    return set(desk, ctx, body);
  };
  const pick = (picked) => {
    chosen.set(one.key, picked);
    return isOn ? set(desk, ctx, one.on(picked, faults)) : desk.set({});
  };
  return html`
    <div class="dk-switch ${isOn ? "is-on" : ""}">
      <div class="dk-switch-line">
        <label class="dk-switch-title">
          <input type="checkbox" role="switch" .checked=${live(isOn)}
                 aria-describedby="dk-says-${one.key}" @change=${flip} />
          <span>${one.title}</span>
        </label>
        ${one.amount ? drawAmount(one, value, pick) : nothing}
        ${one.choice ? drawChoice(one, value, pick, desk) : nothing}
      </div>
      <p class="dk-says" id="dk-says-${one.key}">
        ${say(one.does)} <span class="dk-expected">${say(one.expected)}</span>
      </p>
    </div>`;
}

function drawAmount(one, value, pick) {
  const {before, unit, min, max} = one.amount;
  const change = (event) => {
    const typed = Number(event.target.value);
    // Slack counts in whole events and seconds; what is no number stays as it was.
    pick(typed ? Math.min(max, Math.max(min, Math.round(typed))) : value);
  };
  return html`
    <label class="dk-amount">
      <span class="dk-unseen">${one.title}: </span>${before}
      <input type="number" inputmode="numeric" min=${min} max=${max} step="1"
             .value=${live(String(value))} @change=${change} />
      ${unit}
    </label>`;
}

function drawChoice(one, value, pick, desk) {
  const scopes = desk.workspace.app?.scopes?.length ? desk.workspace.app.scopes : SCOPES;
  const all = scopes.includes(value) ? scopes : [value, ...scopes];
  return html`
    <label class="dk-amount">
      <span class="dk-unseen">${one.title}: </span>${one.choice.before}
      <select .value=${live(value)} @change=${(event) => pick(event.target.value)}>
        ${all.map((scope) => html`<option value=${scope} ?selected=${scope === value}>${scope}</option>`)}
      </select>
    </label>`;
}

// --- The bot's own process -----------------------------------------------------------------------

const STATES = {running: "runs", starting: "is starting", stopped: "is stopped"};

function drawBot(desk, ctx, name) {
  const {state, pid, started_at: started, restarts, log} = desk.bot;
  const about = [
    pid ? `process ${pid}` : "",
    started && state !== "stopped" ? `since ${timeOfDay(started, ctx.zone)}` : "",
    restarts ? `started again ${restarts === 1 ? "once" : `${restarts} times`}` : "",
  ].filter(Boolean);
  const button = (what, title, can, kind = "") => html`
    <button type="button" class="dk-button ${kind}" ?disabled=${!can}
            @click=${() => order(desk, ctx, what)}>${title}</button>`;
  return html`
    <section class="dk-group dk-bot" aria-labelledby="dk-group-bot">
      <h3 id="dk-group-bot">The bot</h3>
      <p class="dk-bot-state" role="status">
        <span class="dk-dot is-${state}" aria-hidden="true"></span>
        <b>${name} ${STATES[state] ?? state}</b>${about.length ? `, ${about.join(", ")}` : ""}.
      </p>
      <div class="dk-buttons">
        ${button("kill", "Kill", state !== "stopped", "is-danger")}
        ${button("stop", "Stop", state !== "stopped")}
        ${button("start", "Start", state === "stopped")}
      </div>
      <p class="dk-says">
        <b>Kill</b> ends it on the spot, whatever it is doing (SIGKILL). <b>Stop</b> lets it end what
        it has begun (SIGTERM).
        <span class="dk-expected">Slack keeps the events and tries again at once, after 1 minute and
          after 5 minutes; back again, ${name} takes them and goes on where it was. Commands are not
          repeated: whoever typed one is told that it failed.</span>
      </p>
      ${log?.length
        ? html`<h4>The last lines of its log</h4>
            <pre class="dk-json dk-log" tabindex="0" role="region" aria-label="Log">${log.join("\n")}</pre>`
        : nothing}
    </section>`;
}

async function order(desk, ctx, what) {
  await tried(ctx, () => post("bot", {do: what}));
  await desk.refresh("bot");
}

async function set(desk, ctx, body) {
  await tried(ctx, () => post("faults", body));
  await desk.refresh("faults");
}

/** Does something, and says so if it does not work. */
export async function tried(ctx, run) {
  try {
    await run();
  } catch (trouble) {
    ctx.say(`That did not work: ${trouble.detail || trouble.message}`, {kind: "error"});
  }
}
