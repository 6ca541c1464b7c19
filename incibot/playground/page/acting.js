// What is pressed or chosen: passed on to the app, seen to be on its way, and with Slack's warning where it fails.

import {confirmed} from "./confirming.js";
import {Part} from "./part.js";
import {html, nothing} from "./vendor/lit.js";

const TROUBLES = {
  operation_timeout: "This app did not answer within 3 seconds.",
  dispatch_failed: "This app did not take it.",
};

/** Element types, the key of what they hold, and the key of what they hold to begin with. */
const HOLDS = {
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  checkboxes: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
};

/** Whether an element holds several things at once. */
export const holdsMany = (type) => type === "checkboxes" || type.startsWith("multi_");

/** Why the app was not reached, in a sentence. */
const troubleWords = (trouble) => TROUBLES[trouble] ?? trouble;

/** What an element holds now: an option's value, an id, text, or a list of these. */
function held(element, block, ctx) {
  const [key, initial] = HOLDS[element.type] ?? [];
  const state = ctx.values?.[block.block_id]?.[element.action_id];
  const value = state ? state[key] : element[initial];
  if (holdsMany(element.type)) return (value ?? []).map((one) => bare(one, element));
  return value === undefined || value === null ? null : bare(value, element);
}

function bare(value, element) {
  if (typeof value !== "object" || element.type === "rich_text_input") return value;
  if (!element.type.endsWith("external_select")) return value.value;
  return {text: {type: value.text.type, text: value.text.text}, value: value.value};
}

/** A part that can be pressed. */
export class ActingPart extends Part {
  busy = false;
  trouble = "";

  begin() {
    this.busy = false;
    this.trouble = "";
  }

  /** Pass a click on, with what was chosen. */
  async pass(chosen) {
    const {ctx, block, element, key} = this.given;
    this.busy = true;
    this.trouble = "";
    this.update();
    let trouble = "";
    try {
      await ctx.flush?.();
      const {channel, ts} = ctx.surface;
      const where = {block_id: block.block_id, channel, ts};
      const answer = await ctx.act("clicks", {action_id: element.action_id, ...where, ...chosen});
      trouble = answer?.trouble ?? "";
    } catch (refused) {
      trouble = refused.detail || refused.error || String(refused);
    }
    if (this.given.key !== key) return;
    this.busy = false;
    this.trouble = trouble;
    this.update();
  }

  /** Slack's warning, where the last click came to nothing. */
  drawTrouble() {
    if (!this.trouble) return nothing;
    return html`
      <span class="bk-warning" role="alert" title=${this.trouble}>
        <span aria-hidden="true">⚠</span> ${troubleWords(this.trouble)} Try again?
      </span>`;
  }
}

/** A part that holds something: what was given, until somebody touches it. */
export class HoldingPart extends ActingPart {
  #touched = false;
  #value = null;

  begin() {
    super.begin();
    this.#touched = false;
    this.#value = null;
  }

  get value() {
    const {element, block, ctx} = this.given;
    return this.#touched ? this.#value : held(element, block, ctx);
  }

  /** Keep what was typed, and tell nobody yet. */
  keep(value) {
    this.#touched = true;
    this.#value = value;
  }

  /** Hold another value: of a form's field it is noted, of anything else the app is told. */
  async choose(value) {
    const {ctx, block, element} = this.given;
    const [touched, before] = [this.#touched, this.#value];
    this.keep(value);
    this.update();
    if (block.type === "input") {
      ctx.fill?.(block.block_id, value);
      if (block.dispatch_action || !ctx.fill) await this.pass({selected: value});
    } else if (await confirmed(element.confirm, ctx)) {
      await this.pass({selected: value});
    } else {
      [this.#touched, this.#value] = [touched, before];
      this.update();
    }
  }
}
