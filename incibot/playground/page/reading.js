// What the page shows is read from the server, and read again when the stream says that it has changed.

import {get, getIfThere, look} from "./api.js";

const TOGETHER_MS = 30;
const LAST = 50;

/**
 * How each part of the state is read. Each takes the page and the route that is asked for, and
 * answers with changes of the state.
 */
const PARTS = {
  async workspace(page) {
    const workspace = await get("workspace");
    page.clock.set(workspace.clock ?? {now: workspace.now, pace: 1});
    const {desk} = page.state;
    desk.workspace = workspace;
    desk.faults = workspace.faults;
    desk.story = workspace.story ?? null;
    return {workspace};
  },

  async channels(_page, {who}) {
    return look(who, "channels");
  },

  async room(page, {who, place}) {
    if (place === "home") return {room: null};
    const {most} = page.state;
    try {
      const answer = await look(who, "messages", {channel: page.addressOf(place), limit: most});
      const earlier = answer.earlier ?? Math.max(0, answer.messages.length - most);
      return {room: {...answer, earlier, messages: answer.messages.slice(-most), missing: null}};
    } catch (refused) {
      if (refused.status !== 409) throw refused;
      return {room: {missing: refused.error, channel: null, messages: [], ephemerals: [], earlier: 0}};
    }
  },

  async thread(page, {who, place, thread}) {
    if (!thread || place === "home") return {thread: null};
    try {
      const {messages} = await look(who, "messages", {channel: page.addressOf(place), thread});
      return {thread: {ts: messages[0].ts, messages}};
    } catch (refused) {
      if (refused.status !== 409) throw refused;
      return {thread: {ts: thread, messages: []}};
    }
  },

  async pins(page, {who, place}) {
    if (place === "home") return {pins: []};
    try {
      return {pins: (await look(who, "pinned", {channel: page.addressOf(place)})).messages};
    } catch (refused) {
      if (refused.status !== 409) throw refused;
      return {pins: []};
    }
  },

  async views(_page, {who}) {
    return look(who, "views");
  },

  async home(_page, {who, place}) {
    return place === "home" ? {home: (await look(who, "home")).view} : {};
  },

  async bot(page) {
    const bot = await getIfThere("bot");
    page.state.desk.bot = bot;
    return {};
  },

  async story(page) {
    page.state.desk.story = await getIfThere("story");
    return {};
  },

  async faults(page) {
    page.state.desk.faults = await get("faults");
    return {};
  },

  async setup(page) {
    page.state.desk.setup = await getIfThere("setup");
    return {};
  },

  async calls(page) {
    page.state.desk.calls = (await get("calls", {limit: LAST})).calls;
    return {};
  },

  async deliveries(page) {
    page.state.desk.deliveries = (await get("deliveries", {limit: LAST})).deliveries;
    return {};
  },
};

/** Everything that depends on who looks at what. */
export const PERSONAL = ["channels", "room", "thread", "pins", "views", "home"];
/** Everything else. */
export const COMMON = ["workspace", "bot", "setup", "calls", "deliveries"];

/** Read these parts for a route; answers with the changes of the state. */
export async function read(page, route, parts) {
  const changes = await Promise.all(parts.map((part) => PARTS[part](page, route)));
  return Object.assign({}, ...changes);
}

/** The parts that are out of date; those that fall together are read together. */
export class Stale {
  #parts = new Set();
  #timer = null;
  #busy = false;
  #waiting = [];

  /** @param {(parts: string[]) => Promise<void>} run reads and draws */
  constructor(run) {
    this.run = run;
  }

  /** These must be read again; resolves when they have been. */
  mark(parts) {
    parts.forEach((part) => this.#parts.add(part));
    const done = new Promise((resolve) => this.#waiting.push(resolve));
    this.#soon();
    return done;
  }

  #soon() {
    if (this.#busy || this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#go(), TOGETHER_MS);
  }

  async #go() {
    this.#timer = null;
    this.#busy = true;
    const [parts, waiting] = [[...this.#parts], this.#waiting];
    this.#parts.clear();
    this.#waiting = [];
    try {
      await this.run(parts);
    } finally {
      this.#busy = false;
      waiting.forEach((resolve) => resolve());
      if (this.#parts.size) this.#soon();
    }
  }
}

/** Put one of the numbered things of the console among the last ones. */
export function noted(list, one) {
  const others = (list ?? []).filter((other) => other.n !== one.n);
  return [...others, one].sort((a, b) => a.n - b.n).slice(-LAST);
}

const OF_THE_CHANNEL = ["channels", "room", "thread", "pins"];
const OF_THE_WORKSPACE = /^(channel_|group_|member_|team_join|user_change|subteam)/;

/**
 * Which parts an event of the stream makes stale.
 *
 * @param {string} kind
 * @param {{channel?: string, user?: string, event?: object}} data
 */
export function staleAfter(page, kind, data) {
  const {state} = page;
  const mine = data.user === page.me?.id;
  switch (kind) {
    case "view":
      return mine ? ["views"] : [];
    case "home":
      return mine ? ["home"] : [];
    case "marked":
      return mine ? ["channels"] : [];
    case "ephemeral":
      return mine ? (data.channel === state.room?.channel?.id ? ["room"] : ["channels"]) : [];
    case "touched":
      return ["workspace"];
  }
  const shared = OF_THE_WORKSPACE.test(kind) ? ["workspace"] : [];
  const channel = data.channel ?? data.event?.channel;
  if (!channel) return shared;
  // A place that was not to be seen may be one now.
  const here = !state.room?.channel || channel === state.room.channel.id;
  return here ? [...shared, ...OF_THE_CHANNEL] : [...shared, "channels"];
}
