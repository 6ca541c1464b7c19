// The question that Slack asks before it passes a click on.

import {drawText, drawWords} from "./text.js";
import {html, render} from "./vendor/lit.js";

/**
 * Asks; true if the answer is yes.
 * @param {object|undefined} confirm Block Kit's confirmation dialog; without one the answer is yes
 * @param {object} ctx
 * @returns {Promise<boolean>}
 */
export function confirmed(confirm, ctx) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "bk-confirm";
    dialog.setAttribute("aria-labelledby", "bk-confirm-title");
    dialog.setAttribute("aria-describedby", "bk-confirm-text");
    const answer = (yes) => dialog.close(yes ? "yes" : "no");
    const yes = confirm.style === "danger" ? "bk-press bk-danger" : "bk-press bk-primary";
    render(
      html`
        <h2 id="bk-confirm-title" class="bk-confirm-title">${drawText(confirm.title, ctx)}</h2>
        <div id="bk-confirm-text" class="bk-confirm-text">${drawWords(confirm.text, ctx)}</div>
        <div class="bk-confirm-foot">
          <button type="button" class="bk-press" @click=${() => answer(false)}>
            ${confirm.deny ? drawText(confirm.deny, ctx) : "Cancel"}
          </button>
          <button type="button" class=${yes} autofocus @click=${() => answer(true)}>
            ${confirm.confirm ? drawText(confirm.confirm, ctx) : "Yes"}
          </button>
        </div>`,
      dialog,
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.returnValue = "no";
    dialog.showModal();
  });
}
