// Files as cards under a message, and the viewer that opens them.

import {html, nothing} from "./vendor/lit.js";
import {fileAddress, fileText} from "./api.js";
import {icons} from "./icons.js";
import {sized} from "./words.js";

const ROWS_MAX = 500;
const TEXT_MAX = 400_000;

/** How a file can be shown: "page", "table", "text", "picture"; null where it can only be downloaded. */
function kindOf(file) {
  const type = (file.mimetype ?? "").split(";")[0];
  if (type === "text/html") return "page";
  if (type === "text/csv") return "table";
  if (["image/png", "image/jpeg", "image/svg+xml"].includes(type)) return "picture";
  return type.startsWith("text/") || type === "application/json" ? "text" : null;
}

const NAMES = {page: "Web page", table: "Table", picture: "Picture", text: "Text"};

/** The cards of a message's files. */
export function drawFiles(page, files) {
  return html`
    <ul class="sh-files">
      ${files.map((file) => {
        const kind = kindOf(file);
        const about = `${NAMES[kind] ?? file.pretty_type} · ${sized(file.size)}`;
        return html`
          <li class="sh-file">
            <span class="sh-file-icon">${icons.file}</span>
            <span class="sh-file-words"><b>${file.title || file.name}</b><small>${about}</small></span>
            <span class="sh-file-does">
              ${
                kind
                  ? html`<button class="sh-button is-small" aria-label="Open ${file.name}"
                    @click=${() => openFile(page, file)}>Open</button>`
                  : nothing
              }
              <a class="sh-button is-small" download=${file.name} aria-label="Download ${file.name}"
                href=${fileAddress(page.state.who, file.id)}>Download</a>
            </span>
          </li>`;
      })}
    </ul>`;
}

/** Show a file before everything else. */
export function openFile(page, file) {
  const kind = kindOf(file);
  const who = page.state.who;
  const viewer = {text: null, trouble: null};
  page.openSheet({
    title: file.title || file.name,
    wide: true,
    body: () => drawViewer(file, kind, who, viewer),
  });
  if (kind === "page" || kind === "picture") return;
  fileText(who, file.id)
    .then((text) => (viewer.text = text))
    .catch(() => (viewer.trouble = "This file cannot be shown."))
    .finally(() => page.render());
}

function drawViewer(file, kind, who, viewer) {
  const address = fileAddress(who, file.id, true);
  return html`
    <p class="sh-viewer-does">
      <a class="sh-button is-small" download=${file.name} href=${fileAddress(who, file.id)}>Download</a>
      ${
        kind === "page"
          ? html`<a class="sh-button is-small" target="_blank" rel="noopener" href=${address}>Open in a new tab</a>`
          : nothing
      }
    </p>
    ${drawContent(file, kind, address, viewer)}`;
}

function drawContent(file, kind, address, viewer) {
  // The sandbox lets no script of the file run; the server's answer says the same.
  if (kind === "page")
    return html`<iframe class="sh-viewer-page" sandbox="" title=${file.name} src=${address}></iframe>`;
  if (kind === "picture")
    return html`<img class="sh-viewer-picture" alt=${file.title || file.name} src=${address} />`;
  if (viewer.trouble) return html`<p class="sh-trouble">${viewer.trouble}</p>`;
  if (viewer.text === null) return html`<p class="sh-empty">One moment …</p>`;
  if (kind === "table") return drawTable(file, rowsOf(viewer.text));
  return html`<pre class="sh-viewer-text" tabindex="0" role="region" aria-label=${file.name}
    >${viewer.text.slice(0, TEXT_MAX)}</pre>`;
}

function drawTable(file, rows) {
  const [head = [], ...body] = rows;
  const rest = body.length - ROWS_MAX;
  return html`
    <div class="sh-viewer-table" tabindex="0" role="region" aria-label=${file.name}>
      <table>
        <thead>
          <tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr>
        </thead>
        <tbody>
          ${body.slice(0, ROWS_MAX).map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
        </tbody>
      </table>
      ${rest > 0 ? html`<p class="sh-empty">${rest} more rows are in the file.</p>` : nothing}
    </div>`;
}

/** CSV -> rows of cells; quotes may hold commas, line ends and doubled quotes. */
export function rowsOf(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length; at++) {
    const char = text[at];
    const row = rows.at(-1);
    if (quoted) {
      if (char !== '"') row[row.length - 1] += char;
      else if (text[at + 1] === '"') row[row.length - 1] += text[++at];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ",") row.push("");
    else if (char === "\n") rows.push([""]);
    else if (char !== "\r") row[row.length - 1] += char;
  }
  if (rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
  return rows;
}
