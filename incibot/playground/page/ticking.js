// Times of day to the second, and what is counted down to.

const formats = new Map();

/**
 * The time of day of a moment, such as 14:06:31.
 * @param {string|Date} moment
 * @param {string} zone an IANA zone
 */
export function timeOfDay(moment, zone, {seconds = true} = {}) {
  const key = `${zone} ${seconds}`;
  if (!formats.has(key)) {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
      ...(seconds ? {second: "2-digit"} : {}),
    });
    formats.set(key, format);
  }
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? "" : formats.get(key).format(at);
}

/** A stretch of time in words, such as "42 s" or "4 min 10 s". */
function stretch(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
}

/** `<count-down .until=… .clock=…>`: how long it still is; goes on without the page being drawn. */
class CountDown extends HTMLElement {
  until = "";
  #timer = 0;
  #base = null;

  /** Workspace time now, and how fast it runs: {now: Date, pace: number}. */
  set clock({now, pace}) {
    this.#base = {now: new Date(now).getTime(), pace: pace ?? 1, since: performance.now()};
    this.#go();
  }

  connectedCallback() {
    this.#go();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #go() {
    clearTimeout(this.#timer);
    if (!this.isConnected || !this.#base) return;
    const {now, pace, since} = this.#base;
    const left = new Date(this.until).getTime() - now - (performance.now() - since) * pace;
    const words = left > 0 ? `in ${stretch(left / 1000)}` : "now";
    if (words !== this.textContent) this.textContent = words;
    // Often enough that no second of the workspace's is left out where the eye could see it.
    if (pace > 0 && left > 0) this.#timer = setTimeout(() => this.#go(), Math.max(100, 500 / pace));
  }
}

customElements.define("count-down", CountDown);
