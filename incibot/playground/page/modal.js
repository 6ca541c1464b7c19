// Modals as Slack shows them: the uppermost in a dialog, what is typed into it, and what is wrong with that.

import {drawBlocks} from "./blocks.js";
import {Part} from "./part.js";
import {drawText} from "./text.js";
import {html, ifDefined, nothing} from "./vendor/lit.js";

const FILLED_AFTER_MS = 300;
const SENT_FOR_MS = 2000; // how long a form that went well may still stand there
const NO_CONNECTION = "We had some trouble connecting. Try again?";
const CODE = /^\w+$/; // Slack's word for what went wrong, and no sentence
const FILLABLE = "input, textarea";

/**
 * Draws what a person has open.
 * @param {object[]} views the uppermost last
 * @param {object} ctx
 */
export function drawModals(views, ctx) {
  return html`<bk-modal .given=${{views: views ?? [], ctx, key: ctx.who}}></bk-modal>`;
}

/** What was typed into a form and is not at the server yet. */
class Typed {
  #values = {};
  #timer = 0;
  #act;

  constructor(act) {
    this.#act = act;
  }

  set(blockId, value) {
    this.#values[blockId] = value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), FILLED_AFTER_MS);
  }

  /** All of it, which then counts as sent. */
  take() {
    clearTimeout(this.#timer);
    const values = this.#values;
    this.#values = {};
    return values;
  }

  async flush() {
    const values = this.take();
    if (Object.keys(values).length === 0) return;
    try {
      await this.#act("fills", {values});
    } catch {
      // The form has changed or is gone: whatever is still in it is sent with it.
      this.#values = {...values, ...this.#values};
    }
  }
}

class Modal extends Part {
  #typed = null;
  #viewId = null;
  #errors = {};
  #trouble = "";
  #sent = null; // what was sent and is not answered, or still stands there: the view's id and hash
  #timer = 0;

  begin() {
    this.#typed?.take();
    this.#typed = null;
    this.#viewId = null;
    this.#sent = null;
  }

  get #view() {
    return this.given.views.at(-1);
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  update() {
    const view = this.given && this.#view;
    const another = view?.id !== this.#viewId;
    if (another) {
      this.#typed?.take();
      this.#viewId = view?.id ?? null;
      this.#typed = view ? new Typed((verb, args) => this.given.ctx.act(verb, args)) : null;
      this.#errors = {};
      this.#trouble = "";
    }
    if (this.#sent !== view?.hash) this.#sent = null;
    // Closed before it is taken away, so that the focus goes back to where it was.
    if (!view && this.#dialog?.open) this.#dialog.close();
    const focused = document.activeElement;
    super.update();
    const dialog = this.#dialog;
    if (!view || !dialog) return;
    const opens = !dialog.open;
    if (opens) dialog.showModal();
    if (opens || another) {
      dialog.querySelector(".bk-modal-body").scrollTop = 0;
      queueMicrotask(() => this.#focusFirst());
    } else if (focused && !focused.isConnected) {
      dialog.querySelector(".bk-modal-title").focus();
    }
  }

  #focusFirst() {
    const body = this.querySelector(".bk-modal-body");
    const wanted = this.#view?.blocks.findIndex(({element}) => element?.focus_on_load) ?? -1;
    const block = wanted < 0 ? body?.querySelector(".bk-field") : body?.querySelectorAll(".bk-block")[wanted];
    (block?.querySelector(FILLABLE) ?? this.querySelector(".bk-modal-title"))?.focus();
  }

  // --- Sending and closing -----------------------------------------------------------------------

  async #submit(event) {
    event.preventDefault();
    const view = this.#view;
    if (this.#sent || !view.submit) return;
    this.#sent = view.hash;
    this.#errors = {};
    this.#trouble = "";
    this.update();
    const values = this.#typed.take();
    try {
      const answer = await this.given.ctx.act("submits", {values});
      this.#answered(view, answer);
    } catch (refused) {
      for (const [blockId, value] of Object.entries(values)) this.#typed?.set(blockId, value);
      this.#sent = null;
      this.#trouble = refused.detail || NO_CONNECTION;
      this.update();
    }
  }

  #answered(view, answer) {
    if (this.#view?.id !== view.id) return;
    if (!answer.errors && !answer.trouble) {
      // It closes or changes as soon as the workspace says so.
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#release(), SENT_FOR_MS);
      return;
    }
    this.#sent = null;
    this.#errors = answer.errors ?? {};
    this.#trouble = answer.trouble ?? "";
    this.update();
    const wrong = this.querySelector(".bk-wrong-field");
    wrong?.querySelector(FILLABLE)?.focus();
    wrong?.scrollIntoView({block: "nearest"}); // and with it what is wrong
  }

  #release() {
    this.#sent = null;
    this.update();
  }

  async #close(everything) {
    try {
      await this.#typed?.flush();
      await this.given.ctx.act("closes-view", {everything});
    } catch (refused) {
      this.given.ctx.say(refused.detail || "This form could not be closed.", {kind: "error"});
    }
  }

  #cancelled(event) {
    // It goes when the workspace has taken it away.
    event.preventDefault();
    if (event.target === this.#dialog) this.#close(false);
  }

  // --- Drawing -----------------------------------------------------------------------------------

  draw({views, ctx}) {
    const view = this.#view;
    if (!view) return nothing;
    const at = {
      ...ctx,
      surface: {kind: "view"},
      viewId: view.id,
      values: view.state?.values,
      errors: this.#errors,
      fill: (blockId, value) => this.#filled(blockId, value),
      flush: () => this.#typed?.flush(),
      open: ctx.open && ((what, event) => this.#opened(what, event)),
    };
    const upon = views.length > 1;
    const close = view.close ? drawText(view.close, at) : view.submit ? "Cancel" : "Close";
    const busy = this.#sent !== null;
    return html`
      <dialog class="bk-modal" aria-labelledby="bk-modal-title" @cancel=${(event) => this.#cancelled(event)}>
        <form class="bk-modal-form" novalidate @submit=${(event) => this.#submit(event)}>
          <header class="bk-modal-head">
            ${upon
              ? html`<button type="button" class="bk-icon" aria-label="Back" @click=${() => this.#close(false)}>
                       <span aria-hidden="true">←</span>
                     </button>`
              : nothing}
            <h2 class="bk-modal-title" id="bk-modal-title" tabindex="-1" dir="auto">${drawText(view.title, at)}</h2>
            <button type="button" class="bk-icon" aria-label=${upon ? "Close all" : "Close"}
                    @click=${() => this.#close(true)}><span aria-hidden="true">✕</span></button>
          </header>
          <div class="bk-modal-trouble" role="alert">${this.#drawTrouble(view)}</div>
          <div class="bk-modal-body" tabindex=${this.#scrolls(view) ? 0 : nothing}
               role=${this.#scrolls(view) ? "group" : nothing}
               aria-labelledby=${ifDefined(this.#scrolls(view) ? "bk-modal-title" : undefined)}>
            ${drawBlocks(view.blocks, at)}
          </div>
          <footer class="bk-modal-foot">
            <button type="button" class="bk-press" @click=${() => this.#close(Boolean(view.clear_on_close))}>
              ${close}
            </button>
            ${view.submit
              ? html`<button type="submit" class="bk-press bk-primary ${busy ? "bk-busy" : ""}" aria-busy=${busy}
                             aria-disabled=${ifDefined(busy || undefined)}>
                       <span class="bk-press-text">${drawText(view.submit, at)}</span>
                     </button>`
              : nothing}
          </footer>
        </form>
      </dialog>`;
  }

  /** What scrolls must be reachable by keyboard, also where nothing in it is. */
  #scrolls(view) {
    return !view.blocks.some((block) => block.type === "input" || block.type === "actions" || block.accessory);
  }

  #filled(blockId, value) {
    this.#typed.set(blockId, value);
    if (!(blockId in this.#errors)) return;
    const {[blockId]: _, ...others} = this.#errors;
    this.#errors = others;
    this.update();
  }

  /** A channel is shown where the form stands, so the form goes first. */
  async #opened(what, event) {
    if (what.channel) await this.#close(true);
    this.given.ctx.open(what, event);
  }

  #drawTrouble(view) {
    const shown = new Set(view.blocks.map((block) => block.block_id));
    const elsewhere = Object.entries(this.#errors).filter(([blockId]) => !shown.has(blockId));
    const words = [this.#trouble, ...elsewhere.map(([, text]) => text)].filter(Boolean);
    if (words.length === 0) return nothing;
    return words.map((text) => html`
      <p><span aria-hidden="true">⚠</span> ${CODE.test(text) ? NO_CONNECTION : text}
        ${CODE.test(text) ? html`<code>${text}</code>` : nothing}</p>`);
  }
}

customElements.define("bk-modal", Modal);
