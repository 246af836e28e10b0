// @ts-check
// Text on stdin, with colours or without -> an SVG of a terminal on stdout: the pictures of the README.
//   node dist/cli.js track fixtures/demo.pcapng.gz 2>&1 | node scripts/draw-terminal.mjs '$ flowgauge track capture.pcapng' > docs/track.svg
//   tmux capture-pane -e -N -p | node scripts/draw-terminal.mjs --whole 'flowgauge top' > docs/top.svg     (a whole screen; the words are its title)
import { readFileSync } from "node:fs";

const WIDTH = 8.4;
const HEIGHT = 18;
const MARGIN = 16;
const HEAD = 10;
const TAIL = 8;
const INK = "#d8dee9";
const PAPER = "#16191f";
/** The 16 colours of a terminal's theme. */
const BASE = [
  ...["#3b4252", "#ff7b72", "#63c98f", "#e6aa3c", "#4ba3dd", "#d98fba", "#56b4e9", "#d8dee9"],
  ...["#6b7385", "#ffa198", "#8be0ae", "#f2cc60", "#8accf2", "#e8b4d0", "#9adcf5", "#ffffff"],
];

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
/** @param {number} value */
const short = (value) => String(Number(value.toFixed(2)));

/** @typedef {{ ink: string | null, paper: string | null, bold: boolean, faint: boolean, turned: boolean }} Look */
/** @returns {Look} */
const plain = () => ({ ink: null, paper: null, bold: false, faint: false, turned: false });

/** The look after an SGR sequence. @param {Look} look @param {number[]} codes */
function changed(look, codes) {
  const next = { ...look };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) Object.assign(next, plain());
    else if (code === 1) next.bold = true;
    else if (code === 2) next.faint = true;
    else if (code === 7) next.turned = true;
    else if (code === 22) Object.assign(next, { bold: false, faint: false });
    else if (code === 27) next.turned = false;
    else if (code === 39) next.ink = null;
    else if (code === 49) next.paper = null;
    else if (code === 38 || code === 48) {
      const long = codes[i + 1] === 2;
      const colour = long ? `rgb(${codes.slice(i + 2, i + 5).join(",")})` : indexed(codes[i + 2] ?? 0);
      next[code === 38 ? "ink" : "paper"] = colour;
      i += long ? 4 : 2;
    } else if (code >= 30 && code <= 37) next.ink = BASE[code - 30] ?? null;
    else if (code >= 90 && code <= 97) next.ink = BASE[code - 82] ?? null;
    else if (code >= 40 && code <= 47) next.paper = BASE[code - 40] ?? null;
  }
  return next;
}

/** A colour of the 256. @param {number} place */
function indexed(place) {
  if (place < 16) return BASE[place] ?? INK;
  if (place >= 232)
    return `rgb(${Array(3)
      .fill(8 + 10 * (place - 232))
      .join(",")})`;
  const levels = [0, 95, 135, 175, 215, 255];
  const cube = place - 16;
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((level) => levels[level]).join(",")})`;
}

/** Blocks and braille are drawn, as every font has them of another width. @param {string} character @returns {number[][] | null} parts of a cell: x, y, width, height of 0..1 */
function shapes(character) {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x2581 && code <= 0x2588) return [[0, 1 - (code - 0x2580) / 8, 1, (code - 0x2580) / 8]];
  if (code >= 0x2589 && code <= 0x258f) return [[0, 0.12, (0x2590 - code) / 8, 0.76]];
  if (code < 0x2801 || code > 0x28ff) return null;
  const dots = [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
    [0, 3],
    [1, 3],
  ];
  return dots.flatMap(([x = 0, y = 0], bit) =>
    ((code - 0x2800) >> bit) & 1 ? [[x / 2 + 0.06, y / 4 + 0.03, 0.38, 0.2]] : [],
  );
}

/** Text between SGR sequences, each with the codes before it. @param {string} line */
function piecesOf(line) {
  return line.split("\u001b[").map((piece, place) => {
    const end = place === 0 ? -1 : piece.indexOf("m");
    return { codes: end < 0 ? [] : piece.slice(0, end).split(";").map(Number), text: piece.slice(end + 1) };
  });
}

/** A line begins as the one before it has ended. */
let look = plain();

/** One line as SVG. @param {string} line @param {number} row */
function drawn(line, row) {
  const top = row * HEIGHT + MARGIN;
  /** @type {string[]} */
  const papers = [];
  /** @type {string[]} */
  const inks = [];
  let column = 0;
  for (const { codes, text: part } of piecesOf(line)) {
    look = changed(look, codes);
    if (part === "") continue;
    const ink = look.turned ? (look.paper ?? PAPER) : (look.ink ?? INK);
    const paper = look.turned ? (look.ink ?? INK) : look.paper;
    const style = `${ink === INK ? "" : ` fill="${ink}"`}${look.bold ? ' font-weight="bold"' : ""}${look.faint ? ' opacity="0.6"' : ""}`;
    const cells = [...part];
    const left = (/** @type {number} */ place) => MARGIN + (column + place) * WIDTH;
    if (paper !== null)
      papers.push(
        `<rect x="${short(left(0))}" y="${top}" width="${short(cells.length * WIDTH)}" height="${HEIGHT}" fill="${paper}"/>`,
      );
    let path = "";
    const words = cells.map((character, place) => {
      const found = shapes(character);
      for (const [x = 0, y = 0, width = 0, height = 0] of found ?? []) {
        path += `M${short(left(place + x))} ${short(top + y * HEIGHT)}h${short(width * WIDTH)}v${short(height * HEIGHT)}h-${short(width * WIDTH)}z`;
      }
      return found === null ? character : " ";
    });
    if (path !== "") inks.push(`<path d="${path}"${ink === INK ? "" : ` fill="${ink}"`}/>`);
    // Words stand where their cells are, whatever the font.
    for (const { 0: word, index } of words.join("").matchAll(/\S+(?: \S+)*/g)) {
      const before = [...words.join("").slice(0, index)].length;
      inks.push(
        `<text x="${short(left(before))}" y="${top + 14}" xml:space="preserve"${style}>${escaped(word)}</text>`,
      );
    }
    column += cells.length;
  }
  return [...papers, ...inks].join("\n");
}

const words = process.argv.slice(2);
const whole = words[0] === "--whole";
const titles = whole ? words.slice(1) : words;
const all = readFileSync(0, "utf8").replace(/\n+$/, "").split("\n");
const cut = !whole && all.length > HEAD + TAIL ? [...all.slice(0, HEAD), "  ...", ...all.slice(-TAIL)] : all;
const lines = whole ? cut : [...titles, ...cut];
const columns = Math.max(...lines.map((line) => piecesOf(line).reduce((sum, { text }) => sum + [...text].length, 0)));
const width = Math.ceil(columns * WIDTH) + 2 * MARGIN;
const height = lines.length * HEIGHT + 2 * MARGIN;
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal: ${escaped(titles[0] ?? "")}">
<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${INK}">
${lines.map(drawn).join("\n")}
</g>
</svg>
`);
