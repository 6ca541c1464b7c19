// A list that stays at its end while one is there, and stays still while one reads further up.

import {ref} from "./vendor/lit.js";

const NEAR = 48;

export class Scroll {
  #element = null;
  #place = "";
  #atEnd = true;
  #top = 0;
  #anchor = null;
  #sizes = new ResizeObserver(() => this.#settle());

  /** @param {() => void} moved is called when somebody scrolls */
  constructor(moved) {
    this.moved = moved;
    this.watch = () => ref(this.#watch);
  }

  #watch = (element) => {
    if (!element || element === this.#element) return;
    this.#element?.removeEventListener("scroll", this.#scrolled);
    this.#sizes.disconnect();
    this.#element = element;
    this.#place = "";
    element.addEventListener("scroll", this.#scrolled, {passive: true});
    this.#sizes.observe(element);
    for (const child of element.children) this.#sizes.observe(child);
  };

  #scrolled = () => {
    this.#look();
    this.moved();
  };

  #look() {
    const {scrollTop, clientHeight, scrollHeight} = this.#element;
    this.#top = scrollTop;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
  }

  // What is drawn later, such as a picture, or a composer that grows, must not push the end away.
  #settle() {
    if (this.#atEnd) this.toEnd();
  }

  get atEnd() {
    return this.#atEnd || !this.#element?.isConnected;
  }

  toEnd() {
    this.#atEnd = true;
    this.#to(this.#element?.scrollHeight);
  }

  toStart() {
    this.#atEnd = false;
    this.#to(0);
  }

  #to(top) {
    if (!this.#element) return;
    this.#element.scrollTop = top;
    this.#top = this.#element.scrollTop;
  }

  /** Before a drawing: remember which message is uppermost, and how high. */
  before() {
    this.#anchor = null;
    if (!this.#element?.isConnected) return;
    // Somebody has scrolled, and the browser has not said so yet.
    if (Math.abs(this.#element.scrollTop - this.#top) > 1) this.#look();
    if (this.#atEnd) return;
    const top = this.#element.getBoundingClientRect().top;
    for (const article of this.#element.querySelectorAll(".sh-message")) {
      const box = article.getBoundingClientRect();
      if (box.bottom > top) {
        this.#anchor = {ts: article.dataset.ts, above: box.top - top};
        return;
      }
    }
  }

  /**
   * After a drawing; `place` says whether it is still the same list, and a new one that `begins` with
   * something to read is shown from its start.
   */
  after(place, begins = false) {
    const element = this.#element;
    if (!element?.isConnected) return;
    if (place !== this.#place) {
      this.#place = place;
      this.toEnd();
      if (begins) this.toStart();
      else this.#toNew();
    } else if (this.#atEnd) {
      this.toEnd();
    } else if (this.#anchor) {
      const article = element.querySelector(`.sh-message[data-ts="${this.#anchor.ts}"]`);
      if (!article) return;
      const moved =
        article.getBoundingClientRect().top - element.getBoundingClientRect().top - this.#anchor.above;
      if (Math.abs(moved) > 1) this.#to(element.scrollTop + moved);
    }
  }

  // Somebody who was away begins to read where it is new.
  #toNew() {
    const line = this.#element.querySelector(".sh-row.is-new");
    if (!line) return;
    const above = line.getBoundingClientRect().top - this.#element.getBoundingClientRect().top;
    if (above < 0) {
      this.#to(this.#element.scrollTop + above - 40);
      this.#atEnd = false;
    }
  }

  /** Show one message; whether it is there. */
  to(ts) {
    const article = this.#element?.querySelector(`.sh-message[data-ts="${ts}"]`);
    if (!article) return false;
    this.#atEnd = false;
    article.scrollIntoView({block: "center"});
    article.focus({preventScroll: true});
    return true;
  }
}
