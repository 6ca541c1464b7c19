// First contact: what this is, the story, three things to try, and the way to a real workspace.

import {withCode} from "./code.js";
import {playStory} from "./story.js";
import {html, nothing, ref} from "./vendor/lit.js";

const KEY = "playground.welcomed";

const TRY = [
  {
    title: "Declare an incident",
    text:
      "Type `/incident declare sev2 Checkout answers 500` in any channel, and look what comes up on" +
      " the left.",
  },
  {
    title: "Add to the record",
    text:
      "In its channel, say something and react to it with `:pushpin:`, or type" +
      " `/incident note 10 minutes ago the alert went off`.",
  },
  {
    title: "End it, and read the review",
    text: "Type `/incident resolve`, then `/incident review`: the draft comes in your messages from incibot.",
  },
];

/** Whether the welcome is to be shown by itself: until somebody has put it away. */
export function isFirstContact() {
  try {
    return localStorage.getItem(KEY) === null;
  } catch {
    return true;
  }
}

function putAway(desk) {
  try {
    localStorage.setItem(KEY, "yes");
  } catch {
    // Then it is there again the next time.
  }
  desk.set({welcome: false});
}

// A conversation is shown from its end; whoever is new here is to begin at the beginning.
const toTop = (element) => {
  if (element) requestAnimationFrame(() => element.scrollIntoView({block: "start"}));
};

export function drawWelcome(desk, ctx) {
  if (!desk.workspace || !desk.open?.welcome) return nothing;
  const name = desk.workspace.app?.name || "the bot";
  const {story} = desk;
  const things = desk.workspace.try ?? TRY;
  const play = () => {
    putAway(desk);
    playStory(desk, ctx);
  };
  return html`
    <section class="dk-welcome" aria-labelledby="dk-welcome-title" ${ref(toTop)}>
      <header class="dk-welcome-head">
        <h2 id="dk-welcome-title">Try ${name} here</h2>
        <button type="button" class="dk-close" aria-label="Put the welcome away" @click=${() => putAway(desk)}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <p>
        This is a small Slack on your own machine, with six people whom you can be and the real
        ${name} in it. Nothing leaves this machine, nothing can be broken for good, and all of it is
        gone when you end it.
      </p>
      ${story && story.state === "ready"
        ? html`
            <div class="dk-welcome-story">
              <button type="button" class="dk-button is-primary is-large" @click=${play}>
                <span class="dk-sign is-play" aria-hidden="true"></span>Play the story
              </button>
              <p>“${story.title}”: a recorded incident, done again before your eyes. Pause it and take
                over whenever you like.</p>
            </div>`
        : nothing}
      <h3>Or try it yourself</h3>
      <ol class="dk-things">
        ${things.map(({title, text}) => html`<li><b>${title}</b><p>${withCode(text)}</p></li>`)}
      </ol>
      <footer class="dk-welcome-foot">
        ${desk.setup
          ? html`<button type="button" class="dk-button" @click=${() => desk.set({setup: true})}>
              Use it in your workspace</button>`
          : nothing}
        <button type="button" class="dk-button is-quiet" @click=${() => putAway(desk)}>
          Put this away</button>
        <span class="dk-note">The <b>?</b> at the top brings it back.</span>
      </footer>
    </section>`;
}
