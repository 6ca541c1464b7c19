// Questions before everything else: "Delete this message?", and small forms such as "Create a channel".

import {html, keyed, nothing, ref} from "./vendor/lit.js";
import {iconButton} from "./buttons.js";
import {icons} from "./icons.js";
import {refusal} from "./words.js";

const shown = (dialog) => {
  if (dialog) queueMicrotask(() => dialog.isConnected && !dialog.open && dialog.showModal());
};

/**
 * @typedef {{name: string, label: string, kind?: "text"|"long"|"check"|"choice", value?: string,
 *            hint?: string, max?: number, required?: boolean,
 *            options?: {value: string, label: string}[]}} Field
 * @typedef {{title: string, body?: unknown, fields?: Field[], yes?: string, danger?: boolean,
 *            wide?: boolean, run?: (values: object) => Promise<void>}} Sheet
 *   `run` throws what the API throws, and the sheet says it; without `run` there is only Close
 */

/** The sheet that is open; nothing where none is. */
export function drawSheet(page) {
  const sheet = page.state.sheet;
  return sheet ? keyed(sheet, drawn(page, sheet)) : nothing;
}

function drawn(page, sheet) {
  const close = (event) => event.target.closest("dialog").close();
  const outside = (event) => {
    if (event.target === event.currentTarget) event.currentTarget.close();
  };
  const sent = async (event) => {
    event.preventDefault();
    const dialog = event.target.closest("dialog");
    const values = valuesOf(event.target, sheet.fields ?? []);
    sheet.trouble = null;
    try {
      await sheet.run(values);
      dialog.close();
    } catch (problem) {
      sheet.trouble = refusal(problem);
      page.render();
    }
  };
  return html`
    <dialog
      class="sh-sheet ${sheet.wide ? "is-wide" : ""}"
      aria-labelledby="sh-sheet-title"
      @close=${() => page.closeSheet(sheet)}
      @pointerdown=${outside}
      ${ref(shown)}
    >
      <form class="sh-sheet-inner" method="dialog" @submit=${sheet.run ? sent : nothing}>
        <header class="sh-sheet-head">
          <h2 id="sh-sheet-title">${sheet.title}</h2>
          ${iconButton("Close", icons.close, close)}
        </header>
        <div class="sh-sheet-body">
          ${sheet.body ? (typeof sheet.body === "function" ? sheet.body(page) : sheet.body) : nothing}
          ${(sheet.fields ?? []).map((field, index) => drawField(field, index === 0))}
          ${sheet.trouble ? html`<p class="sh-trouble" role="alert">${sheet.trouble}</p>` : nothing}
        </div>
        ${
          sheet.run
            ? html`
              <footer class="sh-sheet-foot">
                <button type="button" class="sh-button" @click=${close}>Cancel</button>
                <button type="submit" ?autofocus=${!sheet.fields}
                  class="sh-button ${sheet.danger ? "is-danger" : "is-primary"}">
                  ${sheet.yes ?? "Save"}
                </button>
              </footer>`
            : nothing
        }
      </form>
    </dialog>`;
}

function drawField(field, first) {
  const id = `sh-field-${field.name}`;
  const hint = field.hint ? html`<small id="${id}-hint">${field.hint}</small>` : nothing;
  const described = field.hint ? `${id}-hint` : nothing;
  if (field.kind === "check") {
    return html`
      <p class="sh-field is-check">
        <input type="checkbox" id=${id} name=${field.name} aria-describedby=${described} />
        <label for=${id}>${field.label}</label>${hint}
      </p>`;
  }
  return html`
    <p class="sh-field">
      <label for=${id}>${field.label}</label>
      ${
        field.kind === "choice"
          ? html`
            <select id=${id} name=${field.name} ?autofocus=${first} aria-describedby=${described}>
              ${field.options.map((option) => html`<option value=${option.value}>${option.label}</option>`)}
            </select>`
          : field.kind === "long"
            ? html`<textarea id=${id} name=${field.name} rows="3" maxlength=${field.max ?? nothing}
              ?autofocus=${first}
              aria-describedby=${described} .value=${field.value ?? ""}></textarea>`
            : html`<input id=${id} name=${field.name} maxlength=${field.max ?? nothing} ?autofocus=${first}
              ?required=${field.required} autocomplete="off" aria-describedby=${described}
              .value=${field.value ?? ""} />`
      }
      ${hint}
    </p>`;
}

function valuesOf(form, fields) {
  return Object.fromEntries(
    fields.map(({name, kind}) => {
      const input = form.elements.namedItem(name);
      return [name, kind === "check" ? input.checked : input.value.trim()];
    }),
  );
}
