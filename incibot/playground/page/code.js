// Words with code in backticks, as the demo writes them.

import {html} from "./vendor/lit.js";

export const withCode = (words) =>
  (words ?? "").split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
