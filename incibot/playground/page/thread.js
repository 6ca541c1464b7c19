// The side panel: a thread, or what is pinned in the channel.

import {html, nothing} from "./vendor/lit.js";
import {drawComposer} from "./composer.js";
import {iconButton} from "./buttons.js";
import {icons} from "./icons.js";
import {authorOf, drawWords} from "./message.js";
import {drawMessages, merged} from "./messages.js";
import {dateOf, moment} from "./times.js";
import {counted, placeName} from "./words.js";
import {drawAvatar} from "./people.js";

export function drawPanel(page) {
  const {state} = page;
  if (!state.room?.channel) return nothing;
  if (state.route.thread && state.thread) return drawThread(page, state.room.channel, state.thread);
  if (state.panel === "pins") return drawPins(page, state.room.channel);
  return nothing;
}

function drawPanelHead(page, title, channel, close) {
  return html`
    <header class="sh-panel-head">
      <h1>${title} <small>${placeName(channel, page.directory)}</small></h1>
      ${iconButton(`Close ${title.toLowerCase()}`, icons.close, close)}
    </header>`;
}

function drawThread(page, channel, thread) {
  const close = () => page.go({thread: null});
  const [root, ...replies] = thread.messages;
  const whispers = page.whispers().filter((one) => one.thread_ts === thread.ts);
  const escape = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !page.state.float) close();
  };
  return html`
    <aside class="sh-panel" aria-label="Thread" @keydown=${escape}>
      ${drawPanelHead(page, "Thread", channel, close)}
      ${
        root
          ? html`
            <div class="sh-scroll" id="sh-scroll-thread" ${page.threadScroll.watch()}>
              <div class="sh-scroll-inner">
                ${drawMessages(page, [root], {where: "thread", channel})}
                <p class="sh-replies"><span>${counted(replies.length, "reply", "replies")}</span></p>
                ${drawMessages(page, merged(replies, whispers), {where: "thread", channel})}
              </div>
            </div>
            ${drawComposer(page, {channel, thread: thread.ts})}`
          : html`<p class="sh-empty">This thread is gone.</p>`
      }
    </aside>`;
}

function drawPins(page, channel) {
  const close = () => page.openPanel(null);
  return html`
    <aside class="sh-panel" aria-label="Pinned" @keydown=${(event) => event.key === "Escape" && close()}>
      ${drawPanelHead(page, "Pinned", channel, close)}
      <div class="sh-scroll" tabindex="0" role="group" aria-label="Pinned messages">
        <ol role="list" class="sh-pins">
          ${page.state.pins.map((message) => drawPin(page, channel, message))}
        </ol>
        ${page.state.pins.length ? nothing : html`<p class="sh-empty">Nothing is pinned here.</p>`}
      </div>
    </aside>`;
}

function drawPin(page, channel, message) {
  const author = authorOf(page, message);
  const ctx = page.ctx({kind: "message", channel: channel.id, ts: message.ts});
  const root = message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : null;
  const unpin = () => page.does("unpins", {channel: channel.id, ts: message.ts});
  return html`
    <li class="sh-pin">
      <p class="sh-author">
        ${drawAvatar(author, "is-small")} <b>${author.name}</b>
        <small>${moment(dateOf(message.ts), page.zone, page.now())}</small>
      </p>
      <div class="sh-body">
        ${drawWords(message, ctx)}
      </div>
      <p class="sh-card-does">
        <a class="sh-button is-small" href=${page.href({thread: root, message: message.ts})}>Jump to it</a>
        ${
          page.mayWrite(channel)
            ? html`<button class="sh-button is-small" @click=${unpin}>Unpin</button>`
            : nothing
        }
      </p>
    </li>`;
}
