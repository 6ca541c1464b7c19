// The top bar: who one is, and the doors to the console, the set-up and the theme.

import {html, nothing} from "./vendor/lit.js";
import {drawAvatar, asFace} from "./people.js";
import {iconButton} from "./buttons.js";
import {icons} from "./icons.js";
import {clock} from "./times.js";

export function drawTop(page) {
  const {state} = page;
  const {desk} = state;
  const dark = page.isDark();
  return html`
    <header class="sh-top">
      <button class="sh-top-button sh-top-menu" aria-expanded=${state.sideOpen} aria-controls="sh-side"
        aria-label="Channels" @click=${() => (state.sideOpen ? page.closeSide() : page.openSide())}
        >${icons.menu}</button>
      <p class="sh-top-name">${state.workspace.team.name}</p>
      <nav class="sh-who" aria-label="Who you are">
        <ul role="list">
          ${state.workspace.people.map((person) => drawPerson(page, person))}
        </ul>
      </nav>
      <div class="sh-top-does">
        ${
          desk.setup === null
            ? nothing
            : html`<button class="sh-top-button" aria-haspopup="dialog" @click=${() => desk.set({setup: true})}
              >${icons.bolt}<span class="sh-top-words">Use it in your workspace</span></button>`
        }
        ${iconButton(
          "What to try here",
          html`<b aria-hidden="true">?</b>`,
          () => desk.set({welcome: !desk.open.welcome}),
          {kind: "sh-top-button", pressed: desk.open.welcome},
        )}
        <button class="sh-top-button" aria-expanded=${desk.open.console}
          @click=${() => desk.set({console: !desk.open.console})}
          >${icons.console}<span class="sh-top-words">Console</span></button>
        ${iconButton(
          "Dark theme",
          dark ? icons.sun : icons.moon,
          () => page.setTheme(dark ? "light" : "dark"),
          {kind: "sh-top-button", pressed: dark},
        )}
      </div>
    </header>`;
}

function drawPerson(page, person) {
  const {state} = page;
  const me = person.name === state.who;
  const first = person.profile.first_name || person.name;
  const time = clock(page.now(), person.tz);
  return html`
    <li>
      <a class="sh-who-one" href=${page.href({who: person.name, thread: state.route.thread})}
        aria-current=${me ? "true" : nothing} title="${person.real_name}, ${time} in ${person.tz}">
        ${drawAvatar(asFace(person), "is-small")}
        <span class="sh-who-words"><span>${first}</span> <small>${time}</small></span>
      </a>
    </li>`;
}
