// Buttons that are a picture: what they do is read aloud, and shown to whoever points at them.

import {html, ifDefined} from "./vendor/lit.js";

/**
 * @param {string} label
 * @param {unknown} icon one of `icons`
 * @param {(event: Event) => void} run
 * @param {{kind?: string, pressed?: boolean, popup?: string}} [more] class, state, what it opens
 */
export function iconButton(label, icon, run, {kind = "sh-button-icon", pressed, popup} = {}) {
  return html`<button
    type="button"
    class=${kind}
    aria-label=${label}
    title=${label}
    aria-pressed=${ifDefined(pressed)}
    aria-haspopup=${ifDefined(popup)}
    @click=${run}
  >${icon}</button>`;
}
