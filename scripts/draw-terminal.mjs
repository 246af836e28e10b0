// @ts-check
// Text on stdin -> an SVG of a terminal on stdout: the picture of the README.
//   node dist/cli.js track fixtures/demo.pcapng.gz 2>&1 | node scripts/draw-terminal.mjs '$ npm start' > docs/track.svg
import { readFileSync } from "node:fs";

const WIDTH = 8.4;
const HEIGHT = 18;
const HEAD = 10;
const TAIL = 8;

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const all = readFileSync(0, "utf8").trimEnd().split("\n");
const cut = all.length > HEAD + TAIL ? [...all.slice(0, HEAD), "  ...", ...all.slice(-TAIL)] : all;
const lines = [...process.argv.slice(2), ...cut];
const columns = Math.max(...lines.map((line) => line.length));
const width = Math.ceil(columns * WIDTH) + 32;
const height = lines.length * HEIGHT + 32;
const texts = lines.map(
  (line, row) => `<text x="16" y="${row * HEIGHT + 30}" xml:space="preserve">${escaped(line)}</text>`,
);
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal: ${escaped(lines[0] ?? "")}">
<rect width="100%" height="100%" rx="8" fill="#16191f"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#d8dee9">
${texts.join("\n")}
</g>
</svg>
`);
