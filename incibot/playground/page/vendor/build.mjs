// Rebuilds what lies beside this file from the packages that package.json names; see README.md.
import {copyFile, readFile, writeFile} from "node:fs/promises";
import {build} from "esbuild";

const EXPORTS = `
export {html, svg, render, nothing} from "lit-html";
export {classMap} from "lit-html/directives/class-map.js";
export {ifDefined} from "lit-html/directives/if-defined.js";
export {keyed} from "lit-html/directives/keyed.js";
export {live} from "lit-html/directives/live.js";
export {createRef, ref} from "lit-html/directives/ref.js";
export {repeat} from "lit-html/directives/repeat.js";
export {styleMap} from "lit-html/directives/style-map.js";
export {unsafeHTML} from "lit-html/directives/unsafe-html.js";
export {until} from "lit-html/directives/until.js";
export {when} from "lit-html/directives/when.js";
`;
const TONES = {"1F3FB": 2, "1F3FC": 3, "1F3FD": 4, "1F3FE": 5, "1F3FF": 6};

await build({
  stdin: {contents: EXPORTS, resolveDir: import.meta.dirname},
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "eof",
  outfile: "lit.js",
});
await copyFile("node_modules/lit-html/LICENSE", "LICENSE.lit");
await copyFile("node_modules/emoji-datasource/LICENSE", "LICENSE.emoji");

const drawn = (codes) => String.fromCodePoint(...codes.split("-").map((code) => parseInt(code, 16)));
const found = JSON.parse(await readFile("node_modules/emoji-datasource/emoji.json", "utf8"));
const names = {};
for (const one of found.sort((a, b) => a.sort_order - b.sort_order)) {
  for (const name of one.short_names) {
    names[name] = drawn(one.unified);
    for (const [tone, variation] of Object.entries(one.skin_variations ?? {})) {
      if (tone in TONES) names[`${name}::skin-tone-${TONES[tone]}`] = drawn(variation.unified);
    }
  }
}
const lines = Object.entries(names).map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
await writeFile("emoji.json", `{\n${lines.join(",\n")}\n}\n`);
