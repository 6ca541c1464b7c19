// The bot's App Home: a whole page of blocks.

import {drawBlocks} from "./blocks.js";
import {html} from "./vendor/lit.js";

/**
 * Draws App Home.
 * @param {object|null} view as it was published last; null: it never was
 * @param {object} ctx
 */
export function drawHome(view, ctx) {
  if (!view) return html`<p class="bk-home bk-home-empty">This app has not shown anything here yet.</p>`;
  const at = {...ctx, surface: {kind: "home"}, values: view.state?.values, viewId: view.id};
  return html`<div class="bk-home">${drawBlocks(view.blocks, at)}</div>`;
}
