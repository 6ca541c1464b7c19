// What floats beside a button: menus, and cards with anything in them. One at a time.

import {html, nothing, ref} from "./vendor/lit.js";
import {iconButton} from "./buttons.js";
import {icons} from "./icons.js";

const MARGIN = 8;

/**
 * @typedef {{label: string, note?: string, icon?: object, danger?: boolean, chosen?: boolean,
 *            run?: () => void, heading?: boolean}} Item an item without `run` is a heading
 */

/** The layer in which a menu or a card floats; nothing where none is open. */
export function drawFloat(page) {
  const float = page.state.float;
  if (!float) return nothing;
  return html`
    <div
      class="sh-float sh-float-${float.kind}"
      role=${float.kind === "menu" ? "region" : nothing}
      aria-label=${float.kind === "menu" ? "Menu" : nothing}
      @keydown=${(event) => (float.kind === "menu" ? menuKey(event, page) : cardKey(event, page))}
      ${ref((element) => element && arrive(element, float))}
    >
      ${float.draw(page)}
    </div>`;
}

function arrive(element, float) {
  queueMicrotask(() => {
    if (!element.isConnected) return;
    if (!float.at) float.at = spot(element, float.anchor);
    element.style.left = `${float.at.left}px`;
    element.style.top = `${float.at.top}px`;
    if (float.arrived) return;
    float.arrived = true;
    (
      element.querySelector("[autofocus]") ?? element.querySelector("[role=menuitem], button, input")
    )?.focus();
  });
}

/** Below the anchor where there is room, above it else; never outside the window. */
function spot(element, anchor) {
  const by = anchor.getBoundingClientRect();
  const {width, height} = element.getBoundingClientRect();
  const below = by.bottom + 4;
  const top = below + height + MARGIN <= innerHeight ? below : by.top - height - 4;
  const left = by.left + width + MARGIN <= innerWidth ? by.left : by.right - width;
  return {
    left: Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN)),
    top: Math.max(MARGIN, Math.min(top, innerHeight - height - MARGIN)),
  };
}

/**
 * Items one below the other.
 *
 * @param {string} label what the menu is for
 * @param {Item[]} items
 */
export function drawMenu(page, label, items) {
  const chosen = (item) => {
    page.closeFloat();
    item.run();
  };
  return html`
    <div role="menu" aria-label=${label} class="sh-menu">
      ${items.map((item) =>
        item.run
          ? html`
              <button
                role="menuitem"
                tabindex="-1"
                class="sh-menu-item ${item.danger ? "is-danger" : ""}"
                @click=${() => chosen(item)}
              >
                <span class="sh-menu-icon">${item.icon ?? nothing}</span>
                <span class="sh-menu-words"
                  ><span>${item.label}</span>${item.note ? html`<small>${item.note}</small>` : nothing}</span
                >
              </button>`
          : html`<div role="presentation" class="sh-menu-heading">${item.label}</div>`,
      )}
    </div>`;
}

/** Open a menu at a button. */
export function openMenu(page, anchor, label, items) {
  page.openFloat(anchor, {kind: "menu", draw: () => drawMenu(page, label, items)});
}

function menuKey(event, page) {
  const items = [...event.currentTarget.querySelectorAll("[role=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const to = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items[to].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    page.closeFloat();
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    const letter = event.key.toLowerCase();
    const round = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    round.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
  }
}

function cardKey(event, page) {
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  page.closeFloat();
}

/** A card with a heading and a button that closes it. */
export function drawCard(page, title, body) {
  return html`
    <section role="dialog" aria-label=${title} class="sh-card">
      <div class="sh-card-head">
        <h2>${title}</h2>
        ${iconButton("Close", icons.close, () => page.closeFloat())}
      </div>
      ${body}
    </section>`;
}
