// Where one writes: drafts, what is offered while one types, files, and commands.

import {html, live, nothing, ref} from "./vendor/lit.js";
import {encoded} from "./api.js";
import {iconButton} from "./buttons.js";
import {completionAt, hintFor} from "./completion.js";
import {icons} from "./icons.js";
import {lastEditable, startEditing} from "./message.js";
import {openMenu} from "./menu.js";
import {asFace, drawAvatar} from "./people.js";
import {openPicker} from "./picker.js";
import {placeName, refusal, sized} from "./words.js";

const FILES_BYTES_MAX = 40_000_000;

/**
 * @typedef {{channel: object, thread?: string}} Place
 * @typedef {{text: string, files: File[], broadcast: boolean, busy: boolean, completion: object|null,
 *            chosen: number, shut: string|null, field: HTMLTextAreaElement|null}} Draft
 */

/** What was written and not sent yet, for each person and place. */
function draftOf(page, {channel, thread}) {
  const key = `${page.state.who} ${channel.id} ${thread ?? ""}`;
  const {drafts} = page.state;
  if (!drafts.has(key)) {
    drafts.set(key, {
      key,
      text: page.keptDraft(key),
      files: [],
      broadcast: false,
      busy: false,
      completion: null,
      chosen: 0,
      shut: null,
      field: null,
    });
  }
  return drafts.get(key);
}

/** @param {Place} place */
export function drawComposer(page, place) {
  const {channel, thread} = place;
  if (channel.is_archived) return html`<p class="sh-closed">This channel is archived.</p>`;
  if (channel.is_member === false) return drawJoin(page, channel);
  if (page.isReadOnly(channel))
    return html`<p class="sh-closed">${page.state.workspace.bot.name} does not read messages here.</p>`;
  const draft = draftOf(page, place);
  const name = thread ? "Reply …" : `Message ${placeName(channel, page.directory)}`;
  const id = thread ? "sh-composer-thread" : "sh-composer";
  const hint = thread ? "" : hintFor(page, draft.text);
  const isEmpty = !(draft.text.trim() || draft.files.length);
  return html`
    <form class="sh-composer" aria-label=${name} @submit=${(event) => {
      event.preventDefault();
      send(page, place, draft);
    }}>
      ${drawCompletion(page, draft, id)}
      <div class="sh-composer-box">
        <div class="sh-composer-text">
          <div class="sh-composer-ghost" aria-hidden="true"><span>${draft.text}</span><i>${hint}</i>&#8203;</div>
          <textarea id=${id} rows="1" aria-label=${name} placeholder=${name} aria-autocomplete="list"
            aria-controls=${draft.completion ? `${id}-offers` : nothing}
            aria-activedescendant=${draft.completion ? `${id}-offer-${draft.chosen}` : nothing}
            .value=${live(draft.text)}
            @input=${(event) => typed(page, place, draft, event.target)}
            @click=${(event) => complete(page, place, draft, event.target)}
            @keydown=${(event) => key(page, place, draft, event)}
            @blur=${() => setTimeout(() => shut(page, draft), 150)}
            @paste=${(event) => pasted(page, draft, event)}
            ${ref((field) => (draft.field = field ?? draft.field))}></textarea>
        </div>
        ${draft.files.length ? drawAttached(page, draft) : nothing}
        ${
          thread && !channel.is_im
            ? html`<label class="sh-also">
              <input type="checkbox" .checked=${live(draft.broadcast)}
                @change=${(event) => (draft.broadcast = event.target.checked)} />
              Also send to ${placeName(channel, page.directory)}
            </label>`
            : nothing
        }
        <div class="sh-composer-does">
          <label class="sh-button-icon" title="Attach files">
            <input type="file" multiple class="sh-aloud" aria-label="Attach files" @change=${(event) => {
              attach(page, draft, event.target.files);
              event.target.value = "";
            }} />${icons.plus}
          </label>
          ${thread ? nothing : drawShortcuts(page)}
          ${iconButton("Emoji", icons.react, (event) =>
            openPicker(page, event.currentTarget, (chosen) => insert(page, draft, `:${chosen}: `)),
          )}
          ${iconButton("Mention somebody", icons.at, () => {
            insert(page, draft, "@");
            complete(page, place, draft, draft.field);
          })}
          <button type="submit" class="sh-send" aria-label="Send" title="Send" ?disabled=${draft.busy || isEmpty}>
            ${icons.send}
          </button>
        </div>
      </div>
    </form>`;
}

function drawJoin(page, channel) {
  return html`
    <div class="sh-join">
      <p>You are looking at <b>${placeName(channel, page.directory)}</b>.</p>
      <button class="sh-button is-primary" @click=${() => page.does("joins", {channel: channel.id})}>
        Join channel
      </button>
    </div>`;
}

function drawShortcuts(page) {
  const {app} = page.state.workspace;
  const shortcuts = (app?.shortcuts ?? []).filter((one) => one.type === "global");
  if (!shortcuts.length) return nothing;
  const open = (event) =>
    openMenu(page, event.currentTarget, "Shortcuts", [
      {label: "Shortcuts"},
      ...shortcuts.map((one) => ({
        label: one.name,
        note: one.description || app.name,
        icon: icons.bolt,
        run: () => page.shortcut("shortcut", one),
      })),
    ]);
  return iconButton("Shortcuts", icons.bolt, open, {popup: "menu"});
}

// --- Typing ----------------------------------------------------------------------------------------------------

function typed(page, place, draft, field) {
  draft.text = field.value;
  draft.shut = null;
  page.keepDraft(draft.key, draft.text);
  complete(page, place, draft, field);
}

function complete(page, place, draft, field) {
  const found = completionAt(page, field.value, field.selectionEnd, Boolean(place.thread));
  const word = found ? field.value.slice(found.from, found.to) : null;
  draft.completion = found && word !== draft.shut ? found : null;
  draft.chosen = 0;
  page.render();
}

function shut(page, draft) {
  if (!draft.completion || document.activeElement === draft.field) return;
  draft.completion = null;
  page.render();
}

function key(page, place, draft, event) {
  if (event.isComposing) return;
  if (draft.completion && offerKey(page, draft, event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send(page, place, draft);
  } else if (event.key === "ArrowUp" && !draft.text) {
    const {where, messages} = page.messagesAt(place);
    const message = lastEditable(page, messages);
    if (!message) return;
    event.preventDefault();
    startEditing(page, message, where);
  }
}

/** Whether the key was for the list of offers. */
function offerKey(page, draft, event) {
  const {offers, from, to} = draft.completion;
  const whole = draft.field.value.slice(from, to);
  switch (event.key) {
    case "ArrowDown":
      draft.chosen = (draft.chosen + 1) % offers.length;
      break;
    case "ArrowUp":
      draft.chosen = (draft.chosen - 1 + offers.length) % offers.length;
      break;
    case "Escape":
      draft.shut = whole;
      draft.completion = null;
      event.stopPropagation();
      break;
    case "Enter":
    case "Tab":
      if (event.shiftKey) return false;
      // A command that is written out is sent.
      if (event.key === "Enter" && offers[draft.chosen].insert?.trim() === whole) return false;
      take(page, draft, draft.chosen);
      break;
    default:
      return false;
  }
  event.preventDefault();
  page.render();
  return true;
}

function take(page, draft, index) {
  const {offers, from, to} = draft.completion;
  const offer = offers[index];
  const after = draft.text.slice(to);
  draft.completion = null;
  put(page, draft, draft.text.slice(0, from) + (offer.insert ?? ""), after);
  offer.run?.();
}

/** Put words where the caret is. */
function insert(page, draft, words) {
  const {field, text} = draft;
  const [from, to] = field ? [field.selectionStart, field.selectionEnd] : [text.length, text.length];
  const before = text.slice(0, from);
  const gap = words === "@" && before && !/\s$/.test(before) ? " " : "";
  put(page, draft, before + gap + words, text.slice(to));
}

function put(page, draft, before, after) {
  draft.text = before + after;
  page.keepDraft(draft.key, draft.text);
  page.renderNow();
  draft.field?.focus();
  draft.field?.setSelectionRange(before.length, before.length);
}

function drawCompletion(page, draft, id) {
  if (!draft.completion) return nothing;
  const {title, offers} = draft.completion;
  return html`
    <div class="sh-offers">
      <p class="sh-offers-title" aria-hidden="true">${title} <small>↑ ↓ to choose, Tab or Enter to take</small></p>
      <ul role="listbox" id="${id}-offers" aria-label=${title}>
        ${offers.map(
          (offer, index) => html`
            <li role="option" id="${id}-offer-${index}" aria-selected=${index === draft.chosen} class="sh-offer"
              @pointerdown=${(event) => {
                event.preventDefault();
                take(page, draft, index);
              }}>
              ${offer.face ? drawAvatar(asFace(offer.face), "is-tiny") : nothing}
              ${offer.picture ? html`<span class="sh-offer-picture">${offer.picture}</span>` : nothing}
              <b>${offer.label}</b>
              ${offer.aside ? html`<span class="sh-offer-aside">${offer.aside}</span>` : nothing}
              ${offer.note ? html`<small>${offer.note}</small>` : nothing}
            </li>`,
        )}
      </ul>
    </div>`;
}

// --- Files -----------------------------------------------------------------------------------------------------

function attach(page, draft, files) {
  const all = [...draft.files, ...files];
  if (all.reduce((sum, file) => sum + file.size, 0) > FILES_BYTES_MAX) {
    page.say(`Files of more than ${sized(FILES_BYTES_MAX)} together are too much for this workspace.`, {
      kind: "error",
    });
    return;
  }
  draft.files = all;
  page.render();
  draft.field?.focus();
}

/** Files that were dropped upon the conversation. */
export function dropped(page, place, event) {
  const files = event.dataTransfer?.files;
  if (!files?.length || !page.mayWrite(place.channel) || page.isReadOnly(place.channel)) return;
  event.preventDefault();
  attach(page, draftOf(page, place), files);
}

function pasted(page, draft, event) {
  const files = event.clipboardData?.files;
  if (!files?.length) return;
  event.preventDefault();
  attach(page, draft, files);
}

function drawAttached(page, draft) {
  const remove = (file) => {
    draft.files = draft.files.filter((one) => one !== file);
    page.render();
    draft.field?.focus();
  };
  return html`
    <ul role="list" class="sh-attached" aria-label="Attached files">
      ${draft.files.map(
        (file) => html`
          <li>
            ${icons.file}<span>${file.name} <small>${sized(file.size)}</small></span>
            ${iconButton(`Remove ${file.name}`, icons.close, () => remove(file))}
          </li>`,
      )}
    </ul>`;
}

// --- Sending ---------------------------------------------------------------------------------------------------

async function send(page, place, draft) {
  const text = draft.text.trim();
  if (draft.busy || !(text || draft.files.length)) return;
  const command = text.match(/^\/[\w-]+/)?.[0];
  const kept = {text: draft.text, files: draft.files};
  draft.busy = true;
  draft.completion = null;
  put(page, draft, "", "");
  draft.files = [];
  try {
    if (command && !kept.files.length) await run(page, place, command, text);
    else await write(page, place, draft, kept);
  } catch (problem) {
    // What could not be sent is not lost.
    if (!draft.text) put(page, draft, kept.text, "");
    if (!draft.files.length) draft.files = kept.files;
    page.say(refusal(problem), {kind: "error"});
  }
  draft.busy = false;
  page.render();
}

async function write(page, {channel, thread}, draft, {text, files}) {
  const broadcast = Boolean(thread && draft.broadcast);
  draft.broadcast = false;
  await page.act("writes", {
    channel: channel.id,
    text: text.trim(),
    ...(thread ? {thread_ts: thread, broadcast} : {}),
    ...(files.length ? {files: await Promise.all(files.map(encoded))} : {}),
  });
  page.wrote(thread ? "thread" : "channel");
}

async function run(page, {channel, thread}, command, text) {
  if (thread) {
    page.whisper(channel, `${command} is not supported in threads. Sorry!`, thread);
    return;
  }
  const known = page.state.workspace.app?.commands;
  if (known?.length && !known.some((one) => one.command === command)) {
    page.whisper(
      channel,
      `${command} is not a valid command. In Slack, all messages that start with the “/” character are ` +
        "interpreted as commands. If you are trying to send a message and not run a command, try " +
        "preceding the “/” with an empty space.",
    );
    return;
  }
  const answer = await page.act("types", {channel: channel.id, text});
  page.wrote("channel");
  if (answer.trouble) page.whisper(channel, `${command} failed with the error “${answer.trouble}”`);
}
