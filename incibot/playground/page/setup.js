// Use it in your workspace: the steps to a real Slack, each with what to paste.

import {withCode} from "./code.js";
import {drawDialog} from "./dialog.js";
import {html, live, nothing} from "./vendor/lit.js";

const EXAMPLE = "https://incibot.example.com";

/** What has been chosen, and what was copied last. */
const mine = {way: "socket", address: "", copied: null};

export function drawSetup(desk, ctx) {
  if (!desk.open?.setup || !desk.setup) return nothing;
  const closed = () => {
    mine.copied = null;
    desk.set({setup: false});
  };
  const {steps} = desk.setup;
  const body = html`
    ${drawWays(desk)}
    <ol class="dk-steps">
      ${steps.map((step, index) => drawStep(step, index, desk, ctx))}
    </ol>`;
  return drawDialog("Use it in your workspace", body, closed, "is-wide");
}

function drawWays(desk) {
  const choose = (way) => () => {
    mine.way = way;
    desk.set({});
  };
  const type = (event) => {
    mine.address = event.target.value.trim();
    desk.set({});
  };
  const way = (id, title, says) => html`
    <label class="dk-way-choice">
      <input type="radio" name="dk-way" .checked=${live(mine.way === id)} @change=${choose(id)} />
      <span><b>${title}</b> ${says}</span>
    </label>`;
  const isWrong = mine.address !== "" && !address();
  return html`
    <fieldset class="dk-ways">
      <legend>How should Slack reach it?</legend>
      ${way("socket", "Socket Mode:", "it calls Slack, from anywhere. No public address, no certificate.")}
      ${way("http", "HTTP:", "Slack calls it, at an address of yours with https.")}
      ${mine.way === "http"
        ? html`
            <div class="dk-address">
              <label for="dk-address">Its public address</label>
              <input id="dk-address" type="url" inputmode="url" placeholder=${EXAMPLE} spellcheck="false"
                     autocomplete="url" .value=${live(mine.address)} aria-invalid=${isWrong}
                     aria-describedby="dk-address-says" @input=${type} />
              <p id="dk-address-says" class=${isWrong ? "dk-bad" : "dk-note"}>
                ${isWrong ? "That is no address with https." : "It goes into the manifest below."}
              </p>
            </div>`
        : nothing}
    </fieldset>`;
}

/** The address that was typed, without a slash at its end; empty where it is none. */
function address() {
  try {
    const url = new URL(mine.address);
    return url.protocol === "https:" ? url.href.replace(/\/+$/, "") : "";
  } catch {
    return "";
  }
}

/** What a step has for the chosen way: its own `…_socket` or `…_http`, else what both share. */
const of = (step, field) => step[`${field}_${mine.way}`] ?? step[field];

/** The example's address is replaced by the one that was typed, wherever it stands. */
const addressed = (text) =>
  mine.way === "http" && address() ? text.replaceAll(EXAMPLE, address()) : text;

const says = (step) => addressed(of(step, "says") ?? "");

function manifest({manifest_socket: socket, manifest_http: http}) {
  const chosen = mine.way === "http" ? http : socket;
  const text = typeof chosen === "string" ? chosen : JSON.stringify(chosen, null, 2);
  return addressed(text);
}

function drawStep(step, index, desk, ctx) {
  const link = of(step, "link");
  const paste = step.manifest ? manifest(desk.setup) : of(step, "paste");
  return html`
    <li class="dk-step">
      <h3>${of(step, "title")}</h3>
      <p>${withCode(says(step))}</p>
      ${link
        ? html`<p><a href=${link} target="_blank" rel="noreferrer">${link.replace(/^https:\/\//, "")}
            <span class="dk-unseen">(opens another tab)</span></a></p>`
        : nothing}
      ${paste ? drawPaste(paste, step, index, desk, ctx) : nothing}
    </li>`;
}

function drawPaste(paste, step, index, desk, ctx) {
  const copy = async (event) => {
    const box = event.currentTarget.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(paste);
      mine.copied = index;
    } catch {
      // Not every browser lets a page do that: then it is marked, and Ctrl-C does the rest.
      getSelection().selectAllChildren(box);
      ctx.say("Press Ctrl-C (⌘C) to copy what is marked.", {kind: "info"});
    }
    desk.set({});
  };
  const isCopied = mine.copied === index;
  return html`
    <div class="dk-paste">
      <pre class="dk-json" tabindex="0" role="region" aria-label="To paste: ${of(step, "title")}">${paste}</pre>
      <button type="button" class="dk-button dk-copy" @click=${copy}>
        ${isCopied ? "Copied" : "Copy"}<span class="dk-unseen">: ${of(step, "title")}</span>
      </button>
      <span class="dk-unseen" role="status">${isCopied ? "Copied" : ""}</span>
    </div>`;
}
