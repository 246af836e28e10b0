// Which colours a terminal shows, and which ones each look has in them (ECMA-48 SGR).
import type { WriteStream } from "node:tty";
import type { Look } from "./span.ts";

/** 16 = those of the terminal's own theme. */
export type ColourDepth = "none" | "16" | "256" | "true";
export type Background = "dark" | "light";

const DEPTHS: Readonly<Record<number, ColourDepth>> = { 1: "none", 4: "16", 8: "256", 24: "true" };

/** By NO_COLOR, FORCE_COLOR, COLORTERM and TERM. FORCE_COLOR speaks for what is no terminal, too. */
export function colourDepth(stream: WriteStream, env: NodeJS.ProcessEnv = process.env): ColourDepth {
  if ((env.NO_COLOR ?? "") !== "") return "none";
  if (stream.isTTY !== true || stream.getColorDepth === undefined) return forcedDepth(env.FORCE_COLOR);
  return DEPTHS[stream.getColorDepth(env)] ?? "none";
}

function forcedDepth(forced: string | undefined): ColourDepth {
  if (forced === undefined || forced === "0" || forced === "false") return "none";
  return forced === "3" ? "true" : forced === "2" ? "256" : "16";
}

/** SGR parameters with and without colours. What stands out must do so without them. */
const PLAIN: Readonly<Record<Look, string>> = {
  plain: "",
  strong: "1",
  faint: "",
  head: "7",
  sorted: "1;7",
  chosen: "7",
  good: "",
  warn: "1",
  bad: "1",
  accent: "",
  bar: "",
  other: "",
  key: "1",
  status: "7",
  field: "4",
};

/** The 16 colours of everybody's theme: no white and no black, which one half of all themes does not show. */
const BASE: Readonly<Record<Look, string>> = {
  ...PLAIN,
  faint: "2",
  good: "32",
  warn: "33",
  bad: "31",
  accent: "36",
  bar: "34",
  other: "35",
  key: "1;36",
};

type Shades = Readonly<Record<Look, string>>;

/** Foregrounds and backgrounds as [256, true colour] where they are shades of the background. */
const RICH: Readonly<Record<Background, Shades>> = {
  dark: {
    plain: "",
    strong: "1",
    faint: "38;2;139;148;158/38;5;246",
    head: "38;2;201;209;217;48;2;45;51;59/38;5;252;48;5;237",
    sorted: "1;38;2;121;192;255;48;2;45;51;59/1;38;5;117;48;5;237",
    chosen: "48;2;38;79;120/48;5;24",
    good: "38;2;63;185;120/38;5;78",
    warn: "38;2;230;170;60/38;5;179",
    bad: "1;38;2;255;123;114/1;38;5;210",
    accent: "38;2;86;180;233/38;5;74",
    bar: "38;2;75;163;221/38;5;74",
    other: "38;2;230;159;0/38;5;178",
    key: "1;38;2;121;192;255/1;38;5;117",
    status: "38;2;173;181;189;48;2;33;38;45/38;5;250;48;5;236",
    field: "48;2;33;38;45/48;5;236",
  },
  light: {
    plain: "",
    strong: "1",
    faint: "38;2;101;109;118/38;5;242",
    head: "38;2;36;41;47;48;2;222;227;233/38;5;235;48;5;253",
    sorted: "1;38;2;5;80;174;48;2;222;227;233/1;38;5;25;48;5;253",
    chosen: "48;2;200;225;255/48;5;153",
    good: "38;2;0;110;70/38;5;23",
    warn: "38;2;140;85;0/38;5;94",
    bad: "1;38;2;190;20;30/1;38;5;124",
    accent: "38;2;0;95;150/38;5;25",
    bar: "38;2;0;114;178/38;5;25",
    other: "38;2;160;90;0/38;5;130",
    key: "1;38;2;5;80;174/1;38;5;25",
    status: "38;2;70;77;85;48;2;234;238;242/38;5;239;48;5;255",
    field: "48;2;234;238;242/48;5;255",
  },
};

export class Theme {
  readonly depth: ColourDepth;
  readonly background: Background;

  constructor(depth: ColourDepth, background: Background) {
    this.depth = depth;
    this.background = background;
  }

  /** SGR parameters, empty for text as it is. */
  sgr(look: Look): string {
    if (this.depth === "none") return PLAIN[look];
    if (this.depth === "16") return BASE[look];
    const [full, near = full] = RICH[this.background][look].split("/");
    return this.depth === "true" ? full! : near!;
  }
}

/** What COLORFGBG ("15;0") says of the background, until the terminal itself has answered; most are dark. */
export function assumedBackground(env: NodeJS.ProcessEnv = process.env): Background {
  const colour = Number(env.COLORFGBG?.split(";").at(-1) ?? Number.NaN);
  return colour === 7 || (colour >= 9 && colour <= 15) ? "light" : "dark";
}
