// The story bar: the recorded incident is played, paused, taken over by hand, and followed.

import {post} from "./api.js";
import {closeDialog, drawDialog} from "./dialog.js";
import {timeOfDay} from "./ticking.js";
import {tried} from "./trouble.js";
import {html, live, nothing, svg} from "./vendor/lit.js";
import {counted} from "./words.js";

const PACES = [1, 10, 60];
const FOLLOWS = "playground.follow";

/**
 * A moment of the story that has a label.
 * @typedef {{position: number, at: string, who: string, label: string, channel?: string}} Moment
 *   `channel` is where it happened; without it, the newest channel that the bot has made is meant
 */

/** What this window knows of the story beyond what the playground tells. */
const mine = {pace: 10, follows: true, followed: null, asks: null, isBusy: false, isUnfolded: false};

try {
  mine.follows = sessionStorage.getItem(FOLLOWS) !== "no";
} catch {
  // A browser that keeps nothing follows, as ever.
}

/** Plays the story from its beginning; asks first where that throws away what somebody did. */
export function playStory(desk, ctx) {
  const play = () => {
    desk.set({welcome: false}); // it would stand before what happens
    return order(desk, ctx, {do: "play", pace: mine.pace});
  };
  if (!touched(desk)) return play();
  return asks(desk, {
    title: "Play the story from the beginning?",
    says: "The story needs a fresh workspace. What has been said and done here is thrown away.",
    yes: "Play the story",
    run: play,
  });
}

function startAfresh(desk, ctx) {
  return asks(desk, {
    title: "Start afresh?",
    says: "You get a fresh workspace, without the story. What has been said and done here is thrown away.",
    yes: "Start afresh",
    run: () => order(desk, ctx, {do: "afresh"}),
  });
}

/** Whether somebody has done anything in the workspace that a fresh one would not have. */
function touched(desk) {
  if (desk.workspace.touched !== undefined) return desk.workspace.touched;
  if (desk.story.state !== "ready") return true;
  return (desk.deliveries ?? []).some((one) => one.what !== "app_home_opened");
}

function asks(desk, question) {
  mine.asks = question;
  desk.set({});
}

async function order(desk, ctx, body) {
  mine.isBusy = true;
  desk.set({});
  await tried(ctx, () => post("story", body));
  mine.isBusy = false;
  await desk.refresh("story");
}

export function drawStoryBar(desk, ctx) {
  const {story} = desk;
  if (!story || !desk.workspace) return nothing;
  if (story.state === "playing" && PACES.includes(story.pace)) mine.pace = story.pace;
  follow(desk, ctx);
  return html`
    <section class="dk-story is-${story.state}" aria-label="The story">
      <div class="dk-story-line">
        <div class="dk-story-do">
          ${drawMain(desk, ctx)}${drawPaces(desk, ctx)}
          ${story.state === "ready" ? nothing : drawUnfold(desk)}
        </div>
        ${drawWords(desk, ctx)}
        <div id="dk-story-more" class="dk-story-more ${mine.isUnfolded ? "is-unfolded" : ""}">
          ${drawMore(desk, ctx)}
        </div>
      </div>
      ${story.state === "ended" ? drawEnd(desk, ctx) : nothing}
      ${story.state === "ready" ? nothing : drawProgress(story, desk, ctx)}
      ${mine.asks ? drawQuestion(desk) : nothing}
    </section>`;
}

// --- What can be done ----------------------------------------------------------------------------

function drawMain(desk, ctx) {
  const {story} = desk;
  const button = (sign, title, run) => html`
    <button type="button" class="dk-button is-primary" ?disabled=${mine.isBusy} @click=${run}>
      <span class="dk-sign is-${sign}" aria-hidden="true"></span>${title}
    </button>`;
  switch (story.state) {
    case "playing":
      return button("pause", "Pause", () => order(desk, ctx, {do: "pause"}));
    case "paused":
      return button("play", "Continue", () => order(desk, ctx, {do: "resume", pace: mine.pace}));
    case "ended":
    case "broken":
      return button("play", "Play it again", () => playStory(desk, ctx));
    default:
      return button("play", "Play the story", () => playStory(desk, ctx));
  }
}

function drawPaces(desk, ctx) {
  const {story} = desk;
  if (story.state === "ended" || story.state === "broken") return nothing;
  const choose = (pace) => {
    mine.pace = pace;
    if (story.state !== "playing") return desk.set({});
    desk.story = {...story, pace}; // what is chosen stays chosen until the playground has told
    return order(desk, ctx, {do: "pace", pace});
  };
  return html`
    <fieldset class="dk-paces">
      <legend class="dk-unseen">How fast</legend>
      ${PACES.map((pace) => html`
        <label>
          <input type="radio" name="dk-pace" value=${pace} .checked=${live(pace === mine.pace)}
                 @change=${() => choose(pace)} />
          <span>${pace}×</span>
        </label>`)}
    </fieldset>`;
}

/** A narrow screen has the rest behind this. */
function drawUnfold(desk) {
  const toggle = () => {
    mine.isUnfolded = !mine.isUnfolded;
    desk.set({});
  };
  return html`
    <button type="button" class="dk-button is-quiet dk-unfold" aria-expanded=${mine.isUnfolded}
            aria-controls="dk-story-more" @click=${toggle}>More</button>`;
}

function drawMore(desk, ctx) {
  const {story} = desk;
  const takeOver = async () => {
    await order(desk, ctx, {do: "pause"});
    document.getElementById("sh-composer")?.focus();
  };
  const toggle = (event) => {
    mine.follows = event.target.checked;
    mine.followed = null;
    try {
      sessionStorage.setItem(FOLLOWS, mine.follows ? "yes" : "no");
    } catch {
      // Then it is so for as long as the page is open.
    }
    desk.set({});
  };
  return html`
    ${story.state === "playing"
      ? html`<button type="button" class="dk-button" ?disabled=${mine.isBusy} @click=${takeOver}>
            Take over by hand</button>`
      : nothing}
    ${story.state === "playing" || story.state === "paused"
      ? html`<label class="dk-check">
            <input type="checkbox" .checked=${live(mine.follows)} @change=${toggle} />
            <span>Look where it happens</span></label>`
      : nothing}
    ${story.state === "ready" && !touched(desk)
      ? nothing
      : html`<button type="button" class="dk-button is-quiet" ?disabled=${mine.isBusy}
                 @click=${() => startAfresh(desk, ctx)}>Start afresh</button>`}`;
}

function drawQuestion(desk) {
  const {title, says, yes, run} = mine.asks;
  let isMeant = false;
  const answer = (event) => {
    isMeant = true;
    closeDialog(event);
  };
  const closed = () => {
    mine.asks = null;
    desk.set({});
    if (isMeant) run();
  };
  const body = html`
    <p>${says}</p>
    <div class="dk-buttons is-end">
      <button type="button" class="dk-button" @click=${closeDialog}>Keep what is here</button>
      <button type="button" class="dk-button is-primary" @click=${answer}>${yes}</button>
    </div>`;
  return drawDialog(title, body, closed, "is-small");
}

// --- What it tells -------------------------------------------------------------------------------

const nameOf = (desk, handle) => {
  const person = desk.workspace.people?.find((one) => one.name === handle);
  return (person?.real_name ?? handle).split(" ")[0];
};

function drawWords(desk, ctx) {
  const {story} = desk;
  const last = story.labels?.at(-1);
  const isQuick = story.pace === null || story.pace > 10;
  // A screen reader cannot keep up with a moment every other second.
  const says = (now, then) => html`
    <p class="dk-story-words" aria-live=${story.state === "playing" && isQuick ? "off" : "polite"}>
      <span class="dk-story-now">${now}</span>
      ${then ? html`<span class="dk-story-then">${then}</span>` : nothing}
    </p>`;
  const moment = last
    ? html`<time datetime=${last.at}>${timeOfDay(last.at, ctx.zone, {seconds: false})}</time>
        ${last.label}`
    : html`${story.title}`;
  const next = story.next
    ? `Next: ${story.next.label || nameOf(desk, story.next.who)}`
    : "";
  switch (story.state) {
    case "playing":
      return says(moment, next);
    case "paused":
      if (story.error) return says(html`<b>Paused:</b> ${story.error}`, drawStart(desk, ctx));
      return says(
        html`<b>You have taken over.</b> Time goes on; be whoever you like, and do what you like.`,
        html`<i>Continue</i> goes on with the story, after “${last?.label ?? story.title}”.`,
      );
    case "ended":
      return says(html`<b>The story is over.</b> ${last?.label ?? ""}`, "");
    case "broken":
      return says(
        html`<b>The story cannot go on:</b> ${story.error || "something is not as it tells"}`,
        html`What was done by hand may be in its way.
          <button type="button" class="dk-link" @click=${() => desk.set({console: true})}>
            Look at the console</button>`,
      );
    default:
      return says(html`<b>${story.title}</b>`, lengthOf(desk));
  }
}

/** The bot was stopped in the middle of the story: it is started from here too. */
function drawStart(desk, ctx) {
  if (desk.bot?.state !== "stopped") return "";
  const start = async () => {
    await tried(ctx, () => post("bot", {do: "start"}));
    await desk.refresh("bot");
  };
  return html`<button type="button" class="dk-link" @click=${start}>
    Start ${desk.workspace.app?.name || "the bot"}</button>`;
}

function lengthOf({story}) {
  const minutes = Math.round((new Date(story.ends) - new Date(story.begins)) / 60000);
  const real = minutes / mine.pace;
  const takes = real < 1.5 ? "about a minute" : `about ${counted(Math.round(real), "minute")}`;
  return `A recorded incident of ${counted(minutes, "minute")}; at ${mine.pace}× it takes ${takes}.`;
}

/** Where to look when all is done: what the bot has made of it. */
function drawEnd(desk, ctx) {
  const {workspace, story} = desk;
  const name = workspace.app?.name || workspace.bot?.name || "the bot";
  const last = story.labels?.at(-1);
  const room = roomsOfBot(workspace).at(-1);
  const person = last && nameOf(desk, last.who);
  const places = story.look ?? [
    ...(last
      ? [{who: last.who, bot: true, title: `The review and the exports, in ${person}’s messages from ${name}`}]
      : []),
    ...(room
      ? [{who: last?.who, channel: room.id, title: `The card and what was said, in #${room.name}`}]
      : []),
  ];
  return html`
    <div class="dk-story-end">
      <p>Look at:</p>
      <ul>
        ${places.map((place) => html`
          <li><button type="button" class="dk-link" @click=${() => go(place, desk, ctx)}>
            ${place.title}</button></li>`)}
        <li>The timeline: type <code>/incident timeline 20</code> there.</li>
      </ul>
    </div>`;
}

function drawProgress(story, desk, ctx) {
  const {position = 0, steps = 1} = story;
  const told = story.labels ?? [];
  const last = told.at(-1);
  const words = `${position} of ${counted(steps, "step")}${last ? `: ${last.label}` : ""}`;
  return html`
    <div class="dk-story-way">
      <div class="dk-progress" role="progressbar" aria-label="How far the story is" aria-valuemin="0"
           aria-valuemax=${steps} aria-valuenow=${position} aria-valuetext=${words}>
        ${drawBar(story, ctx)}
      </div>
      ${told.length ? drawMoments(told, desk, ctx) : nothing}
    </div>`;
}

/** A drawing rather than boxes with widths: the page allows no style written into elements. */
function drawBar({position = 0, steps = 1, labels}, ctx) {
  const tick = ({position: at, at: time, label}) => svg`
    <g class="dk-tick">
      <title>${timeOfDay(time, ctx.zone, {seconds: false})} ${label}</title>
      <rect class="dk-tick-reach" x=${at - 0.5} y="0" width="1" height="10"></rect>
      <line x1=${at} y1="0" x2=${at} y2="10" vector-effect="non-scaling-stroke"></line>
    </g>`;
  return html`
    <svg viewBox="0 0 ${steps} 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="dk-way" x="0" y="0" width=${steps} height="10"></rect>
      <rect class="dk-way-done" x="0" y="0" width=${position} height="10"></rect>
      ${(labels ?? []).map(tick)}
    </svg>`;
}

function drawMoments(told, desk, ctx) {
  const place = (event) => {
    // It is in the browser's top layer, and does not know where its button is.
    if (event.newState !== "open") return;
    const list = event.currentTarget;
    const box = list.previousElementSibling.getBoundingClientRect();
    list.style.top = `${box.bottom + 4}px`;
    list.style.right = `${Math.max(8, document.documentElement.clientWidth - box.right)}px`;
  };
  const choose = (moment) => (event) => {
    event.currentTarget.closest("[popover]").hidePopover();
    go(moment, desk, ctx);
  };
  return html`
    <button type="button" class="dk-button is-quiet dk-moments-button" popovertarget="dk-moments">
      ${counted(told.length, "moment")}
    </button>
    <div id="dk-moments" class="dk-moments" popover @toggle=${place}>
      <h3>What has happened</h3>
      <ol>
        ${[...told].reverse().map((moment) => html`
          <li>
            <button type="button" @click=${choose(moment)}>
              <time datetime=${moment.at}>${timeOfDay(moment.at, ctx.zone, {seconds: false})}</time>
              <span>${moment.label}</span>
            </button>
          </li>`)}
      </ol>
    </div>`;
}

// --- Where it happens ----------------------------------------------------------------------------

/** Goes where the last moment was, once for each, while the story plays. */
function follow(desk, ctx) {
  const {story} = desk;
  const last = story.labels?.at(-1);
  const at = `${desk.workspace.id} ${last?.position ?? 0}`;
  // Whoever has just opened the page stays where they have opened it.
  const isNew = mine.followed !== null && mine.followed !== at;
  mine.followed = at;
  if (!isNew || !last || !mine.follows || story.state !== "playing" || isTyping()) return;
  queueMicrotask(() => go(last, desk, ctx));
}

/** Nobody is carried off in the middle of a sentence, or away from an open form. */
function isTyping() {
  if (document.querySelector("dialog[open], [aria-modal=true]")) return true;
  const field = document.activeElement;
  if (field?.matches?.("textarea, input[type=text], input:not([type])")) return field.value !== "";
  return Boolean(field?.isContentEditable && field.textContent.trim());
}

/** Looks at a place as somebody: `{who, channel}`, or `{who, bot: true}` for the bot's messages. */
function go(place, desk, ctx) {
  if (desk.follow) return desk.follow(place);
  const {workspace} = desk;
  const rooms = (workspace.channels ?? []).filter((one) => !one.is_im && !one.is_mpim);
  const named = rooms.find((one) => one.id === place.channel || one.name === place.channel);
  const room = named ?? roomsOfBot(workspace).at(-1);
  if (!place.bot && !room) return undefined;
  const where = place.bot ? workspace.bot.name : room.name;
  location.hash = `#/${[place.who ?? ctx.who, where].map(encodeURIComponent).join("/")}`;
  return undefined;
}

/** The channels that the bot has made: those of incidents, the newest last. */
const roomsOfBot = ({channels, bot}) =>
  (channels ?? []).filter((one) => one.creator === bot?.id && !one.is_im && !one.is_mpim);
