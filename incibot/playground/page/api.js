// The playground's control API: what it answers, what one can do in it, and the stream of what changes.

const BASE = "/playground/api/";
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 4000;

/** A request that was refused, or that got no answer (status 0). */
export class Refused extends Error {
  constructor(status, error, detail) {
    super(detail || error);
    this.status = status;
    this.error = error;
    this.detail = detail || "";
  }
}

async function answered(path, options) {
  let response;
  try {
    response = await fetch(BASE + path, {cache: "no-store", ...options});
  } catch {
    throw new Refused(0, "unreachable");
  }
  const text = await response.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    // Some refusals are plain words.
  }
  if (response.ok && body !== null) return body;
  throw new Refused(response.status, body?.error ?? "http_error", body?.detail ?? text);
}

/** GET; `query` leaves out what is null. */
export function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const words = new URLSearchParams(given).toString();
  return answered(words ? `${path}?${words}` : path);
}

/** GET, or null where the playground has no such thing. */
export async function getIfThere(path, query) {
  try {
    return await get(path, query);
  } catch (refused) {
    if (refused.status === 404) return null;
    throw refused;
  }
}

/** POST with an object. */
export function post(path, body = {}) {
  const headers = {"Content-Type": "application/json"};
  return answered(path, {method: "POST", headers, body: JSON.stringify(body)});
}

/** What one person sees: channels, messages, pinned, views, home, files. */
export const look = (who, what, query) => get(`people/${encodeURIComponent(who)}/${what}`, query);

/** Something done in a person's name. */
export const act = (who, verb, args) => post(`people/${encodeURIComponent(who)}/${verb}`, args);

/** Where a file can be fetched; with `show`, as something to look at. */
export function fileAddress(who, file, show = false) {
  const address = `${BASE}people/${encodeURIComponent(who)}/files/${encodeURIComponent(file)}`;
  return show ? `${address}?show=1` : address;
}

/** A file's text, for the viewer. */
export async function fileText(who, file) {
  const response = await fetch(fileAddress(who, file, true), {cache: "no-store"});
  if (!response.ok) throw new Refused(response.status, "file_not_found");
  return response.text();
}

/** A file's content as the API takes it. */
export function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const content = String(reader.result).replace(/^[^,]*,/, "");
      resolve({name: file.name || "file", content: file.size ? content : ""});
    };
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/**
 * Follow what changes, for ever; connects again by itself.
 *
 * The browser's EventSource wants to know every kind of event beforehand, so this reads the stream.
 *
 * @param {{changed: (kind: string, data: object) => void, opened: () => void, cut: () => void}} hears
 *   `opened` is called after each connection: whatever happened before it may have been missed.
 */
export async function follow({changed, opened, cut}) {
  let wait = FIRST_WAIT_MS;
  for (;;) {
    try {
      const response = await fetch(`${BASE}stream`, {cache: "no-store"});
      if (!response.ok || !response.body) throw new Refused(response.status, "no_stream");
      opened();
      wait = FIRST_WAIT_MS;
      await read(response.body.getReader(), changed);
    } catch {
      wait = Math.min(wait * 1.5, LONGEST_WAIT_MS);
    }
    cut();
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function read(reader, changed) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    rest += decoder.decode(value, {stream: true});
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) hand(event, changed);
  }
}

function hand(event, changed) {
  let kind = "message";
  const data = [];
  for (const line of event.split("\n")) {
    if (line.startsWith("event:")) kind = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  if (data.length) changed(kind, JSON.parse(data.join("\n")));
}
