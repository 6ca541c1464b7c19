// The emoji picker: a search field and a grid to walk with the arrows.

import {html, nothing} from "./vendor/lit.js";
import {emojiOf, findEmojis, OFTEN, spokenEmoji} from "./emojis.js";

const COLUMNS = 9;
const PAGE = 180;

/**
 * Open the picker at a button.
 *
 * @param {(name: string) => void} chosen gets the short name, without colons
 */
export function openPicker(page, anchor, chosen) {
  const picker = {words: "", most: PAGE, chosen};
  page.openFloat(anchor, {kind: "picker", draw: () => draw(page, picker)});
}

function draw(page, picker) {
  const found = findEmojis(picker.words, picker.most);
  const often = picker.words ? [] : OFTEN.map((name) => ({name, emoji: emojiOf(name)}));
  const choose = (name) => {
    page.closeFloat();
    picker.chosen(name);
  };
  const typed = (event) => {
    picker.words = event.target.value;
    picker.most = PAGE;
    page.render();
  };
  const key = (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      event.target.closest(".sh-picker").querySelector(".sh-picker-emoji")?.focus();
    } else if (event.key === "Enter" && found.length) {
      event.preventDefault();
      choose((picker.words ? found : often)[0].name);
    }
  };
  const scrolled = (event) => {
    const {scrollTop, clientHeight, scrollHeight} = event.target;
    if (scrollTop + clientHeight < scrollHeight - 60 || found.length < picker.most) return;
    picker.most += PAGE;
    page.render();
  };
  const button = ({name, emoji}) => html`
    <button class="sh-picker-emoji" tabindex="-1" title=":${name}:" aria-label=${spokenEmoji(name)}
      @click=${() => choose(name)}>${emoji}</button>`;
  return html`
    <section class="sh-picker" role="dialog" aria-label="Choose an emoji">
      <input type="search" class="sh-picker-search" aria-label="Search emoji" placeholder="Search emoji" autofocus
        .value=${picker.words} @input=${typed} @keydown=${key} />
      <div class="sh-picker-scroll" tabindex="0" role="group" aria-label="Emoji" @scroll=${scrolled} @keydown=${walk}>
        ${
          often.length
            ? html`<h3>Often used</h3>
              <div class="sh-picker-grid">${often.map(button)}</div>
              <h3>All</h3>`
            : nothing
        }
        <div class="sh-picker-grid">${found.map(button)}</div>
        ${found.length ? nothing : html`<p class="sh-empty">No emoji is called “${picker.words}”.</p>`}
      </div>
    </section>`;
}

function walk(event) {
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS}[event.key];
  if (!step || !buttons.length) return;
  event.preventDefault();
  if (at >= 0 && at + step < 0) {
    event.currentTarget.closest(".sh-picker").querySelector("input").focus();
    return;
  }
  buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)].focus();
}
