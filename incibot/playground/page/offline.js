// The banner for when the bot does not answer, with what Slack does about it.

import {html, nothing} from "./vendor/lit.js";
import {span} from "./times.js";
import {counted} from "./words.js";

/**
 * What Slack keeps for the bot, and when it tries next; null where nothing is amiss.
 *
 * @returns {{words: string, kept: number, next: Date|null}|null}
 */
export function troubleWith(page) {
  const {bot, deliveries} = page.state.desk;
  const {name} = page.state.workspace.bot;
  const kept = deliveries.filter((one) => one.state === "waiting" || (one.state === "trying" && failed(one)));
  const next = kept
    .map((one) => one.next_try_at)
    .filter(Boolean)
    .sort()[0];
  const trouble = (words) => ({words, kept: kept.length, next: next ? new Date(next) : null});
  if (bot?.state === "starting") return trouble(`${name} is starting.`);
  if (bot && bot.state !== "running") return trouble(`${name} does not answer.`);
  if (!failed(newestOf(deliveries))) return kept.length ? trouble(`${name} is back.`) : null;
  // A process that runs may answer again; what became of the last delivery says it only without one.
  if (bot) return kept.length ? trouble(`${name} did not answer.`) : null;
  return trouble(`${name} does not answer.`);
}

const failed = (delivery) => Boolean(delivery?.attempts.at(-1)?.trouble);

/** The delivery that was tried last. */
function newestOf(deliveries) {
  const latest = (one) => one?.attempts.at(-1)?.at ?? "";
  return deliveries.reduce((last, one) => (latest(one) > latest(last) ? one : last), null);
}

export function drawOffline(page) {
  const trouble = troubleWith(page);
  if (!trouble) return nothing;
  return html`<p class="sh-offline" role="status">
    <b>${trouble.words}</b>
    ${trouble.kept ? `Slack keeps ${counted(trouble.kept, "event")}${when(page, trouble.next)}.` : nothing}
  </p>`;
}

function when(page, next) {
  if (!next) return " and tries again";
  const left = (next - page.now()) / 1000;
  return left > 1 ? ` and tries again in ${span(left)}` : " and tries again now";
}
