// Block Kit's blocks, as Slack's client lays them out.

import {drawElement, drawImage} from "./elements.js";
import {Part} from "./part.js";
import {drawRich, drawText, drawWords} from "./text.js";
import {html, nothing, repeat, unsafeHTML} from "./vendor/lit.js";

let count = 0;

const KINDS = {
  header: drawHeader,
  section: drawSection,
  context: drawContext,
  actions: drawActions,
  context_actions: drawActions,
  divider: () => html`<hr class="bk-divider" />`,
  image: drawPicture,
  rich_text: (block, ctx) => html`<div class="bk-rich">${drawRich(block.elements, ctx)}</div>`,
  // Made by the server, which lets no HTML of the app's through.
  markdown: (block) => html`<div class="bk-markdown" dir="auto">${unsafeHTML(block.html ?? "")}</div>`,
  table: drawTable,
  input: (block, ctx) => html`<bk-field class="bk-part" .given=${{block, ctx, key: block.block_id}}></bk-field>`,
};

/**
 * Draws blocks.
 * @param {object[]} blocks with `rich` in their texts, as the server prepares them
 * @param {object} ctx who looks, where, and what a click does
 */
export function drawBlocks(blocks, ctx) {
  const keyed = (block, number) => block.block_id ?? number;
  return html`
    <div class="bk-blocks">
      ${repeat(blocks ?? [], keyed, (block) => html`<div class="bk-block">${drawBlock(block, ctx)}</div>`)}
    </div>`;
}

function drawBlock(block, ctx) {
  const draw = KINDS[block.type];
  if (draw) return draw(block, ctx);
  return html`<p class="bk-unknown">A block of the type “${block.type}” is not drawn here.</p>`;
}

function drawHeader(block, ctx) {
  const words = drawText(block.text, ctx);
  // A message stands below its day or its thread, a form's blocks below its title.
  return ctx.surface.kind === "home"
    ? html`<h2 class="bk-header" dir="auto">${words}</h2>`
    : html`<h3 class="bk-header" dir="auto">${words}</h3>`;
}

function drawSection(block, ctx) {
  const {text, fields, accessory} = block;
  const drawField = (field) => html`<div class="bk-field-text">${drawWords(field, ctx)}</div>`;
  return html`
    <div class="bk-section">
      <div class="bk-section-text">
        ${text ? drawWords(text, ctx) : nothing}
        ${fields ? html`<div class="bk-fields">${fields.map(drawField)}</div>` : nothing}
      </div>
      ${accessory ? html`<div class="bk-accessory">${drawElement(block, accessory, ctx)}</div>` : nothing}
    </div>`;
}

function drawContext(block, ctx) {
  return html`
    <div class="bk-context">
      ${block.elements.map((element) => element.type === "image"
        ? drawImage(element)
        : html`<div class="bk-context-text">${drawWords(element, ctx)}</div>`)}
    </div>`;
}

function drawActions(block, ctx) {
  return html`<div class="bk-actions">${block.elements.map((element) => drawElement(block, element, ctx))}</div>`;
}

function drawPicture(block, ctx) {
  return html`
    <figure class="bk-figure">
      ${block.title ? html`<figcaption>${drawText(block.title, ctx)}</figcaption>` : nothing}
      <img src=${block.image_url ?? nothing} alt=${block.alt_text ?? ""} loading="lazy" />
    </figure>`;
}

function drawTable(block, ctx) {
  const words = (one) => (one.type === "rich_text" ? drawRich(one.elements, ctx) : one.text);
  const head = (one) => html`<th scope="col">${words(one)}</th>`;
  const cell = (one) => html`<td>${words(one)}</td>`;
  return html`
    <div class="bk-table" tabindex="0" role="group" aria-label="Table">
      <table>
        ${block.rows.map((row, number) => html`<tr>${row.map(number ? cell : head)}</tr>`)}
      </table>
    </div>`;
}

// --- Fields of a form ----------------------------------------------------------------------------

const GROUPS = ["radio_buttons", "checkboxes"];

/** A label, what is filled in, a hint, and what is wrong with it. */
class Field extends Part {
  #id = `bk-field-${++count}`;

  draw({block, ctx}) {
    const {element, label, hint, optional} = block;
    const wrong = ctx.errors?.[block.block_id];
    const [labelId, hintId, wrongId] = [`${this.#id}-label`, `${this.#id}-hint`, `${this.#id}-wrong`];
    const ids = {
      id: this.#id,
      labelledBy: labelId,
      describedBy: [wrong && wrongId, hint && hintId].filter(Boolean).join(" ") || undefined,
      invalid: wrong ? true : undefined,
      required: optional ? undefined : true,
    };
    const words = html`
      ${drawText(label, {...ctx, open: undefined})}
      ${optional ? html`<span class="bk-optional">(optional)</span>` : nothing}`;
    const title = GROUPS.includes(element.type)
      ? html`<div class="bk-label" id=${labelId} dir="auto">${words}</div>`
      : html`<label class="bk-label" id=${labelId} for=${this.#id} dir="auto">${words}</label>`;
    return html`
      <div class="bk-field ${wrong ? "bk-wrong-field" : ""}">
        ${title}
        ${drawElement(block, element, ctx, ids)}
        ${wrong
          ? html`<p class="bk-wrong" id=${wrongId}><span aria-hidden="true">⚠</span> ${wrong}</p>`
          : nothing}
        ${hint ? html`<div class="bk-hint" id=${hintId}>${drawWords(hint, ctx)}</div>` : nothing}
      </div>`;
  }
}

customElements.define("bk-field", Field);
