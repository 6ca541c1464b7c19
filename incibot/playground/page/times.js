// Time as the workspace has it, and how it is written for somebody in a zone.

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat("en-GB", {timeZone: zone, ...options});
    formats.set(key, made);
  }
  return made;
}

/** A `ts` or seconds since 1970 -> Date. */
export const dateOf = (ts) => new Date(Number(ts) * 1000);

/** 14:03 */
export const clock = (date, zone) => format(zone, {hour: "2-digit", minute: "2-digit"}).format(date);

/** 2026-03-02, to compare days by. */
export function dayKey(date, zone) {
  const parts = format(zone, {year: "numeric", month: "2-digit", day: "2-digit"}).formatToParts(date);
  const by = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  return `${by.year}-${by.month}-${by.day}`;
}

/** Today, Yesterday, Monday 2 March, or with the year where it is another. */
export function dayName(date, zone, now) {
  const day = dayKey(date, zone);
  if (day === dayKey(now, zone)) return "Today";
  if (day === dayKey(new Date(now.getTime() - 86_400_000), zone)) return "Yesterday";
  const year = day.slice(0, 4) === dayKey(now, zone).slice(0, 4) ? {} : {year: "numeric"};
  return format(zone, {weekday: "long", day: "numeric", month: "long", ...year}).format(date);
}

/** today at 14:03, for the middle of a sentence. */
export function moment(date, zone, now) {
  const day = dayName(date, zone, now);
  const name = day === "Today" || day === "Yesterday" ? day.toLowerCase() : day;
  return `${name} at ${clock(date, zone)}`;
}

/** Monday 2 March 2026 at 14:03:22 (Europe/Lisbon) */
export function whole(date, zone) {
  const day = format(zone, {weekday: "long", day: "numeric", month: "long", year: "numeric"});
  const time = format(zone, {hour: "2-digit", minute: "2-digit", second: "2-digit"});
  return `${day.format(date)} at ${time.format(date)} (${zone})`;
}

/** 42 s, 3 min, 2 h */
export function span(seconds) {
  const left = Math.max(0, Math.round(seconds));
  if (left < 90) return `${left} s`;
  return left < 5400 ? `${Math.round(left / 60)} min` : `${Math.round(left / 3600)} h`;
}

/** The workspace's clock, which may run faster than the machine's. */
export class WorkspaceClock {
  #at = Date.now();
  #now = Date.now();
  #pace = 1;

  /** @param {{now: string, pace: number} | undefined} told by the server, this moment */
  set(told) {
    if (!told) return;
    this.#at = Date.now();
    this.#now = Date.parse(told.now);
    this.#pace = told.pace ?? 1;
  }

  now() {
    return new Date(this.#now + (Date.now() - this.#at) * this.#pace);
  }
}
