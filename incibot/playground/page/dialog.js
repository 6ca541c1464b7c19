// A dialog in front of everything else: the browser's own, with its focus and its Esc.

import {html, ref} from "./vendor/lit.js";

// The element is not in the document yet when it is made, and cannot be shown before.
const shown = (dialog) => {
  if (dialog) queueMicrotask(() => dialog.isConnected && !dialog.open && dialog.showModal());
};

/** Closes the dialog that an event came from; the focus goes back to where it was. */
export const closeDialog = (event) => event.target.closest("dialog").close();

/**
 * @param {string} title
 * @param {unknown} body
 * @param {() => void} closed is told when it is closed, whichever way
 * @param {string} [kind] a class
 */
export function drawDialog(title, body, closed, kind = "") {
  const outside = (event) => {
    if (event.target === event.currentTarget) event.currentTarget.close();
  };
  return html`
    <dialog class="dk-dialog ${kind}" aria-labelledby="dk-dialog-title" ${ref(shown)}
            @close=${closed} @pointerdown=${outside}>
      <div class="dk-dialog-inner">
        <header class="dk-dialog-head">
          <h2 id="dk-dialog-title" tabindex="-1" autofocus>${title}</h2>
          <button type="button" class="dk-close" aria-label="Close" @click=${closeDialog}>
            <span aria-hidden="true">✕</span>
          </button>
        </header>
        ${body}
      </div>
    </dialog>`;
}
