// Names, refusals and markup in words.

const REFUSALS = {
  already_in_channel: "They are in this channel already.",
  already_pinned: "That is pinned already.",
  already_reacted: "You have given that reaction already.",
  cant_archive_general: "This channel cannot be archived.",
  cant_delete_message: "You may not delete this message.",
  cant_invite_self: "You are in this channel already.",
  cant_kick_from_general: "Nobody can be removed from this channel.",
  cant_leave_general: "Nobody can leave this channel.",
  cant_update_message: "You may not edit this message.",
  channel_not_found: "There is no such channel, or it is not yours to see.",
  file_not_found: "There is no such file, or it is not yours to see.",
  invalid_name_maxlength: "A channel’s name has at most 80 characters.",
  invalid_name_required: "A channel needs a name.",
  invalid_name_specials: "Channel names hold small letters, digits, hyphens and underscores.",
  invalid_name_punctuation: "A channel’s name cannot be punctuation alone.",
  invalid_name: "Channel names hold small letters, digits, hyphens and underscores.",
  is_archived: "This channel is archived.",
  last_member: "The last member cannot leave a private channel.",
  message_not_found: "That message is gone.",
  msg_too_long: "That is longer than a message may be.",
  name_taken: "That name is taken.",
  no_text: "An empty message cannot be sent.",
  not_authorized: "You may not do that.",
  not_in_channel: "You are not in this channel.",
  not_pinnable: "That cannot be pinned.",
  too_long: "That is too long.",
  too_many_pins: "A channel holds 100 pins.",
  too_many_reactions: "There are too many reactions on this message.",
  unreachable: "The workspace does not answer. Is it still running?",
};

/** Why something was refused, in a sentence. */
export function refusal(problem) {
  const known = REFUSALS[problem.error];
  if (known) return known;
  return problem.detail && problem.error === "not_there"
    ? problem.detail
    : `That was refused: ${problem.error ?? problem}.`;
}

/** One, two and three. */
export function listed(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** 1 reply, 3 replies. */
export const counted = (count, one, many = `${one}s`) =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

/** 14 KB */
export function sized(bytes) {
  if (bytes < 1000) return counted(bytes, "byte");
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The letters on somebody's avatar. */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  const last = words.length > 1 ? words.at(-1)[0] : "";
  return (words[0]?.[0] ?? "?").toUpperCase() + last.toUpperCase();
}

/** A colour's number, always the same for an id. */
export function colourOf(id) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return sum % 8;
}

const UNESCAPED = {"&lt;": "<", "&gt;": ">", "&amp;": "&"};

/**
 * Markup -> what one would type to get it.
 *
 * @param {string} markup such as `<@U1> see <#C1|general>`
 * @param {{user: Function, channel: Function, group: Function}} directory
 */
export function asTyped(markup, directory) {
  const words = (markup ?? "").replace(
    /<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g,
    (whole, sign, target, label) => {
      if (sign === "@") return `@${directory.user(target)?.name ?? label ?? target}`;
      if (sign === "#") return `#${directory.channel(target)?.name ?? (label || target)}`;
      if (sign === "!" && target.startsWith("subteam^")) {
        return `@${directory.group(target.slice(8))?.handle ?? target.slice(8)}`;
      }
      if (sign === "!") return label ?? `@${target.split("^")[0]}`;
      return label ?? target;
    },
  );
  return words.replace(/&(lt|gt|amp);/g, (entity) => UNESCAPED[entity]);
}

/** A conversation's name as it is read aloud. */
export function placeName(channel, directory) {
  if (!channel) return "";
  if (channel.is_im) return directory.user(channel.user)?.real_name ?? "Direct message";
  if (channel.is_mpim) {
    const others = channel.name.replace(/^mpdm-|-\d+$/g, "").split("--");
    return listed(others);
  }
  return `#${channel.name}`;
}
