// What is offered while one types: commands, people, channels and emoji.

import {findEmojis} from "./emojis.js";

const OFFERS_MAX = 8;

/**
 * @typedef {{label: string, note?: string, aside?: string, insert?: string, run?: () => void,
 *            picture?: string, face?: object}} Offer
 * @typedef {{kind: string, title: string, from: number, to: number, offers: Offer[]}} Completion
 */

/**
 * What could stand where the caret is; null where nothing is asked for.
 *
 * @param {string} text
 * @param {number} caret
 * @param {boolean} inThread commands are not for threads
 * @returns {Completion|null}
 */
export function completionAt(page, text, caret, inThread) {
  const before = text.slice(0, caret);
  const found =
    (!inThread && before.match(/^(?<sign>\/)(?<word>[\w-]*)$/)) ||
    before.match(/(?:^|[\s(])(?<sign>@)(?<word>[\w.-]*)$/) ||
    before.match(/(?:^|[\s(])(?<sign>#)(?<word>[\w-]*)$/) ||
    before.match(/(?:^|[\s(])(?<sign>:)(?<word>[a-z0-9_+-]{2,})$/);
  if (!found) return null;
  const {sign, word} = found.groups;
  const [title, offers] = SOURCES[sign](page, word.toLowerCase());
  if (!offers.length) return null;
  return {kind: sign, title, from: caret - word.length - 1, to: caret, offers: offers.slice(0, OFFERS_MAX)};
}

const SOURCES = {
  "/": (page, word) => ["Commands and shortcuts", commands(page, word)],
  "@": (page, word) => ["People", people(page, word)],
  "#": (page, word) => ["Channels", channels(page, word)],
  ":": (page, word) => [
    "Emoji",
    findEmojis(word, OFFERS_MAX).map(({name, emoji}) => ({
      label: `:${name}:`,
      picture: emoji,
      insert: `:${name}: `,
    })),
  ],
};

function commands(page, word) {
  const {app} = page.state.workspace;
  const typed = (app?.commands ?? [])
    .filter((one) => one.command.slice(1).startsWith(word))
    .map((one) => ({
      label: one.command,
      aside: one.usage_hint,
      note: one.description,
      insert: `${one.command} `,
    }));
  const shortcuts = (app?.shortcuts ?? [])
    .filter((one) => one.type === "global" && one.name.toLowerCase().includes(word))
    .map((one) => ({
      label: one.name,
      note: one.description,
      aside: "shortcut",
      run: () => page.shortcut("shortcut", one),
    }));
  return [...typed, ...shortcuts];
}

function people(page, word) {
  const {people: all, bot, usergroups} = page.state.workspace;
  const members = new Set(page.state.room?.channel?.members ?? []);
  const named = [...all, bot]
    .filter(
      (user) =>
        !user.deleted &&
        [user.name, ...user.real_name.toLowerCase().split(" ")].some((name) => name.startsWith(word)),
    )
    .sort((one, other) => members.has(other.id) - members.has(one.id))
    .map((user) => ({
      label: user.real_name,
      aside: `@${user.name}`,
      note: members.has(user.id) ? "" : "not in this channel",
      face: user,
      insert: `@${user.name} `,
    }));
  const groups = usergroups
    .filter((group) => group.handle.startsWith(word))
    .map((group) => ({label: `@${group.handle}`, note: group.name, insert: `@${group.handle} `}));
  const broadcasts = ["here", "channel"]
    .filter((name) => word && name.startsWith(word))
    .map((name) => ({label: `@${name}`, note: "everybody in this channel", insert: `@${name} `}));
  return [...named, ...groups, ...broadcasts];
}

const channels = (page, word) =>
  page.state.channels
    .filter((one) => !one.is_im && !one.is_mpim && !one.is_archived && one.name.includes(word))
    .sort((one, other) => other.name.startsWith(word) - one.name.startsWith(word))
    .map((one) => ({label: `#${one.name}`, note: one.purpose?.value ?? "", insert: `#${one.name} `}));

/** The hint that stands greyed behind a command without words. */
export function hintFor(page, text) {
  const found = text.match(/^(\/[\w-]+) ?$/);
  const command = found && (page.state.workspace.app?.commands ?? []).find((one) => one.command === found[1]);
  if (!command?.usage_hint) return "";
  return text.endsWith(" ") ? command.usage_hint : ` ${command.usage_hint}`;
}
