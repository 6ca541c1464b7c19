// The head of a conversation: its name and topic, its members, pins and bookmarks, and what can be done with it.

import {html, nothing} from "./vendor/lit.js";
import {drawCard, openMenu} from "./menu.js";
import {asFace, badge, drawAvatar} from "./people.js";
import {emojiOf} from "./emojis.js";
import {icons} from "./icons.js";
import {shownName} from "./text.js";
import {clock} from "./times.js";
import {asTyped, counted, placeName} from "./words.js";

export function drawHead(page, channel) {
  const {state} = page;
  if (channel.is_im) return drawDirectHead(page, channel);
  const topic = asTyped(channel.topic?.value || channel.purpose?.value || "", page.directory);
  const name = channel.is_mpim ? placeName(channel, page.directory) : channel.name;
  const pins = state.pins.length;
  const members = membersOf(page, channel).length;
  const togglePins = () => page.openPanel(state.panel === "pins" ? null : "pins");
  return html`
    <header class="sh-head">
      <div class="sh-head-line">
        <h1>
          <button class="sh-head-name" aria-haspopup="menu"
            @click=${(event) => channelMenu(page, event.currentTarget, channel)}>
            ${channel.is_private ? icons.lock : icons.hash}<span>${name}</span>
            <span class="sh-caret" aria-hidden="true">▾</span>
          </button>
        </h1>
        <p class="sh-head-topic" title=${topic}>${topic}</p>
        <div class="sh-head-does">
          ${
            pins
              ? html`<button class="sh-button is-small" aria-expanded=${state.panel === "pins"}
                aria-label=${counted(pins, "pinned message")} @click=${togglePins}>
                ${icons.pin}<span>${pins}</span>
              </button>`
              : nothing
          }
          <button class="sh-button is-small" aria-haspopup="dialog" aria-label=${counted(members, "member")}
            @click=${(event) => openMembers(page, event.currentTarget, channel.id)}>
            ${icons.people}<span>${members}</span>
          </button>
        </div>
      </div>
      ${drawBookmarks(channel.bookmarks ?? [])}
    </header>`;
}

function drawDirectHead(page, channel) {
  const user = page.directory.user(channel.user);
  return html`
    <header class="sh-head">
      <div class="sh-head-line">
        <h1>
          ${user ? drawAvatar(asFace(user), "is-tiny") : nothing} ${placeName(channel, page.directory)}
          ${user?.is_bot ? badge : nothing}
        </h1>
        ${
          user && !user.is_bot
            ? html`<p class="sh-head-topic">${clock(page.now(), user.tz)} local time</p>`
            : nothing
        }
      </div>
      ${user?.is_bot ? drawTabs(page, user) : nothing}
    </header>`;
}

/** Home and Messages: the two faces of the app. */
export function drawTabs(page, bot) {
  const current = (place) => (page.state.route.place === place ? "page" : nothing);
  const tab = (place, name) => html`
    <li><a href=${page.href({place})} aria-current=${current(place)}>${name}</a></li>`;
  return html`
    <nav class="sh-tabs" aria-label="${bot.name}’s tabs">
      <ul role="list">${tab("home", "Home")}${tab(bot.name, "Messages")}</ul>
    </nav>`;
}

/** The head above the App Home. */
export function drawHomeHead(page) {
  const bot = page.state.workspace.bot;
  return html`
    <header class="sh-head">
      <div class="sh-head-line"><h1>${drawAvatar(asFace(bot), "is-tiny")} ${bot.name} ${badge}</h1></div>
      ${drawTabs(page, bot)}
    </header>`;
}

function drawBookmarks(bookmarks) {
  if (!bookmarks.length) return nothing;
  return html`
    <nav class="sh-bookmarks" aria-label="Bookmarks">
      <ul role="list">
        ${bookmarks.map(
          (mark) => html`
            <li>
              <a href=${mark.link} target="_blank" rel="noopener noreferrer">
                <span aria-hidden="true">${emojiOf(mark.emoji?.replaceAll(":", "") || "link")}</span> ${mark.title}
              </a>
            </li>`,
        )}
      </ul>
    </nav>`;
}

const membersOf = (page, channel) =>
  (channel.members ?? []).map((id) => page.directory.user(id)).filter(Boolean);

function openMembers(page, anchor, id) {
  page.openFloat(anchor, {
    kind: "card",
    draw: () => {
      const channel = page.state.room?.channel;
      if (channel?.id !== id) return nothing;
      const members = membersOf(page, channel);
      return drawCard(
        page,
        counted(members.length, "member"),
        html`
          <ul role="list" class="sh-members">
            ${members.map(
              (user) => html`
                <li>
                  ${drawAvatar(asFace(user), "is-small")}
                  <span class="sh-members-words">
                    <b>${shownName(user)}</b> ${user.is_bot ? badge : nothing}
                    ${user.id === page.me.id ? "(you)" : nothing}
                    ${user.is_bot ? nothing : html`<small>${clock(page.now(), user.tz)} · ${user.tz}</small>`}
                  </span>
                  ${
                    channel.is_member && !channel.is_general && !channel.is_mpim && user.id !== page.me.id
                      ? html`<button class="sh-button is-small" aria-label="Remove ${shownName(user)}"
                        @click=${() => page.does("kicks", {channel: id, user: user.id})}>Remove</button>`
                      : nothing
                  }
                </li>`,
            )}
          </ul>
          ${
            channel.is_member && !channel.is_archived && !channel.is_mpim
              ? html`<p class="sh-card-does">
                <button class="sh-button is-small" @click=${() => askForGuest(page, channel)}>
                  Invite people …
                </button>
              </p>`
              : nothing
          }`,
      );
    },
  });
}

function askForGuest(page, channel) {
  page.closeFloat();
  const everybody = [...page.state.workspace.people, page.state.workspace.bot];
  const options = everybody
    .filter((user) => !channel.members.includes(user.id) && !user.deleted)
    .map((user) => ({value: user.id, label: shownName(user)}));
  if (!options.length) {
    page.say("Everybody is in this channel.");
    return;
  }
  page.openSheet({
    title: `Invite people to #${channel.name}`,
    yes: "Invite",
    fields: [{name: "user", label: "Who", kind: "choice", options}],
    run: ({user}) => page.act("invites", {channel: channel.id, user}),
  });
}

function channelMenu(page, anchor, channel) {
  const inside = channel.is_member && !channel.is_archived;
  const items = [
    {label: "Copy link", icon: icons.copy, run: () => page.copy(page.archiveLink(channel.id))},
    ...(inside ? insideItems(page, channel) : []),
    ...(!channel.is_member && !channel.is_archived && !channel.is_private
      ? [{label: "Join channel", icon: icons.plus, run: () => page.does("joins", {channel: channel.id})}]
      : []),
    ...(channel.is_member && channel.is_archived
      ? [
          {
            label: "Open it again",
            icon: icons.archive,
            run: () => page.does("unarchives", {channel: channel.id}),
          },
        ]
      : []),
  ];
  openMenu(page, anchor, `#${channel.name}`, items);
}

function insideItems(page, channel) {
  const change = (verb, name) => async (values) => {
    await page.act(verb, {channel: channel.id, [name]: values[name]});
  };
  const ask = (title, field, verb) => () =>
    page.openSheet({title, fields: [field], run: change(verb, field.name)});
  const topic = {
    name: "topic",
    label: "Topic",
    kind: "long",
    max: 250,
    value: asTyped(channel.topic.value, page.directory),
  };
  const purpose = {
    name: "purpose",
    label: "Description",
    kind: "long",
    max: 250,
    value: asTyped(channel.purpose.value, page.directory),
  };
  const rename = {name: "name", label: "Name", max: 80, required: true, value: channel.name};
  return [
    {label: "Invite people …", icon: icons.people, run: () => askForGuest(page, channel)},
    {label: "Set the topic …", icon: icons.edit, run: ask("Topic", topic, "sets-topic")},
    {label: "Set the description …", icon: icons.edit, run: ask("Description", purpose, "sets-purpose")},
    {label: "Rename …", icon: icons.edit, run: ask("Rename the channel", rename, "renames")},
    ...(channel.is_general
      ? []
      : [
          {label: "Leave", icon: icons.back, run: () => leave(page, channel)},
          {label: "Archive …", icon: icons.archive, danger: true, run: () => archive(page, channel)},
        ]),
  ];
}

async function leave(page, channel) {
  if ((await page.does("leaves", {channel: channel.id})) && channel.is_private) page.go({place: "general"});
}

function archive(page, channel) {
  page.openSheet({
    title: `Archive #${channel.name}?`,
    body: html`<p>Nobody can write in it then. It stays as it is for whoever wants to read.</p>`,
    yes: "Archive",
    danger: true,
    run: async () => {
      await page.act("archives", {channel: channel.id});
      page.go({place: "general"});
    },
  });
}
