// All emoji by their short names, for the picker, the completion and the reactions.

const SKIN = "::skin-tone-";

/** What is offered before one searches. */
export const OFTEN = [
  "white_check_mark",
  "eyes",
  "raised_hands",
  "+1",
  "heart",
  "pushpin",
  "rotating_light",
  "bulb",
  "tada",
];

let all = {};
try {
  all = await (await fetch(new URL("./vendor/emoji.json", import.meta.url))).json();
} catch {
  // Without them an emoji reads `:bulb:`, and all else goes on.
}

/** The emoji of a short name; the name in colons where there is none. */
export const emojiOf = (name) => all[name] ?? all[name.split(SKIN)[0]] ?? `:${name}:`;

/** A short name as it is read aloud. */
export const spokenEmoji = (name) => name.replaceAll("_", " ");

/**
 * Those whose names begin with the words, then those that hold them; each emoji once.
 *
 * @returns {{name: string, emoji: string}[]}
 */
export function findEmojis(words, most) {
  const sought = words.toLowerCase().replaceAll(":", "").trim().replaceAll(" ", "_");
  const names = Object.keys(all).filter((name) => !name.includes(SKIN) && name.includes(sought));
  if (sought) names.sort((one, other) => other.startsWith(sought) - one.startsWith(sought));
  const seen = new Set();
  const found = [];
  for (const name of names) {
    if (found.length === most) break;
    if (seen.has(all[name])) continue;
    seen.add(all[name]);
    found.push({name, emoji: all[name]});
  }
  return found;
}
