// A part of a block that keeps what is typed, open or on its way while the page is drawn anew around it.

import {render} from "./vendor/lit.js";

/** An element that draws itself; what it holds is forgotten when it is given another `key`. */
export class Part extends HTMLElement {
  #given = null;

  /** @param {{key: string}} given all that it is drawn from */
  set given(given) {
    const another = this.#given?.key !== given.key;
    this.#given = given;
    if (another) this.begin();
    this.update();
  }

  get given() {
    return this.#given;
  }

  connectedCallback() {
    this.update();
  }

  /** Forget, and start from what was given. */
  begin() {}

  /** @returns {unknown} what it looks like */
  draw() {
    return "";
  }

  /** Draw again. */
  update() {
    if (this.#given && this.isConnected) render(this.draw(this.#given), this);
  }
}

/**
 * Puts something that floats beside what it belongs to, inside the window.
 * @param {HTMLElement} floating a popover that is open
 * @param {HTMLElement} anchor
 * @param {{wide?: boolean, end?: boolean}} how as wide as the anchor; its ends flush with the anchor's
 */
export function place(floating, anchor, {wide = false, end = false} = {}) {
  const at = anchor.getBoundingClientRect();
  const margin = 8;
  const [across, down] = [window.innerWidth, window.innerHeight];
  const style = floating.style;
  if (wide) style.width = `${Math.min(Math.max(at.width, 240), across - 2 * margin)}px`;
  const below = down - at.bottom - margin;
  const above = at.top - margin;
  const upwards = below < Math.min(floating.scrollHeight, 200) && above > below;
  style.maxHeight = `${Math.min(320, Math.max(80, upwards ? above : below))}px`;
  const {width, height} = floating.getBoundingClientRect();
  const left = end ? at.right - width : at.left;
  style.left = `${Math.max(margin, Math.min(left, across - width - margin))}px`;
  style.top = `${upwards ? at.top - height - 4 : at.bottom + 4}px`;
}
