// Lists to choose from: selects of all kinds, in which one types to find, and overflow menus.

import {ActingPart, HoldingPart, holdsMany} from "./acting.js";
import {get, look} from "./api.js";
import {confirmed} from "./confirming.js";
import {place} from "./part.js";
import {drawText, plain, shownName} from "./text.js";
import {html, ifDefined, live, nothing, repeat} from "./vendor/lit.js";

const SEARCH_AFTER_MS = 250;
const LEAST_QUERY = 3; // characters, where an external select names no other number
let count = 0;

/**
 * @typedef {object} Choice
 * @property {string|object} value what is sent
 * @property {string} id what tells it from the others
 * @property {string} text
 * @property {string} [note] in smaller letters
 * @property {string} [group]
 */

// --- Where the choices come from -----------------------------------------------------------------

const fromOption = (option, group) => ({
  value: option.value,
  id: option.value,
  text: plain(option.text),
  note: plain(option.description),
  group,
});

const fromFound = (option) => ({
  ...fromOption(option),
  value: {text: {type: option.text.type, text: option.text.text}, value: option.value},
});

const fromPerson = (user) => ({value: user.id, id: user.id, text: shownName(user), note: `@${user.name}`});

const fromChannel = (channel) => ({
  value: channel.id,
  id: channel.id,
  text: `${channel.is_private ? "🔒 " : "#"}${channel.name}`,
});

function listed(element) {
  const groups = (element.option_groups ?? []).flatMap((group) =>
    group.options.map((option) => fromOption(option, plain(group.label))));
  return [...(element.options ?? []).map((option) => fromOption(option)), ...groups];
}

async function people({filter}) {
  const {people: users, bot} = await get("workspace");
  const found = users.filter((user) => !user.deleted).map(fromPerson);
  return filter?.exclude_bot_users || !bot ? found : [...found, fromPerson(bot)];
}

async function channels({filter}, ctx) {
  const wanted = filter?.include ?? ["public", "private"];
  const {channels: all} = await look(ctx.who, "channels");
  return all
    .filter((one) => one.name && !one.is_archived && !one.is_mpim)
    .filter((one) => wanted.includes(one.is_private ? "private" : "public"))
    .map(fromChannel);
}

async function conversations(element, ctx) {
  const wanted = element.filter?.include;
  const rooms = await channels(element, ctx);
  return wanted && !wanted.includes("im") ? rooms : [...rooms, ...(await people(element))];
}

const onlyPublic = (_, ctx) => channels({filter: {include: ["public"]}}, ctx);

/** Where the choices of an element are asked for; undefined where it brings them itself. */
function sourceOf(type) {
  if (type.endsWith("users_select")) return people;
  if (type.endsWith("channels_select")) return onlyPublic;
  return type.endsWith("conversations_select") ? conversations : undefined;
}

/** A value as people read it. */
function named(value, element, ctx) {
  if (value === null) return "";
  if (typeof value === "object") return plain(value.text);
  const own = listed(element).find((choice) => choice.value === value);
  if (own) return own.text;
  const channel = ctx.directory.channel(value);
  if (channel?.name) return fromChannel(channel).text;
  return shownName(ctx.directory.user(value)) ?? value;
}

const idOf = (value) => (value && typeof value === "object" ? value.value : value);
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// --- Selects -------------------------------------------------------------------------------------

class Select extends HoldingPart {
  #open = false;
  #typed = null; // what is being typed to find a choice; null: nothing
  #active = 0;
  #found = null; // what was asked for; null: nothing yet
  #status = "";
  #timer = 0;
  #id = `bk-select-${++count}`;
  #replace = () => this.#placed();

  begin() {
    super.begin();
    this.#shut();
    this.#found = null;
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#listen(false);
    this.#open = false;
  }

  get #many() {
    return holdsMany(this.given.element.type);
  }

  get #external() {
    return this.given.element.type.endsWith("external_select");
  }

  get #chosen() {
    const value = this.value;
    if (this.#many) return value;
    return value === null ? [] : [value];
  }

  /** The choices that what is typed leaves. */
  get #choices() {
    const {element} = this.given;
    const all = sourceOf(element.type) || this.#external ? this.#found ?? [] : listed(element);
    if (!this.#typed || this.#external) return all;
    const wanted = folded(this.#typed);
    return all.filter(({text, note}) => folded(`${text} ${note ?? ""}`).includes(wanted));
  }

  update() {
    super.update();
    const list = this.querySelector(".bk-pop");
    if (!list?.isConnected) return;
    if (this.#open && !list.matches(":popover-open")) {
      list.showPopover();
      this.#listen(true);
    }
    if (this.#open) this.#placed();
    else if (list.matches(":popover-open")) list.hidePopover();
  }

  #listen(yes) {
    const change = yes ? "addEventListener" : "removeEventListener";
    window[change]("resize", this.#replace);
    document[change]("scroll", this.#replace, true);
  }

  #placed() {
    const list = this.querySelector(".bk-pop");
    if (this.#open && list) place(list, this.querySelector(".bk-select"), {wide: true});
  }

  #show() {
    if (this.#open || this.busy) return;
    this.#open = true;
    this.#typed = null;
    this.#status = "";
    this.#load();
    this.#toChosen();
  }

  #toChosen() {
    const at = this.#choices.findIndex((choice) => choice.id === idOf(this.#chosen[0]));
    this.#active = this.#many ? 0 : Math.max(0, at);
    this.update();
    this.#reveal();
  }

  #shut() {
    clearTimeout(this.#timer);
    this.#listen(false);
    this.#open = false;
    this.#typed = null;
  }

  #close() {
    if (!this.#open && this.#typed === null) return;
    this.#shut();
    this.update();
  }

  async #load() {
    const {element, ctx} = this.given;
    const source = sourceOf(element.type);
    if (this.#external) this.#search("");
    if (!source) return;
    try {
      this.#found = await source(element, ctx);
    } catch (refused) {
      this.#status = refused.detail || "Nothing could be loaded.";
    }
    if (this.#open && this.#typed === null) this.#toChosen();
    else this.update();
  }

  #search(words) {
    const {element, ctx, key} = this.given;
    clearTimeout(this.#timer);
    const least = element.min_query_length ?? LEAST_QUERY;
    if (words.length < least) {
      this.#found = null;
      this.#status = `Type ${least} or more characters to search.`;
      return;
    }
    this.#status = "Searching …";
    this.#timer = setTimeout(async () => {
      let found = null;
      let status = "";
      try {
        await ctx.flush?.();
        const answer = await ctx.act("searches", {action_id: element.action_id, words});
        found = (answer.answer ?? answer).map(fromFound);
      } catch {
        status = "The choices could not be loaded.";
      }
      if (this.given.key !== key || (this.#typed ?? "") !== words) return;
      [this.#found, this.#status, this.#active] = [found, status, 0];
      this.update();
    }, SEARCH_AFTER_MS);
  }

  #typing(event) {
    const words = event.target.value;
    if (!this.#open) this.#show();
    this.#typed = words;
    this.#active = 0;
    if (this.#external) this.#search(words);
    this.update();
  }

  #pick(choice) {
    if (!choice) return;
    const {element} = this.given;
    if (!this.#many) {
      this.#close();
      if (choice.id !== idOf(this.value)) this.choose(choice.value);
      return;
    }
    const rest = this.value.filter((one) => idOf(one) !== choice.id);
    const added = rest.length === this.value.length;
    const most = element.max_selected_items;
    if (added && most && rest.length >= most) {
      this.#status = `Choose ${most} or fewer.`;
      this.update();
      return;
    }
    this.#typed = null;
    this.querySelector("input").value = "";
    this.choose(added ? [...rest, choice.value] : rest);
  }

  #remove(value) {
    this.choose(this.value.filter((one) => idOf(one) !== idOf(value)));
    this.querySelector("input").focus();
  }

  #clear() {
    this.choose(null);
    this.querySelector("input").focus();
  }

  #move(by) {
    const {length} = this.#choices;
    if (length) this.#active = (this.#active + by + length) % length;
    this.update();
    this.#reveal();
  }

  #reveal() {
    this.querySelector(".bk-active")?.scrollIntoView({block: "nearest"});
  }

  #pressed(event) {
    const {key} = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (this.#open) this.#move(key === "ArrowDown" ? 1 : -1);
      else this.#show();
    } else if (key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (this.#open) this.#pick(this.#choices[this.#active]);
      else this.#show();
    } else if (key === "Escape" && this.#open) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (key === "Backspace" && this.#many && !event.target.value && this.value.length) {
      this.choose(this.value.slice(0, -1));
    }
  }

  draw({element, block, ctx, ids = {}}) {
    const {value} = this;
    const placeholder = plain(element.placeholder) || "Choose an option";
    const shown = this.#typed ?? (this.#many ? "" : named(value, element, ctx));
    const clears = block.optional && !this.#many && value !== null;
    const current = this.#open ? this.#choices[this.#active] : undefined;
    const listId = `${this.#id}-list`;
    const chips = this.#many ? repeat(value, idOf, (one) => this.#chip(one, element, ctx)) : nothing;
    return html`
      <div class="bk-select ${this.busy ? "bk-busy" : ""} ${ids.invalid ? "bk-invalid" : ""}"
           @mousedown=${(event) => this.#pointed(event)}>
        ${chips}
        <input id=${ids.id ?? this.#id} class="bk-select-input" type="text" role="combobox" autocomplete="off"
               spellcheck="false" aria-autocomplete="list" aria-haspopup="listbox" dir="auto"
               aria-expanded=${this.#open} aria-controls=${listId} aria-busy=${this.busy}
               aria-activedescendant=${ifDefined(current && `${this.#id}-${this.#active}`)}
               aria-label=${ifDefined(ids.id ? undefined : placeholder)}
               aria-describedby=${ifDefined(ids.describedBy)} aria-invalid=${ifDefined(ids.invalid)}
               aria-required=${ifDefined(ids.required)}
               placeholder=${this.#many && value.length ? "" : placeholder} .value=${live(shown)}
               @input=${(event) => this.#typing(event)} @keydown=${(event) => this.#pressed(event)}
               @focus=${(event) => event.target.select()} @blur=${() => this.#close()} />
        ${clears
          ? html`<button type="button" class="bk-clear" aria-label="Clear: ${shown}"
                         @click=${() => this.#clear()}><span aria-hidden="true">✕</span></button>`
          : nothing}
        <span class="bk-arrow" aria-hidden="true"></span>
        <div class="bk-pop" popover="manual" @mousedown=${(event) => event.preventDefault()}>
          <ul id=${listId} role="listbox" class="bk-choices" aria-label=${placeholder}
              aria-multiselectable=${ifDefined(this.#many || undefined)}>
            ${this.#open ? this.#drawChoices() : nothing}
          </ul>
          <div class="bk-choice-status" role="status">${this.#open ? this.#drawStatus() : nothing}</div>
        </div>
      </div>
      ${this.drawTrouble()}`;
  }

  #pointed(event) {
    if (event.target.closest("button, .bk-pop")) return;
    const input = this.querySelector("input");
    if (event.target !== input) {
      event.preventDefault();
      input.focus();
    }
    if (this.#open && this.#typed === null) this.#close();
    else this.#show();
  }

  #chip(value, element, ctx) {
    const text = named(value, element, ctx);
    return html`
      <span class="bk-chip">
        <span class="bk-chip-text">${text}</span>
        <button type="button" aria-label="Remove ${text}" @click=${() => this.#remove(value)}>
          <span aria-hidden="true">✕</span>
        </button>
      </span>`;
  }

  #drawChoices() {
    const chosen = new Set(this.#chosen.map(idOf));
    let group;
    return this.#choices.map((choice, number) => {
      const heads = choice.group && choice.group !== group;
      group = choice.group;
      const active = number === this.#active;
      const marks = `${active ? "bk-active" : ""} ${chosen.has(choice.id) ? "bk-chosen" : ""}`;
      return html`
        ${heads ? html`<li class="bk-choice-group" role="presentation">${choice.group}</li>` : nothing}
        <li id="${this.#id}-${number}" role="option" class="bk-choice ${marks}"
            aria-selected=${chosen.has(choice.id)} @click=${() => this.#pick(choice)}>
          <span class="bk-choice-text" dir="auto">${choice.text}</span>
          ${choice.note ? html`<span class="bk-choice-note" dir="auto">${choice.note}</span>` : nothing}
        </li>`;
    });
  }

  #drawStatus() {
    if (this.#status) return this.#status;
    if (this.#choices.length) return nothing;
    return sourceOf(this.given.element.type) && !this.#found ? "Loading …" : "Nothing matches.";
  }
}

// --- Overflow menus ------------------------------------------------------------------------------

class Overflow extends ActingPart {
  #open = false;
  #outside = (event) => {
    if (!this.contains(event.target)) this.#close();
  };

  begin() {
    super.begin();
    this.#open = false;
  }

  disconnectedCallback() {
    document.removeEventListener("pointerdown", this.#outside, true);
    this.#open = false;
  }

  get #items() {
    return [...this.querySelectorAll("[role=menuitem]")];
  }

  #show() {
    this.#open = true;
    this.update();
    const list = this.querySelector(".bk-pop");
    list.showPopover();
    place(list, this.querySelector("button"), {end: true});
    this.#items[0]?.focus();
    document.addEventListener("pointerdown", this.#outside, true);
  }

  #close({back = false} = {}) {
    if (!this.#open) return;
    document.removeEventListener("pointerdown", this.#outside, true);
    this.#open = false;
    this.querySelector(".bk-pop").hidePopover();
    if (back) this.querySelector("button").focus();
    this.update();
  }

  #pressed(event) {
    const items = this.#items;
    const at = items.indexOf(document.activeElement);
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1}[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items.at(to % items.length).focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#close({back: true});
    } else if (event.key === "Tab") {
      this.#close();
    }
  }

  async #pick(option) {
    this.#close({back: true});
    const {element, ctx} = this.given;
    if (!(await confirmed(element.confirm, ctx))) return;
    if (option.url) window.open(option.url, "_blank", "noopener");
    await this.pass({selected: option.value});
  }

  draw({element, ctx}) {
    return html`
      <button type="button" class="bk-press bk-overflow" aria-haspopup="menu" aria-expanded=${this.#open}
              aria-label="More actions" aria-busy=${this.busy}
              @click=${() => (this.#open ? this.#close() : this.#show())}>
        <span aria-hidden="true">⋯</span>
      </button>
      <div class="bk-pop" popover="manual" @keydown=${(event) => this.#pressed(event)}>
        <ul role="menu" class="bk-choices" aria-label="More actions">
          ${element.options.map((option) => html`
            <li role="none">
              <button type="button" role="menuitem" tabindex="-1" class="bk-choice" @click=${() => this.#pick(option)}>
                <span class="bk-choice-text">${drawText(option.text, ctx)}</span>
                ${option.description
                  ? html`<span class="bk-choice-note">${drawText(option.description, ctx)}</span>`
                  : nothing}
              </button>
            </li>`)}
        </ul>
      </div>
      ${this.drawTrouble()}`;
  }
}

customElements.define("bk-select", Select);
customElements.define("bk-overflow", Overflow);
