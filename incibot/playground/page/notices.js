// Short words at the bottom of the screen, and what is read aloud to whoever does not see it change.

import {html, repeat} from "./vendor/lit.js";
import {iconButton} from "./buttons.js";
import {icons} from "./icons.js";

const SHOWN_MS = 8000;
const NOTICES_MAX = 4;
let next = 1;

/** Say something at the bottom of the screen. */
export function addNotice(page, words, {kind = "info"} = {}) {
  const notice = {id: next++, words, kind};
  const notices = page.state.notices.filter((one) => one.words !== words);
  page.state.notices = [...notices, notice].slice(-NOTICES_MAX);
  page.render();
  setTimeout(() => dropNotice(page, notice), SHOWN_MS);
}

function dropNotice(page, notice) {
  if (!page.state.notices.includes(notice)) return;
  page.state.notices = page.state.notices.filter((one) => one !== notice);
  page.render();
}

/** Read aloud, without anything to see. */
export function announce(page, words) {
  page.state.aloud = words;
  page.render();
}

export function drawNotices(page) {
  return html`
    <div class="sh-notices" role="status" aria-live="polite">
      ${repeat(
        page.state.notices,
        (notice) => notice.id,
        (notice) => html`
          <p class="sh-notice is-${notice.kind}">
            <span>${notice.kind === "error" ? html`<b>Trouble:</b> ` : ""}${notice.words}</span>
            ${iconButton("Close", icons.close, () => dropNotice(page, notice))}
          </p>`,
      )}
    </div>
    <div class="sh-aloud" aria-live="polite">${page.state.aloud}</div>`;
}
