// Block Kit's elements: buttons, what one types into, and what one chooses by ticking; lists are in choosing.js.

import "./choosing.js";
import {ActingPart, HoldingPart} from "./acting.js";
import {confirmed} from "./confirming.js";
import {drawText, plain} from "./text.js";
import {html, ifDefined, live, nothing} from "./vendor/lit.js";

const TYPED_AFTER_MS = 400;
const MOST_TYPED = 3000; // characters, where an input names no other number
const COUNTED_FROM = 100; // characters left, from which on their number is shown
let count = 0;

/** What an element is drawn by. */
const KINDS = {
  button: (given) => html`<bk-button class="bk-part" .given=${given}></bk-button>`,
  overflow: (given) => html`<bk-overflow class="bk-part" .given=${given}></bk-overflow>`,
  radio_buttons: (given) => html`<bk-ticks class="bk-part" .given=${given}></bk-ticks>`,
  checkboxes: (given) => html`<bk-ticks class="bk-part" .given=${given}></bk-ticks>`,
  datepicker: (given) => html`<bk-moment class="bk-part" .given=${given}></bk-moment>`,
  timepicker: (given) => html`<bk-moment class="bk-part" .given=${given}></bk-moment>`,
  datetimepicker: (given) => html`<bk-moment class="bk-part" .given=${given}></bk-moment>`,
  plain_text_input: (given) => html`<bk-text class="bk-part" .given=${given}></bk-text>`,
  email_text_input: (given) => html`<bk-text class="bk-part" .given=${given}></bk-text>`,
  url_text_input: (given) => html`<bk-text class="bk-part" .given=${given}></bk-text>`,
  number_input: (given) => html`<bk-text class="bk-part" .given=${given}></bk-text>`,
  rich_text_input: (given) => html`<bk-text class="bk-part" .given=${given}></bk-text>`,
};

/**
 * @typedef {object} Ids what a field says about the element in it
 * @property {string} id
 * @property {string} [describedBy]
 * @property {boolean} [invalid]
 * @property {boolean} [required]
 */

/**
 * Draws an element.
 * @param {object} block that it sits in
 * @param {object} element
 * @param {object} ctx
 * @param {Ids} [ids] in a field
 */
export function drawElement(block, element, ctx, ids) {
  const {kind, channel, ts} = ctx.surface;
  const surface = kind === "message" ? `${channel}/${ts}` : ctx.viewId ?? kind;
  const key = [surface, block.block_id, element.action_id, element.type].join("/");
  const given = {block, element, ctx, ids, key};
  if (element.type.endsWith("_select")) return html`<bk-select class="bk-part" .given=${given}></bk-select>`;
  if (element.type === "image") return drawImage(element);
  return KINDS[element.type]?.(given) ?? html`<span class="bk-unknown">(${element.type})</span>`;
}

/** A picture beside a section or in a context. */
export function drawImage({image_url: url, alt_text: words}) {
  return html`<img class="bk-thumb" src=${ifDefined(url)} alt=${words ?? ""} loading="lazy" />`;
}

// --- Buttons -------------------------------------------------------------------------------------

class Button extends ActingPart {
  async #press(event) {
    const {element, ctx} = this.given;
    if (this.busy) return;
    // A link that asks first is opened once the answer is yes.
    if (element.confirm) event.preventDefault();
    if (!(await confirmed(element.confirm, ctx))) return;
    if (element.confirm && element.url) window.open(element.url, "_blank", "noopener");
    await this.pass(element.value === undefined ? {} : {value: element.value});
  }

  draw({element, ctx}) {
    const style = element.style ? `bk-${element.style}` : "";
    const look = `bk-press ${style} ${this.busy ? "bk-busy" : ""}`;
    const words = html`<span class="bk-press-text">${drawText(element.text, ctx)}</span>`;
    const press = (event) => this.#press(event);
    const label = ifDefined(element.accessibility_label);
    const button = /^https?:/i.test(element.url ?? "")
      ? html`<a class=${look} href=${element.url} target="_blank" rel="noopener noreferrer" aria-label=${label}
                aria-busy=${this.busy} @click=${press}>${words}</a>`
      : html`<button type="button" class=${look} aria-label=${label} aria-busy=${this.busy}
                     aria-disabled=${ifDefined(this.busy || undefined)} @click=${press}>${words}</button>`;
    return html`${button}${this.drawTrouble()}`;
  }
}

// --- What one types into -------------------------------------------------------------------------

const TYPES = {email_text_input: "email", url_text_input: "url"};

class Text extends HoldingPart {
  #timer = 0;
  #id = `bk-text-${++count}`;

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  /** What is held, as text: rich text as its words. */
  get #words() {
    const {value} = this;
    if (value === null) return "";
    return typeof value === "object" ? plain(value.elements ?? []) : String(value);
  }

  #typed(event) {
    const {block, element, ctx} = this.given;
    const value = this.#held(event.target.value);
    this.keep(value);
    ctx.fill?.(block.block_id, value);
    this.update();
    const on = element.dispatch_action_config?.trigger_actions_on ?? [];
    if (block.dispatch_action && on.includes("on_character_entered")) this.#later();
    if (!ctx.fill) this.#later();
  }

  #held(words) {
    if (!words) return null;
    if (this.given.element.type !== "rich_text_input") return words;
    const section = {type: "rich_text_section", elements: [{type: "text", text: words}]};
    return {type: "rich_text", elements: [section]};
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.pass({selected: this.value}), TYPED_AFTER_MS);
  }

  #pressed(event) {
    const {block, element} = this.given;
    const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
    if (event.key !== "Enter" || event.isComposing || element.multiline) return;
    if (block.dispatch_action && on.includes("on_enter_pressed")) {
      event.preventDefault();
      this.pass({selected: this.value});
    }
  }

  draw({element, ids = {}}) {
    const words = this.#words;
    const id = ids.id ?? this.#id;
    const left = (element.max_length ?? MOST_TYPED) - [...words].length;
    const counted = element.type === "plain_text_input" && left < COUNTED_FROM;
    const countId = `${this.#id}-left`;
    const describedBy = [ids.describedBy, counted && countId].filter(Boolean).join(" ");
    const look = `bk-text ${ids.invalid || left < 0 ? "bk-invalid" : ""}`;
    const placeholder = plain(element.placeholder);
    const long = element.multiline || element.type === "rich_text_input";
    const input = long
      ? html`<textarea id=${id} class="${look} bk-long" rows="4" dir="auto" placeholder=${placeholder}
                       aria-describedby=${describedBy || nothing} aria-invalid=${ifDefined(ids.invalid)}
                       aria-required=${ifDefined(ids.required)} .value=${live(words)}
                       @input=${(event) => this.#typed(event)}></textarea>`
      : html`<input id=${id} class=${look} type=${TYPES[element.type] ?? "text"} dir="auto"
                    inputmode=${element.type === "number_input" ? "decimal" : nothing} autocomplete="off"
                    placeholder=${placeholder} aria-describedby=${describedBy || nothing}
                    aria-invalid=${ifDefined(ids.invalid)} aria-required=${ifDefined(ids.required)}
                    .value=${live(words)} @input=${(event) => this.#typed(event)}
                    @keydown=${(event) => this.#pressed(event)} />`;
    const over = left < 0;
    const room = over ? `${-left} too many` : `${left} left`;
    return html`
      ${input}
      ${counted ? html`<span id=${countId} class="bk-left ${over ? "bk-over" : ""}">${room}</span>` : nothing}
      ${this.drawTrouble()}`;
  }
}

// --- Days and times ------------------------------------------------------------------------------

const MOMENTS = {datepicker: "date", timepicker: "time", datetimepicker: "datetime-local"};

/** Seconds since 1970 -> 2026-03-02T14:05 as a clock in the zone shows it. */
function onTheWall(seconds, zone) {
  const options = {year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit"};
  const format = new Intl.DateTimeFormat("en-GB", {timeZone: zone, hourCycle: "h23", ...options});
  const parts = format.formatToParts(new Date(seconds * 1000)).map(({type, value}) => [type, value]);
  const {year, month, day, hour, minute} = Object.fromEntries(parts);
  return `${year.padStart(4, "0")}-${month}-${day}T${hour}:${minute}`;
}

/** The reverse of `onTheWall`. */
function sinceThen(wall, zone) {
  const wanted = Date.parse(`${wall}Z`) / 1000;
  let seconds = wanted;
  // The zone's distance from UTC depends on the moment, which is only known when it is found.
  for (let round = 0; round < 2; round += 1) {
    seconds += wanted - Date.parse(`${onTheWall(seconds, zone)}Z`) / 1000;
  }
  return seconds;
}

class Moment extends HoldingPart {
  #changed(event) {
    const {element, ctx} = this.given;
    const typed = event.target.value;
    // While a year is being typed, the browser shows the year 2 and then 20.
    if (/^0/.test(typed) && element.type !== "timepicker") return;
    if (!typed) this.choose(null);
    else this.choose(element.type === "datetimepicker" ? sinceThen(typed, ctx.zone) : typed);
  }

  draw({element, ctx, ids = {}}) {
    const {value} = this;
    const exact = element.type === "datetimepicker" && value !== null;
    const shown = exact ? onTheWall(value, ctx.zone) : value ?? "";
    const label = plain(element.placeholder) || "Choose a time";
    return html`
      <input class="bk-text bk-moment ${ids.invalid ? "bk-invalid" : ""}" type=${MOMENTS[element.type]}
             id=${ifDefined(ids.id)} aria-label=${ifDefined(ids.id ? undefined : label)} aria-busy=${this.busy}
             aria-describedby=${ifDefined(ids.describedBy)} aria-invalid=${ifDefined(ids.invalid)}
             aria-required=${ifDefined(ids.required)} .value=${live(shown)}
             @change=${(event) => this.#changed(event)} />
      ${this.drawTrouble()}`;
  }
}

// --- What one ticks ------------------------------------------------------------------------------

class Ticks extends HoldingPart {
  #id = `bk-ticks-${++count}`;

  #ticked(option, yes) {
    if (this.given.element.type === "radio_buttons") return this.choose(option.value);
    const rest = this.value.filter((one) => one !== option.value);
    return this.choose(yes ? [...rest, option.value] : rest);
  }

  draw({element, ctx, ids = {}}) {
    const one = element.type === "radio_buttons";
    const chosen = one ? [this.value] : this.value;
    const role = one ? "radiogroup" : "group";
    return html`
      <div class="bk-ticks" role=${role} id=${ifDefined(ids.id)} aria-labelledby=${ifDefined(ids.labelledBy)}
           aria-label=${ifDefined(ids.labelledBy ? undefined : "Options")}
           aria-describedby=${ifDefined(ids.describedBy)} aria-busy=${this.busy}>
        ${element.options.map((option) => html`
          <label class="bk-tick">
            <input type=${one ? "radio" : "checkbox"} name=${this.#id} .value=${option.value}
                   .checked=${live(chosen.includes(option.value))}
                   @change=${(event) => this.#ticked(option, event.target.checked)} />
            <span>
              <span class="bk-tick-text">${drawText(option.text, ctx)}</span>
              ${option.description
                ? html`<span class="bk-tick-note">${drawText(option.description, ctx)}</span>`
                : nothing}
            </span>
          </label>`)}
      </div>
      ${this.drawTrouble()}`;
  }
}

customElements.define("bk-button", Button);
customElements.define("bk-text", Text);
customElements.define("bk-moment", Moment);
customElements.define("bk-ticks", Ticks);
