// The page as a whole: bars, columns and what lies above them.

import {html, nothing} from "./vendor/lit.js";
import {drawHead, drawHomeHead} from "./channel.js";
import {drawComposer, dropped} from "./composer.js";
import {drawConsole} from "./console.js";
import {drawHome} from "./home.js";
import {icons} from "./icons.js";
import {drawFloat} from "./menu.js";
import {drawJump, drawRoom} from "./messages.js";
import {drawModals} from "./modal.js";
import {drawNotices} from "./notices.js";
import {drawOffline} from "./offline.js";
import {drawSetup} from "./setup.js";
import {drawSheet} from "./sheets.js";
import {drawSidebar} from "./sidebar.js";
import {drawStoryBar} from "./story.js";
import {drawPanel} from "./thread.js";
import {drawTop} from "./top.js";
import {drawWelcome} from "./welcome.js";
import {refusal} from "./words.js";

export function drawFrame(page) {
  const {state} = page;
  if (!state.workspace || !state.route) {
    return html`<p class="sh-starting" role="status">
      ${state.connected === false ? refusal({error: "unreachable"}) : "The workspace is being opened …"}
    </p>`;
  }
  const {desk} = state;
  const ctx = page.ctx({kind: "view"});
  const panel = drawPanel(page);
  return html`
    <a class="sh-skip" href="#sh-main" @click=${skip}>Skip to the conversation</a>
    ${drawTop(page)} ${drawStoryBar(desk, ctx)}
    ${
      state.connected
        ? nothing
        : html`<p class="sh-cut" role="status">The connection to the workspace is cut. It is tried again …</p>`
    }
    <div class="sh-columns ${panel === nothing ? "" : "has-panel"}">
      ${drawSidebar(page)}
      <div class="sh-side-shade" ?hidden=${!state.sideOpen} @click=${() => page.closeSide()}></div>
      ${drawMain(page)} ${panel}
    </div>
    ${drawConsole(desk, ctx)} ${drawSetup(desk, ctx)} ${drawModals(state.views, ctx)} ${drawSheet(page)}
    ${drawFloat(page)} ${drawNotices(page)}`;
}

function skip(event) {
  event.preventDefault();
  document.querySelector("#sh-main")?.focus();
}

function drawMain(page) {
  const {state} = page;
  const welcome = drawWelcome(state.desk, page.ctx({kind: "view"}));
  const main = (label, inner, drop = nothing) => html`
    <main class="sh-main" id="sh-main" tabindex="-1" aria-label=${label} @dragover=${allow} @drop=${drop}>
      ${inner}
    </main>`;
  if (state.route.place === "home") {
    return main(
      "App Home",
      html`
        ${drawHomeHead(page)}
        <div class="sh-scroll is-home" tabindex="0" role="group" aria-label="Home">
          <h2 class="sh-aloud">Home</h2>
          ${state.home ? drawHome(state.home, page.ctx({kind: "home"})) : drawNoHome(page)}
        </div>`,
    );
  }
  const room = state.room;
  if (!room?.channel) return main("Nothing here", drawMissing(page));
  const place = {channel: room.channel};
  return main(
    "Messages",
    html`
      ${drawHead(page, room.channel)}
      <div class="sh-scroll" ${page.roomScroll.watch()}>
        <div class="sh-scroll-inner">${room.channel.is_im ? nothing : welcome} ${drawRoom(page, room)}</div>
      </div>
      <div class="sh-foot">${drawJump(page)} ${drawOffline(page)} ${drawComposer(page, place)}</div>`,
    (event) => dropped(page, place, event),
  );
}

const allow = (event) => {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
};

function drawNoHome(page) {
  return html`<div class="sh-empty">
    <p>${page.state.workspace.bot.name} has not drawn this page yet.</p>
    ${drawOffline(page)}
  </div>`;
}

function drawMissing(page) {
  const {route} = page.state;
  return html`
    <header class="sh-head">
      <div class="sh-head-line"><h1>${icons.lock} Nothing to see here</h1></div>
    </header>
    <div class="sh-empty">
      <p>
        There is no “${route.place}”, or it is private and ${page.me.profile.first_name || page.me.name} has
        not been invited to it.
      </p>
      <p><a class="sh-button" href=${page.href({place: "general"})}>Go to #general</a></p>
    </div>`;
}
