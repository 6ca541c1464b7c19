// The page's one object: what is known, who looks where, and what everything else may ask of it.

import {render} from "./vendor/lit.js";
import {act, follow, look} from "./api.js";
import {drawFrame} from "./frame.js";
import {spoken} from "./message.js";
import {merged} from "./messages.js";
import {addNotice, announce} from "./notices.js";
import {openProfile} from "./people.js";
import {COMMON, noted, PERSONAL, read, Stale, staleAfter} from "./reading.js";
import {archived, FIRST_PLACE, parsed, written} from "./route.js";
import {Scroll} from "./scroll.js";
import {WorkspaceClock} from "./times.js";
import {openFile} from "./viewer.js";
import {isFirstContact} from "./welcome.js";
import {placeName, refusal} from "./words.js";

const SHOWN = 200;
const WELCOME_MAX = 5; // messages under which the welcome comes first
const FLASH_MS = 2400;
const AGAIN_MS = 1000;
const DRAFTS = "playground.drafts";
const THEME = "playground.theme";

class Page {
  clock = new WorkspaceClock();
  roomScroll = new Scroll(() => this.#moved());
  threadScroll = new Scroll(() => {});
  #element;
  #drawing = false;
  #stale = new Stale((parts) => this.#readAgain(parts));
  #turn = 0;
  #marked = "";
  #minute = "";
  #lastSeen = "";

  constructor(element) {
    this.#element = element;
    this.state = {
      get who() {
        return this.route?.who;
      },
      connected: null,
      workspace: null,
      route: null,
      channels: [],
      room: null,
      thread: null,
      pins: [],
      views: [],
      home: null,
      panel: null,
      most: SHOWN,
      newFrom: null,
      unseen: 0,
      reached: {channel: null, thread: null},
      flash: null,
      editing: null,
      drafts: new Map(),
      whispered: new Map(),
      notices: [],
      aloud: "",
      float: null,
      sheet: null,
      sideOpen: false,
      desk: this.#newDesk(),
    };
  }

  #newDesk() {
    return {
      workspace: null,
      calls: [],
      deliveries: [],
      faults: {},
      bot: null,
      story: null,
      setup: null,
      open: {console: false, setup: false, welcome: isFirstContact()},
      refresh: (...parts) => this.reread(...parts.flat()),
      set: (changes) => {
        Object.assign(this.state.desk.open, changes);
        this.renderNow();
        if (changes.welcome) this.roomScroll.toStart();
      },
    };
  }

  // --- Who, where, when -----------------------------------------------------------------------------

  get me() {
    const {workspace, who} = this.state;
    return workspace?.people.find((person) => person.name === who);
  }

  get zone() {
    return this.me?.tz ?? "UTC";
  }

  now() {
    return this.clock.now();
  }

  directory = {
    user: (id) => {
      const {workspace} = this.state;
      return id === workspace.bot.id ? workspace.bot : workspace.people.find((person) => person.id === id);
    },
    // Only what the person may see: a private channel has no name for others.
    channel: (id) => this.state.channels.find((channel) => channel.id === id),
    group: (id) => this.state.workspace.usergroups.find((group) => group.id === id),
  };

  /** What the drawing of blocks and of the desk is given. */
  ctx(surface) {
    return {
      who: this.state.who,
      me: this.me,
      zone: this.zone,
      now: this.now(),
      directory: this.directory,
      surface,
      act: (verb, args) => this.act(verb, args),
      say: (words, options) => this.say(words, options),
      open: (what, event) => this.open(what, event),
    };
  }

  /** The route that `changes` lead to: another person looks at the same place, if they may see it. */
  #routeWith(changes) {
    const now = this.state.route;
    const route = {...now, thread: null, message: null, ...changes};
    if (changes.who && changes.who !== now.who && changes.place === undefined) {
      route.place = this.#sharedPlace(changes.who);
      if (route.place !== now.place) route.thread = null;
    }
    return route;
  }

  #sharedPlace(who) {
    const {workspace, room, route} = this.state;
    if (route.place === "home" || route.place === workspace.bot.name) return route.place;
    const person = workspace.people.find((one) => one.name === who);
    const channel = workspace.channels.find((one) => one.id === room?.channel?.id);
    if (!person || !channel || channel.is_im || channel.is_mpim) return FIRST_PLACE;
    return channel.is_private && !channel.members.includes(person.id) ? FIRST_PLACE : route.place;
  }

  href(changes) {
    return written(this.#routeWith(changes));
  }

  go(changes) {
    location.hash = this.href(changes);
  }

  /** A conversation in the address. */
  slug(channel) {
    const {bot} = this.state.workspace;
    if (channel.is_im) {
      const user = this.directory.user(channel.user);
      if (!user) return channel.id;
      return user.id === bot.id ? bot.name : `@${user.name}`;
    }
    return channel.is_mpim || ["home", bot.name].includes(channel.name) ? channel.id : channel.name;
  }

  slugOf(id) {
    const channel = this.directory.channel(id);
    return channel ? this.slug(channel) : id;
  }

  /** The place of an address, as the API calls it. */
  addressOf(place) {
    return place === this.state.workspace.bot.name ? `@${place}` : place;
  }

  /** Slack's own address of a conversation or a message: what people send each other. */
  archiveLink(channel, ts = null, thread = null) {
    const base = `${this.state.workspace.team.url}archives/${channel}`;
    if (!ts) return base;
    return `${base}/p${ts.replace(".", "")}${thread ? `?thread_ts=${thread}&cid=${channel}` : ""}`;
  }

  // --- What is shown ----------------------------------------------------------------------------------

  mayWrite(channel) {
    return channel.is_member !== false && !channel.is_archived;
  }

  /** Whether the app's own messages can only be read, as its manifest says. */
  isReadOnly(channel) {
    const {workspace} = this.state;
    return (
      channel.is_im && channel.user === workspace.bot.id && Boolean(workspace.app?.messages_tab_read_only)
    );
  }

  /** What only this person sees here: the bot's ephemeral messages, and the page's own answers. */
  whispers() {
    const {room} = this.state;
    if (!room?.channel) return [];
    return [...(room.ephemerals ?? []), ...(this.state.whispered.get(this.#whisperKey(room.channel)) ?? [])];
  }

  #whisperKey = (channel) => `${this.state.who} ${channel.id}`;

  /** The page says something that only this person sees, as Slack does about its own troubles. */
  whisper(channel, text, thread = null) {
    const key = this.#whisperKey(channel);
    const now = this.now().getTime() / 1000;
    const message = {ts: now.toFixed(6), user: "USLACKBOT", text, is_ephemeral: true, isOwn: true};
    if (thread) message.thread_ts = thread;
    this.state.whispered.set(key, [...(this.state.whispered.get(key) ?? []), message]);
    announce(this, text);
  }

  dismiss(message, channel) {
    if (!message.isOwn) return this.does("dismisses", {channel: channel.id, ts: message.ts});
    const key = this.#whisperKey(channel);
    this.state.whispered.set(
      key,
      this.state.whispered.get(key).filter((one) => one !== message),
    );
    return this.render();
  }

  roomMessages() {
    const {room} = this.state;
    const since = room.earlier ? room.messages[0]?.ts : "0";
    return merged(
      room.messages,
      this.whispers().filter((one) => !one.thread_ts && one.ts >= since),
    );
  }

  messagesAt({thread}) {
    return thread
      ? {where: "thread", messages: this.state.thread?.messages ?? []}
      : {where: "channel", messages: this.state.room?.messages ?? []};
  }

  async showEarlier() {
    this.state.most += SHOWN;
    await this.reread("room");
  }

  openPanel(panel) {
    this.state.panel = panel;
    if (panel && this.state.route.thread) this.go({});
    this.render();
  }

  // --- Drawing ------------------------------------------------------------------------------------------

  set(changes) {
    Object.assign(this.state, changes);
    this.render();
  }

  /** Draw soon: all changes of one turn together. */
  render() {
    if (this.#drawing) return;
    this.#drawing = true;
    queueMicrotask(() => this.#drawing && this.renderNow());
  }

  renderNow() {
    this.#drawing = false;
    this.roomScroll.before();
    this.threadScroll.before();
    render(drawFrame(this), this.#element);
    const {route, room, thread, desk} = this.state;
    const begins = desk.open.welcome && !room?.channel?.is_im && (room?.messages.length ?? 0) < WELCOME_MAX;
    this.roomScroll.after(`${route?.who} ${room?.channel?.id}`, begins);
    this.threadScroll.after(`${route?.who} ${thread?.ts}`);
    document.title = this.#title();
    this.#seen();
  }

  #title() {
    const {workspace, room, route, channels} = this.state;
    if (!workspace || !this.me) return "incibot’s playground";
    const place =
      route.place === "home" ? workspace.bot.name : placeName(room?.channel, this.directory) || "nowhere";
    const mentions = channels.filter((one) => one.mentioned || (one.is_im && one.unread)).length;
    const count = mentions ? `(${mentions}) ` : "";
    return `${count}${place} – ${this.me.real_name} – ${workspace.team.name}`;
  }

  openFloat(anchor, float) {
    this.state.float = {...float, anchor};
    this.render();
  }

  closeFloat(back = true) {
    const {float} = this.state;
    if (!float) return;
    this.state.float = null;
    this.renderNow();
    if (!back || !float.anchor.isConnected) return;
    // A message's buttons are there only while the focus is in the message.
    float.anchor.closest(".sh-message")?.focus({preventScroll: true});
    float.anchor.focus({preventScroll: true});
  }

  /** The sidebar where it slides over the rest. */
  openSide() {
    this.state.sideOpen = true;
    this.renderNow();
    (document.querySelector(".sh-side [aria-current]") ?? document.querySelector(".sh-side a"))?.focus();
  }

  closeSide(back = true) {
    if (!this.state.sideOpen) return;
    this.state.sideOpen = false;
    this.renderNow();
    if (back) document.querySelector(".sh-top-menu")?.focus();
  }

  openSheet(sheet) {
    this.set({sheet: {...sheet}});
  }

  closeSheet(sheet) {
    if (this.state.sheet === sheet) this.set({sheet: null});
  }

  say(words, options) {
    addNotice(this, words, options);
  }

  async copy(words) {
    try {
      await navigator.clipboard.writeText(words);
      this.say("Copied.");
    } catch {
      this.say(`This browser does not let the page copy. It is ${words}`);
    }
  }

  /** What a mention or a link leads to. */
  open({user, channel, url}, event) {
    const anchor = event?.currentTarget ?? document.activeElement ?? this.#element;
    if (user) {
      const known = this.directory.user(user);
      if (known) openProfile(this, anchor, known);
    } else if (channel) {
      this.go({place: this.slugOf(channel)});
    } else if (url && !this.#openInside(url)) {
      window.open(url, "_blank", "noopener,noreferrer");
    }
  }

  /** Slack's own addresses lead to where they point in this workspace. */
  #openInside(url) {
    const home = this.state.workspace.team.url;
    if (!url.startsWith(home)) return false;
    const path = url.slice(home.length - 1);
    const place = archived(path);
    if (place) {
      const thread = place.thread && place.thread !== place.message ? place.thread : null;
      this.go({place: this.slugOf(place.channel), message: place.message, thread});
      return true;
    }
    const file = path.match(/^\/files\/[A-Z0-9]+\/([A-Z0-9]+)/);
    if (file) this.#openFile(file[1]);
    return Boolean(file);
  }

  async #openFile(id) {
    const {files} = await look(this.state.who, "files");
    const file = files.find((one) => one.id === id);
    if (file) openFile(this, file);
    else this.say(refusal({error: "file_not_found"}), {kind: "error"});
  }

  clicked(event) {
    const link = event.target.closest?.("a[href]");
    if (
      link &&
      !event.defaultPrevented &&
      !event.ctrlKey &&
      !event.metaKey &&
      this.state.workspace &&
      this.#openInside(link.href)
    ) {
      event.preventDefault();
    }
  }

  /** A press outside of what floats closes it. */
  pressed(event) {
    const {float} = this.state;
    if (!float || event.target.closest?.(".sh-float")) return;
    if (float.anchor.contains(event.target)) {
      // The button that opened it closes it too, instead of opening it anew.
      event.target
        .closest("button")
        ?.addEventListener("click", (click) => click.stopImmediatePropagation(), {once: true, capture: true});
    }
    this.closeFloat(false);
  }

  focusMessage(ts) {
    queueMicrotask(() => document.querySelector(`.sh-message[data-ts="${ts}"]`)?.focus());
  }

  // --- Doing ----------------------------------------------------------------------------------------------

  /** Do something as the person; throws what the API refuses with. */
  async act(verb, args) {
    const answer = await act(this.state.who, verb, args);
    // The stream says what has changed, but not while it is cut.
    if (!this.state.connected) this.reread("channels", "room", "thread", "pins", "views");
    return answer;
  }

  /** Do something, and say at the bottom why it could not be done. Null then. */
  async does(verb, args) {
    try {
      return await this.act(verb, args);
    } catch (problem) {
      this.say(refusal(problem), {kind: "error"});
      return null;
    }
  }

  react(message, channel, name, on) {
    const mine = message.reactions?.find((one) => one.name === name)?.users.includes(this.me.id);
    if (mine === on) return null;
    return this.does(on ? "reacts" : "unreacts", {channel: channel.id, ts: message.ts, name});
  }

  /** Run one of the app's shortcuts. */
  async shortcut(verb, shortcut, args = {}) {
    const answer = await this.does(verb, {callback_id: shortcut.callback_id, ...args});
    if (answer?.trouble) {
      this.say(`“${shortcut.name}” failed with the error “${answer.trouble}”`, {kind: "error"});
    }
  }

  /** Somebody has sent something: they want to see it. */
  wrote(where) {
    if (where === "thread") {
      this.threadScroll.toEnd();
      return;
    }
    this.state.newFrom = null;
    this.state.unseen = 0;
    this.roomScroll.toEnd();
  }

  // --- Drafts ---------------------------------------------------------------------------------------------

  #kept() {
    try {
      return JSON.parse(sessionStorage.getItem(DRAFTS)) ?? {};
    } catch {
      return {};
    }
  }

  keptDraft(key) {
    return this.#kept()[key] ?? "";
  }

  keepDraft(key, text) {
    const kept = this.#kept();
    if (text) kept[key] = text;
    else delete kept[key];
    try {
      sessionStorage.setItem(DRAFTS, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing forgets drafts when it reloads.
    }
  }

  // --- Reading --------------------------------------------------------------------------------------------

  /** Read these parts again; resolves when they are drawn. */
  reread(...parts) {
    return this.#stale.mark(parts);
  }

  async #readAgain(parts) {
    const {route} = this.state;
    if (!route) return;
    const turn = this.#turn;
    try {
      const changes = await read(this, route, parts);
      if (turn !== this.#turn) return;
      this.#take(changes);
      this.render();
    } catch (problem) {
      if (problem.status !== 0) this.say(refusal(problem), {kind: "error"});
    }
  }

  #take(changes) {
    const before = this.state.room;
    Object.assign(this.state, changes);
    if (changes.room) this.#arrived(before, changes.room);
  }

  /** Messages that came while one looked on: read aloud, and counted while one is further up. */
  #arrived(before, room) {
    if (!room.channel || before?.channel?.id !== room.channel.id) return;
    const last = before.messages.at(-1)?.ts ?? "0";
    const fresh = room.messages.filter(
      (one) => one.ts > last && one.user !== this.me.id && one.subtype !== "tombstone",
    );
    const whispered = room.ephemerals.filter((one) => !before.ephemerals.some((old) => old.ts === one.ts));
    const heard = [...fresh, ...whispered];
    if (!heard.length) return;
    const name = (message) => this.directory.user(message.user)?.real_name ?? message.username ?? "incibot";
    announce(
      this,
      heard
        .slice(-3)
        .map((message) => `${name(message)}: ${spoken(this, message).slice(0, 300)}`)
        .join(". "),
    );
    if (!this.roomScroll.atEnd) this.state.unseen += heard.length;
    if (this.state.newFrom === null && fresh.length && !this.#isLooking()) this.state.newFrom = last;
  }

  jumpDown() {
    this.roomScroll.toEnd();
    this.set({unseen: 0});
  }

  #isLooking() {
    return document.visibilityState === "visible" && document.hasFocus();
  }

  #moved() {
    if (this.roomScroll.atEnd && this.state.unseen) this.set({unseen: 0});
    else this.#seen();
  }

  /** Whoever opens a conversation or sees its end has read it. */
  #seen(opened = false) {
    const {room, route} = this.state;
    if (!room?.channel || route.place === "home" || !this.#isLooking()) return;
    if (!opened && !this.roomScroll.atEnd) return;
    const latest = room.messages.at(-1)?.ts;
    const listed = this.state.channels.find((one) => one.id === room.channel.id);
    if (!latest || !listed || listed.is_member === false || latest <= (listed.last_read ?? "0")) return;
    const key = `${this.state.who} ${room.channel.id} ${latest}`;
    if (key === this.#marked) return;
    this.#marked = key;
    act(this.state.who, "marks", {channel: room.channel.id, ts: latest}).catch(() => (this.#marked = ""));
  }

  /** Go to where the address points. All is read before anything is drawn of it. */
  async routed() {
    const {workspace, route: before} = this.state;
    if (!workspace) return;
    const asked = parsed(location.hash);
    const route = {
      thread: null,
      message: null,
      ...asked,
      who: workspace.people.some((one) => one.name === asked.who) ? asked.who : workspace.people[0].name,
      place: asked.place ?? FIRST_PLACE,
    };
    const hash = written(route);
    if (hash !== location.hash) history.replaceState(null, "", hash);
    const turn = ++this.#turn;
    const moved = route.who !== before?.who || route.place !== before?.place;
    if (moved) this.state.most = SHOWN;
    this.closeFloat(false);
    let changes;
    try {
      changes = await this.#readFor(route);
    } catch (problem) {
      if (turn === this.#turn) this.say(refusal(problem), {kind: "error"});
      return;
    }
    if (turn !== this.#turn) return;
    Object.assign(this.state, changes, {route});
    if (moved) this.#entered(route);
    else if (route.thread && route.thread !== before.thread) this.state.panel = null;
    this.renderNow();
    this.#settleFocus(route, before, moved);
  }

  async #readFor(route) {
    const changes = await read(this, route, PERSONAL);
    const sought = route.thread ?? route.message;
    // A message from further up is looked for in everything.
    while (
      sought &&
      changes.room?.earlier &&
      !changes.room.messages.some((one) => one.ts === sought) &&
      changes.room.messages[0].ts > sought
    ) {
      this.state.most *= 4;
      Object.assign(changes, await read(this, route, ["room"]));
    }
    return changes;
  }

  #entered(route) {
    const listed = this.state.channels.find((one) => one.id === this.state.room?.channel?.id);
    const last = listed?.last_read ?? "0";
    Object.assign(this.state, {
      newFrom: listed?.unread ? last : null,
      unseen: 0,
      editing: null,
      panel: null,
      sideOpen: false,
      reached: {channel: null, thread: null},
    });
    this.#seen(true);
    const bot = this.state.workspace.bot.name;
    if (route.place !== "home" && route.place !== bot) return;
    const tab = route.place === "home" ? "home" : "messages";
    act(this.state.who, "opens-home", {tab}).catch((problem) => this.say(refusal(problem), {kind: "error"}));
  }

  #settleFocus(route, before, moved) {
    if (route.message) {
      this.#flash(route);
      return;
    }
    // Whoever is somewhere else, such as at the story's buttons, stays there.
    const {activeElement} = document;
    const chose =
      activeElement === document.body || activeElement?.closest(".sh-side, .sh-who, .sh-composer");
    if (route.thread && route.thread !== before?.thread)
      document.querySelector("#sh-composer-thread")?.focus();
    else if (moved && before && chose && matchMedia("(hover: hover)").matches) {
      document.querySelector("#sh-composer")?.focus({preventScroll: true});
    } else if (before?.thread && !route.thread) this.focusMessage(before.thread);
  }

  #flash({message, thread}) {
    const scroll = thread ? this.threadScroll : this.roomScroll;
    this.state.flash = message;
    this.renderNow();
    if (!scroll.to(message)) this.say(refusal({error: "message_not_found"}));
    history.replaceState(null, "", written({...this.state.route, message: null}));
    this.state.route = {...this.state.route, message: null};
    setTimeout(() => this.state.flash === message && this.set({flash: null}), FLASH_MS);
  }

  // --- Life -------------------------------------------------------------------------------------------------

  /** The stream is open: nothing that was read before can be relied on. */
  async opened() {
    try {
      const before = this.state.workspace?.id;
      const changes = await read(this, this.state.route ?? {}, COMMON);
      Object.assign(this.state, changes, {connected: true});
      if (before && before !== changes.workspace.id) this.#forget();
      await this.routed();
    } catch {
      this.cut();
      setTimeout(() => this.state.connected || this.opened(), AGAIN_MS);
    }
  }

  /** A fresh workspace: what belonged to the one before is gone. */
  #forget() {
    try {
      sessionStorage.removeItem(DRAFTS);
    } catch {
      // Nothing was kept.
    }
    const {who, place} = this.state.route;
    const isThere =
      place === "home" ||
      place === this.state.workspace.bot.name ||
      this.state.workspace.channels.some((one) => one.name === place);
    Object.assign(this.state, {
      drafts: new Map(),
      whispered: new Map(),
      editing: null,
      newFrom: null,
      unseen: 0,
      room: null,
      route: null,
    });
    this.#marked = "";
    history.replaceState(null, "", written({who, place: isThere ? place : FIRST_PLACE}));
  }

  cut() {
    if (this.state.connected !== false) this.set({connected: false});
  }

  changed(kind, data) {
    const {desk} = this.state;
    if (kind === "hello" || kind === "clock") {
      this.clock.set(data.clock ?? data);
      if (kind === "clock" && this.state.workspace) this.state.workspace.clock = data.clock ?? data;
    } else if (kind === "bot" || kind === "story" || kind === "faults") desk[kind] = data;
    else if (kind === "call") desk.calls = noted(desk.calls, data);
    else if (kind === "delivery") desk.deliveries = noted(desk.deliveries, data);
    else {
      const parts = staleAfter(this, kind, data);
      if (parts.length) this.reread(...parts);
      return;
    }
    this.render();
  }

  /** Times go on by themselves. */
  ticked() {
    const minute = Math.floor(this.now().getTime() / 60_000);
    const waits = this.state.desk.deliveries.some((one) => one.state === "waiting");
    if (minute === this.#minute && !waits) return;
    this.#minute = minute;
    if (this.state.workspace) this.render();
  }

  isDark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(THEME, theme);
    } catch {
      // Then it holds for this visit.
    }
    this.render();
  }

  start() {
    try {
      const theme = localStorage.getItem(THEME);
      if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    } catch {
      // The system's theme it is.
    }
    addEventListener("hashchange", () => this.routed());
    addEventListener("focus", () => this.state.workspace && this.render());
    document.addEventListener("visibilitychange", () => this.state.workspace && this.render());
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("pointerdown", (event) => this.pressed(event), {capture: true});
    addEventListener("resize", () => this.closeFloat(false));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.render());
    setInterval(() => this.ticked(), 1000);
    this.#element.replaceChildren();
    this.render();
    follow({
      changed: (kind, data) => this.changed(kind, data),
      opened: () => this.opened(),
      cut: () => this.cut(),
    });
  }
}

new Page(document.querySelector("#page")).start();
