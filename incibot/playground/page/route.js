// The address: who looks, where, at which thread and message. `#/ana/general/t/TS`, `#/ana/home`.

/**
 * @typedef {{who: string, place: string, thread: string|null, message: string|null}} Route
 *   place: a channel's name or id, `home`, the bot's handle, or `@handle` for somebody else
 */

export const FIRST_PLACE = "general";

/** @returns {Partial<Route>} what a hash says; nothing where it says nothing */
export function parsed(hash) {
  let words;
  try {
    words = hash
      .replace(/^#?\/?/, "")
      .split("/")
      .map(decodeURIComponent);
  } catch {
    return {};
  }
  const [who, place, ...rest] = words;
  const route = {who: who || null, place: place || null, thread: null, message: null};
  for (let at = 0; at + 1 < rest.length; at += 2) {
    if (rest[at] === "t") route.thread = rest[at + 1];
    if (rest[at] === "m") route.message = rest[at + 1];
  }
  return route;
}

/** @param {Route} route */
export function written({who, place, thread, message}) {
  const words = [who, place, ...(thread ? ["t", thread] : []), ...(message ? ["m", message] : [])];
  return `#/${words.map((word) => encodeURIComponent(word).replace("%40", "@")).join("/")}`;
}

/** `/archives/C1/p1700000000000100?thread_ts=...` -> channel, message and thread. */
export function archived(path) {
  const found = path.match(/^\/archives\/([A-Z0-9]+)(?:\/p(\d+)(\d{6}))?(?:\?(.*))?$/);
  if (!found) return null;
  const [, channel, seconds, micros, query] = found;
  return {
    channel,
    message: seconds ? `${seconds}.${micros}` : null,
    thread: new URLSearchParams(query ?? "").get("thread_ts"),
  };
}
