// One message: author, words, files, reactions, its thread, and what can be done with it.

import {html, nothing, ref, repeat} from "./vendor/lit.js";
import {drawBlocks} from "./blocks.js";
import {iconButton} from "./buttons.js";
import {emojiOf, spokenEmoji} from "./emojis.js";
import {icons} from "./icons.js";
import {openMenu} from "./menu.js";
import {asFace, badge, drawAvatar, openProfile} from "./people.js";
import {openPicker} from "./picker.js";
import {drawRich, shownName} from "./text.js";
import {clock, dateOf, moment, whole} from "./times.js";
import {drawFiles} from "./viewer.js";
import {asTyped, counted, listed} from "./words.js";

/** Slack's own lines in a conversation. */
export const LINES = new Set([
  "channel_join",
  "group_join",
  "channel_leave",
  "group_leave",
  "channel_topic",
  "channel_purpose",
  "channel_name",
  "channel_archive",
  "channel_unarchive",
  "pinned_item",
]);
const FACES_MAX = 5;

/** Who a message is from, as `drawAvatar` takes it, with the user where there is one. */
export function authorOf(page, message) {
  const user = page.directory.user(message.user);
  if (message.subtype === "bot_message") {
    return {
      id: message.bot_id ?? "B",
      name: message.username ?? "app",
      app: true,
      emoji: message.icons?.emoji,
    };
  }
  if (user) return {...asFace(user), user};
  if (message.bot_profile || message.bot_id)
    return {id: message.bot_id, name: message.bot_profile?.name ?? "app", app: true};
  return {id: "USLACKBOT", name: "Slackbot"};
}

/** The last words of a message for whoever hears it instead of seeing it. */
export const spoken = (page, message) => asTyped(message.text, page.directory) || "a message without text";

/**
 * @typedef {{where: "channel"|"thread", channel: object, compact?: boolean, tab?: boolean}} Setting
 *   compact: the same author went on writing; tab: the one that the Tab key reaches
 */

/** @param {Setting} setting */
export function drawMessage(page, message, setting) {
  const {state} = page;
  const {channel, where} = setting;
  const author = authorOf(page, message);
  const date = dateOf(message.ts);
  const line = LINES.has(message.subtype);
  const gone = message.subtype === "tombstone";
  const compact = setting.compact && !line;
  const editing = state.editing?.ts === message.ts && state.editing.where === where;
  const kinds = [
    "sh-message",
    compact ? "is-compact" : "",
    message.is_ephemeral ? "is-ephemeral" : "",
    message.pinned_to?.length ? "is-pinned" : "",
    state.flash === message.ts ? "is-flashing" : "",
    line ? "is-line" : "",
  ].join(" ");
  const time = html`<time class="sh-time" datetime=${date.toISOString()} title=${whole(date, page.zone)}
    >${clock(date, page.zone)}</time>`;
  const seenBy = message.is_ephemeral ? ", only visible to you" : "";
  return html`
    <article class=${kinds} data-ts=${message.ts} tabindex=${setting.tab ? 0 : -1}
      aria-label="${author.name}, ${moment(date, page.zone, page.now())}${seenBy}"
      @keydown=${(event) => messageKey(page, event, message, setting)}>
      <div class="sh-message-side">${compact ? time : gone ? icons.trash : drawAvatar(author)}</div>
      <div class="sh-message-main">
        ${message.is_ephemeral ? html`<p class="sh-note">${icons.eye} Only visible to you</p>` : nothing}
        ${
          message.pinned_to?.length
            ? html`<p class="sh-note">${icons.pin} Pinned by ${nameOf(page, message.pinned_info?.pinned_by)}</p>`
            : nothing
        }
        ${message.subtype === "thread_broadcast" && where === "channel" ? drawBroadcast(page, message) : nothing}
        ${
          compact
            ? nothing
            : html`<p class="sh-author">
              ${gone ? nothing : drawName(page, author)} ${author.app ? badge : nothing} ${time}
            </p>`
        }
        ${editing ? drawEditor(page, message, channel) : drawBody(page, message, channel, gone, line)}
        ${message.files?.length ? drawFiles(page, message.files) : nothing}
        ${message.reactions?.length ? drawReactions(page, message, channel) : nothing}
        ${where === "channel" && message.reply_count ? drawThreadFoot(page, message) : nothing}
        ${
          message.is_ephemeral
            ? html`<p class="sh-note">
              <button class="sh-link" @click=${() => page.dismiss(message, channel)}>Dismiss message</button>
            </p>`
            : nothing
        }
      </div>
      ${message.is_ephemeral || gone ? nothing : drawTools(page, message, setting)}
    </article>`;
}

function drawName(page, author) {
  if (!author.user) return html`<b class="sh-author-name">${author.name}</b>`;
  const open = (event) => openProfile(page, event.currentTarget, author.user);
  return html`<button class="sh-author-name" @click=${open}>${author.name}</button>`;
}

/** Somebody's name, or "you". */
function nameOf(page, id) {
  return id === page.me.id ? "you" : (shownName(page.directory.user(id)) ?? "somebody");
}

function drawBroadcast(page, message) {
  return html`<p class="sh-note">replied to <a href=${page.href({thread: message.thread_ts})}>a thread</a></p>`;
}

function drawBody(page, message, channel, gone, line) {
  if (gone) return html`<p class="sh-body sh-gone">This message was deleted.</p>`;
  if (line) return drawLine(page, message, channel);
  const ctx = page.ctx({kind: "message", channel: channel.id, ts: message.ts});
  const edited =
    message.edited && !message.bot_id
      ? html`<small class="sh-edited" title=${whole(dateOf(message.edited.ts), page.zone)}>(edited)</small>`
      : nothing;
  return html`
    <div class="sh-body">
      ${drawWords(message, ctx)}
      ${edited}
      ${(message.attachments ?? []).map((one) => drawAttachment(one, ctx))}
    </div>`;
}

function drawAttachment(one, ctx) {
  const words = one.text || one.fallback || "";
  return html`
    <div class="sh-attachment">
      ${one.title ? html`<b>${one.title}</b>` : nothing}
      ${one.blocks ? drawBlocks(one.blocks, ctx) : one.rich ? drawRich(one.rich, ctx) : html`<p>${words}</p>`}
    </div>`;
}

/** What a message says, however it was written. */
export function drawWords(message, ctx) {
  if (message.rich?.length) return drawRich(message.rich, ctx);
  return message.blocks?.length ? drawBlocks(message.blocks, ctx) : message.text;
}

function drawLine(page, message, channel) {
  const words = asTyped(message.text, page.directory);
  const name = page.directory.user(message.user)?.name;
  const rest = words.startsWith(`@${name} `) ? words.slice(name.length + 2) : words;
  const joined = message.subtype === "channel_join" || message.subtype === "group_join";
  const how = message.inviter
    ? `was added to #${channel.name} by ${nameOf(page, message.inviter)}.`
    : `joined #${channel.name}.`;
  return html`
    <p class="sh-body sh-line">
      ${joined ? how : rest}
      ${
        message.subtype === "pinned_item" && message.item
          ? html`<a href=${page.href({message: message.item.ts})}>See it</a>`
          : nothing
      }
    </p>`;
}

// --- Reactions and threads ---------------------------------------------------------------------------

function drawReactions(page, message, channel) {
  const inside = page.mayWrite(channel);
  return html`
    <ul role="list" class="sh-reactions" aria-label="Reactions">
      ${repeat(
        message.reactions,
        (reaction) => reaction.name,
        (reaction) => {
          const mine = reaction.users.includes(page.me.id);
          const names = reaction.users.map((id) => nameOf(page, id));
          const words = `${listed(names)} reacted with :${reaction.name}:`;
          return html`
            <li>
              <button class="sh-reaction" aria-pressed=${mine} title=${words} ?disabled=${!inside}
                aria-label="${spokenEmoji(reaction.name)}, ${counted(reaction.count, "reaction")}, ${listed(names)}"
                @click=${() => page.react(message, channel, reaction.name, !mine)}>
                <span aria-hidden="true">${emojiOf(reaction.name)}</span><span>${reaction.count}</span>
              </button>
            </li>`;
        },
      )}
      ${
        inside
          ? html`<li><button class="sh-reaction is-add" aria-label="Add a reaction" title="Add a reaction"
            @click=${(event) => pickReaction(page, event.currentTarget, message, channel)}>${icons.react}</button></li>`
          : nothing
      }
    </ul>`;
}

function drawThreadFoot(page, message) {
  const faces = (message.reply_users ?? [])
    .slice(0, FACES_MAX)
    .map((id) => page.directory.user(id))
    .filter(Boolean);
  const last = moment(dateOf(message.latest_reply), page.zone, page.now());
  return html`
    <a class="sh-thread-foot" href=${page.href({thread: message.ts})}>
      ${faces.map((user) => drawAvatar(asFace(user), "is-tiny"))}
      <b>${counted(message.reply_count, "reply", "replies")}</b>
      <span>last reply ${last}</span>
    </a>`;
}

// --- What can be done ------------------------------------------------------------------------------------

function drawTools(page, message, setting) {
  const {channel, where} = setting;
  const inside = page.mayWrite(channel);
  const isPinned = Boolean(message.pinned_to?.length);
  const place = {channel: channel.id, ts: message.ts};
  const pin = isPinned
    ? {label: "Unpin", run: () => page.does("unpins", place)}
    : {label: "Pin", run: () => page.does("pins", place)};
  const react = (event) => pickReaction(page, event.currentTarget, message, channel);
  const more = (event) => moreMenu(page, event.currentTarget, message, setting);
  const tool = (label, icon, run, options) => iconButton(label, icon, run, {kind: "sh-tool", ...options});
  return html`
    <div class="sh-tools" role="group" aria-label="Message actions">
      ${inside ? tool("React", icons.react, react) : nothing}
      ${where === "channel" ? tool("Reply in thread", icons.reply, () => openThread(page, message)) : nothing}
      ${
        inside && !LINES.has(message.subtype)
          ? tool(pin.label, icons.pin, pin.run, {pressed: isPinned})
          : nothing
      }
      ${tool("More actions", icons.more, more, {popup: "menu"})}
    </div>`;
}

const pickReaction = (page, anchor, message, channel) =>
  openPicker(page, anchor, (name) => page.react(message, channel, name, true));

const openThread = (page, message) => page.go({thread: message.thread_ts ?? message.ts});

const mayEdit = (page, message) =>
  message.user === page.me.id &&
  !message.bot_id &&
  (!message.subtype || message.subtype === "thread_broadcast");

const mayDelete = (page, message) =>
  !["channel_join", "group_join", "tombstone"].includes(message.subtype) &&
  (message.user === page.me.id || page.me.is_admin);

function moreMenu(page, anchor, message, {channel, where}) {
  const inside = page.mayWrite(channel);
  const root = message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : null;
  const app = page.state.workspace.app;
  const shortcuts = (app?.shortcuts ?? []).filter((one) => one.type === "message");
  openMenu(page, anchor, "More actions", [
    {
      label: "Copy link",
      icon: icons.copy,
      run: () => page.copy(page.archiveLink(channel.id, message.ts, root)),
    },
    ...(inside && mayEdit(page, message)
      ? [{label: "Edit message", icon: icons.edit, run: () => startEditing(page, message, where)}]
      : []),
    ...(inside && mayDelete(page, message)
      ? [
          {
            label: "Delete message …",
            icon: icons.trash,
            danger: true,
            run: () => askToDelete(page, message, channel),
          },
        ]
      : []),
    ...(shortcuts.length && !LINES.has(message.subtype) ? [{label: "Message shortcuts"}] : []),
    ...(LINES.has(message.subtype) ? [] : shortcuts).map((one) => ({
      label: one.name,
      note: app.name,
      icon: icons.bolt,
      run: () => page.shortcut("message-shortcut", one, {channel: channel.id, ts: message.ts}),
    })),
  ]);
}

export function askToDelete(page, message, channel) {
  page.openSheet({
    title: "Delete message",
    body: html`
      <p>Shall this message go? That cannot be undone.</p>
      <blockquote class="sh-quote">${spoken(page, message)}</blockquote>`,
    yes: "Delete",
    danger: true,
    run: () => page.act("deletes", {channel: channel.id, ts: message.ts}),
  });
}

// --- Editing ------------------------------------------------------------------------------------------------

/** Put a message's words into a field in its place. */
export function startEditing(page, message, where) {
  page.set({editing: {ts: message.ts, where, text: asTyped(message.text, page.directory)}});
}

/** The newest message that somebody may edit: what the Up arrow opens. */
export const lastEditable = (page, messages) => messages.findLast((message) => mayEdit(page, message));

const focused = (field) => {
  if (!field || field.dataset.arrived) return;
  field.dataset.arrived = "yes";
  queueMicrotask(() => {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });
};

function drawEditor(page, message, channel) {
  const {editing} = page.state;
  const back = () => {
    page.set({editing: null});
    page.focusMessage(message.ts);
  };
  const save = async () => {
    const text = editing.text.trim();
    if (!text && !message.files?.length) return askToDelete(page, message, channel);
    if (text === asTyped(message.text, page.directory)) return back();
    if (await page.does("edits", {channel: channel.id, ts: message.ts, text})) back();
  };
  const key = (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") back();
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  };
  return html`
    <div class="sh-editor">
      <textarea aria-label="Edit message" rows="2" .value=${editing.text} @keydown=${key}
        @input=${(event) => (editing.text = event.target.value)} ${ref(focused)}></textarea>
      <p>
        <button class="sh-button is-small" @click=${back}>Cancel</button>
        <button class="sh-button is-small is-primary" @click=${save}>Save</button>
      </p>
    </div>`;
}

// --- The keyboard --------------------------------------------------------------------------------------------

function messageKey(page, event, message, setting) {
  const article = event.currentTarget;
  if (event.key === "Escape" && event.target !== article && article.contains(event.target)) {
    if (event.target.closest(".sh-tools")) {
      event.stopPropagation();
      article.focus();
    }
    return;
  }
  if (event.target !== article || event.ctrlKey || event.metaKey || event.altKey) return;
  const {channel, where} = setting;
  const inside = page.mayWrite(channel) && !message.is_ephemeral;
  const tool = (name) => article.querySelector(`.sh-tools [aria-label="${name}"]`);
  const does = {
    ArrowUp: () => step(article, -1),
    ArrowDown: () => step(article, 1),
    ArrowRight: () => article.querySelector(".sh-tools button")?.focus(),
    Enter: () => article.querySelector(".sh-tools button, a, button")?.focus(),
    e: inside && mayEdit(page, message) ? () => startEditing(page, message, where) : null,
    r: inside ? () => tool("React")?.click() : null,
    t: () => tool("Reply in thread")?.click(),
    p: inside ? () => (tool("Pin") ?? tool("Unpin"))?.click() : null,
    Delete: inside && mayDelete(page, message) ? () => askToDelete(page, message, channel) : null,
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

function step(article, by) {
  const all = [...article.closest(".sh-scroll").querySelectorAll(".sh-message")];
  const next = all[all.indexOf(article) + by];
  next?.focus();
  next?.scrollIntoView({block: "nearest"});
}
