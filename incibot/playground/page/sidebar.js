// The left column: channels, direct messages and the app, with what is unread.

import {html, nothing, repeat} from "./vendor/lit.js";
import {openMenu} from "./menu.js";
import {asFace, drawAvatar} from "./people.js";
import {icons} from "./icons.js";
import {counted, placeName} from "./words.js";

export function drawSidebar(page) {
  const {state} = page;
  const rooms = state.channels.filter((one) => !one.is_archived);
  const channels = rooms.filter((one) => !one.is_im && !one.is_mpim);
  const mine = channels.filter((one) => one.is_member).sort(byName);
  const others = channels.filter((one) => !one.is_member).sort(byName);
  const bot = state.workspace.bot;
  const direct = rooms.filter((one) => one.is_mpim || (one.is_im && one.user !== bot.id));
  const botRoom = rooms.find((one) => one.is_im && one.user === bot.id);
  return html`
    <nav class="sh-side ${state.sideOpen ? "is-open" : ""}" id="sh-side" aria-label="Channels and direct messages"
      @keydown=${(event) => event.key === "Escape" && state.sideOpen && page.closeSide()}>
      <div class="sh-side-head">
        <h2>Channels</h2>
        <button class="sh-button-icon" aria-label="Add channels" aria-haspopup="menu" title="Add channels"
          @click=${(event) => addMenu(page, event.currentTarget)}>${icons.plus}</button>
      </div>
      <ul role="list">
        ${repeat(
          mine,
          (one) => one.id,
          (one) => drawRoom(page, one),
        )}
      </ul>
      ${
        others.length
          ? html`
            <div class="sh-side-head"><h2>Not joined</h2></div>
            <ul role="list">
              ${repeat(
                others,
                (one) => one.id,
                (one) => drawRoom(page, one),
              )}
            </ul>`
          : nothing
      }
      ${
        direct.length
          ? html`
            <div class="sh-side-head"><h2>Direct messages</h2></div>
            <ul role="list">
              ${repeat(
                direct,
                (one) => one.id,
                (one) => drawRoom(page, one),
              )}
            </ul>`
          : nothing
      }
      <div class="sh-side-head"><h2>Apps</h2></div>
      <ul role="list">
        <li>${drawApp(page, bot, botRoom)}</li>
      </ul>
    </nav>`;
}

const byName = (one, other) => one.name.localeCompare(other.name);

function drawRoom(page, room) {
  const user = room.is_im ? page.directory.user(room.user) : null;
  const icon = user ? drawAvatar(asFace(user), "is-tiny") : room.is_private ? icons.lock : icons.hash;
  const name = room.is_im || room.is_mpim ? placeName(room, page.directory) : room.name;
  const chosen = page.state.room?.channel?.id === room.id && page.state.route.place !== "home";
  const link = html`
    <a class="sh-side-room ${room.unread ? "is-unread" : ""} ${room.is_member === false ? "is-other" : ""}"
      href=${page.href({place: page.slug(room)})} aria-current=${chosen ? "page" : nothing}
      @click=${() => page.closeSide(false)}>
      <span class="sh-side-icon">${icon}</span>
      <span class="sh-side-name">${name}</span>
      ${room.is_private && !room.is_im && !room.is_mpim ? html`<span class="sh-aloud">, private</span>` : nothing}
      ${drawUnread(room, room.is_im ? room.unread : 0)}
    </a>`;
  if (room.is_member !== false) return html`<li>${link}</li>`;
  return html`
    <li class="sh-side-other">
      ${link}
      <button class="sh-side-join" aria-label="Join #${room.name}"
        @click=${() => page.does("joins", {channel: room.id})}>
        Join
      </button>
    </li>`;
}

function drawUnread(room, count) {
  if (!room.unread) return nothing;
  const words = `, ${counted(room.unread, "unread message")}${room.mentioned ? ", you are mentioned" : ""}`;
  const badge =
    room.mentioned || count
      ? html`<span class="sh-side-badge" aria-hidden="true">${room.mentioned && !count ? "@" : count}</span>`
      : nothing;
  return html`<span class="sh-aloud">${words}</span>${badge}`;
}

function drawApp(page, bot, room) {
  const {route} = page.state;
  const chosen = route.place === "home" || (room && page.state.room?.channel?.id === room.id);
  return html`
    <a class="sh-side-room ${room?.unread ? "is-unread" : ""}" aria-current=${chosen ? "page" : nothing}
      href=${page.href({place: room?.unread ? bot.name : "home"})} @click=${() => page.closeSide(false)}>
      <span class="sh-side-icon">${drawAvatar(asFace(bot), "is-tiny")}</span>
      <span class="sh-side-name">${bot.name}</span>
      ${room ? drawUnread(room, room.unread) : nothing}
    </a>`;
}

function addMenu(page, anchor) {
  const others = page.state.channels.filter((one) => one.is_member === false && !one.is_archived);
  openMenu(page, anchor, "Add channels", [
    {label: "Create a channel …", icon: icons.plus, run: () => askForChannel(page)},
    ...(others.length ? [{label: "Join a channel"}] : []),
    ...others.sort(byName).map((one) => ({
      label: `#${one.name}`,
      note: one.purpose.value,
      run: () => page.go({place: page.slug(one)}),
    })),
  ]);
}

function askForChannel(page) {
  page.openSheet({
    title: "Create a channel",
    yes: "Create",
    fields: [
      {
        name: "name",
        label: "Name",
        max: 80,
        required: true,
        hint: "Small letters, digits, hyphens. For example: checkout-alerts",
      },
      {name: "private", label: "Private: only people who are invited see it", kind: "check"},
    ],
    run: async ({name, private: isPrivate}) => {
      const called = name.replace(/^#/, "").toLowerCase().replaceAll(" ", "-");
      const {answer} = await page.act("creates", {name: called, private: isPrivate});
      await page.reread("channels");
      page.go({place: page.slugOf(answer)});
    },
  });
}
