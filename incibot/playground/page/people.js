// How people and the bot are shown: avatars, badges, and the card with somebody's name and time.

import {html, nothing} from "./vendor/lit.js";
import {drawCard} from "./menu.js";
import {emojiOf} from "./emojis.js";
import {icons} from "./icons.js";
import {clock} from "./times.js";
import {colourOf, initials} from "./words.js";

/**
 * A rounded square with initials; the bot has a picture instead.
 *
 * @param {{id: string, name: string, app?: boolean, emoji?: string}} who
 */
export function drawAvatar(who, size = "") {
  if (who.emoji) {
    const emoji = emojiOf(who.emoji.replaceAll(":", ""));
    return html`<span class="sh-avatar is-emoji ${size}" aria-hidden="true">${emoji}</span>`;
  }
  if (who.app) return html`<span class="sh-avatar is-app ${size}" aria-hidden="true">${icons.app}</span>`;
  const colour = `is-${colourOf(who.id)}`;
  return html`<span class="sh-avatar ${colour} ${size}" aria-hidden="true">${initials(who.name)}</span>`;
}

/** What `drawAvatar` takes, of a user object. */
export const asFace = (user) => ({id: user.id, name: user.real_name ?? user.name, app: user.is_bot});

export const badge = html`<span class="sh-badge-app">APP</span>`;

/** The card with who somebody is, at what was clicked. */
export function openProfile(page, anchor, user) {
  page.openFloat(anchor, {
    kind: "card",
    draw: () =>
      drawCard(
        page,
        user.real_name ?? user.name,
        html`
          <div class="sh-profile">
            ${drawAvatar(asFace(user), "is-large")}
            <p>
              <b>${user.real_name ?? user.name}</b> ${user.is_bot ? badge : nothing}<br />
              @${user.name}
              ${user.is_bot ? nothing : html`<br />${clock(page.now(), user.tz)} local time (${user.tz})`}
            </p>
          </div>
          <p class="sh-card-does">
            <a class="sh-button is-small" href=${page.href({place: user.is_bot ? user.name : `@${user.name}`})}
              @click=${() => page.closeFloat(false)}>Message</a>
            ${
              user.is_bot || user.name === page.state.who
                ? nothing
                : html`<a class="sh-button is-small" href=${page.href({who: user.name})}
                  @click=${() => page.closeFloat(false)}>Be ${user.profile?.first_name || user.name}</a>`
            }
          </p>`,
      ),
  });
}
