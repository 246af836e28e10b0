// Octets from a terminal -> keys, text, mouse and answers (ECMA-48, as xterm sends them; also rxvt's and the Linux console's forms).
import { StringDecoder } from "node:string_decoder";

export type KeyName =
  | "up"
  | "down"
  | "left"
  | "right"
  | "home"
  | "end"
  | "pageUp"
  | "pageDown"
  | "insert"
  | "delete"
  | "backspace"
  | "enter"
  | "tab"
  | "backTab"
  | "escape"
  | "f1";

export type TerminalInput =
  /** A character, or a key that has a name. Control with a letter is `^c`. */
  | { readonly kind: "key"; readonly key: KeyName | string }
  | { readonly kind: "paste"; readonly text: string }
  /** Cells from 0. */
  | {
      readonly kind: "mouse";
      readonly button: "left" | "wheelUp" | "wheelDown";
      readonly column: number;
      readonly row: number;
    }
  /** The terminal's answer to the question for its background colour. */
  | { readonly kind: "background"; readonly background: "dark" | "light" }
  /** The terminal's answer to the question what it is: all questions before it are answered, or will not be. */
  | { readonly kind: "attributes" };

const FINALS: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  Z: "backTab",
  M: "enter",
  P: "f1",
};
const NUMBERS: Readonly<Record<string, KeyName>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageUp",
  6: "pageDown",
  7: "home",
  8: "end",
  11: "f1",
};
const CONTROLS: Readonly<Record<number, KeyName>> = {
  8: "backspace",
  9: "tab",
  10: "enter",
  13: "enter",
  27: "escape",
  127: "backspace",
};
const BUTTONS: Readonly<Record<number, "left" | "wheelUp" | "wheelDown">> = {
  0: "left",
  64: "wheelUp",
  65: "wheelDown",
};

const PASTE_BEGIN = "\u001b[200~";
const PASTE_END = "\u001b[201~";
/** A sequence that goes on and on is none. */
const LONGEST_SEQUENCE = 256;
const LONGEST_PASTE = 65_536;
const ESCAPE = "\u001b";

/** What follows an Escape. */
const CSI = /^\[([0-?]*)[ -/]*([@-~])/;
const SS3 = /^O([ -~])/;
/** OSC, DCS, APC and PM end with BEL or ST. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send these
const STRING = /^([\]P_^])([^\x07\x1b]*)(?:\x07|\x1b\\)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: likewise
const UNFINISHED = /^(?:$|\[[0-?]*[ -/]*$|O$|[\]P_^][^\x07\x1b]*\x1b?$)/;

export class InputDecoder {
  private readonly utf8 = new StringDecoder("utf8");
  private rest = "";

  /** True where what came last may be the beginning of a sequence: `flush` some time later tells that it was the Escape key. */
  get unfinished(): boolean {
    return this.rest !== "";
  }

  feed(octets: Uint8Array): TerminalInput[] {
    this.rest += this.utf8.write(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
    const inputs: TerminalInput[] = [];
    while (this.rest !== "") {
      const taken = this.take(inputs);
      if (taken === 0) break;
      this.rest = this.rest.slice(taken);
    }
    return inputs;
  }

  /** Nothing more comes: a lone Escape is the key, a sequence that was begun is dropped. A paste is still waited for. */
  flush(): TerminalInput[] {
    if (this.rest.startsWith(PASTE_BEGIN)) return [];
    const alone = this.rest === ESCAPE;
    this.rest = "";
    return alone ? [{ kind: "key", key: "escape" }] : [];
  }

  /** Takes one input from the front; 0 = more is needed. */
  private take(inputs: TerminalInput[]): number {
    const { rest } = this;
    if (rest.startsWith(PASTE_BEGIN)) return this.takePaste(inputs);
    const code = rest.codePointAt(0)!;
    if (code !== 27) {
      inputs.push({ kind: "key", key: keyOf(code) });
      return code > 0xffff ? 2 : 1;
    }
    const sequence = rest.slice(1);
    const found = CSI.exec(sequence) ?? SS3.exec(sequence) ?? STRING.exec(sequence);
    if (found === null) {
      if (UNFINISHED.test(sequence) && rest.length < LONGEST_SEQUENCE) return 0;
      // Two Escapes, or Alt with a key: the Escape, and what follows for itself.
      inputs.push({ kind: "key", key: "escape" });
      return 1;
    }
    const input = inputOf(found);
    if (input !== null) inputs.push(input);
    return 1 + found[0].length;
  }

  private takePaste(inputs: TerminalInput[]): number {
    const { rest } = this;
    const end = rest.indexOf(PASTE_END);
    if (end < 0 && rest.length < LONGEST_PASTE) return 0;
    inputs.push({ kind: "paste", text: rest.slice(PASTE_BEGIN.length, end < 0 ? rest.length : end) });
    return end < 0 ? rest.length : end + PASTE_END.length;
  }
}

function keyOf(code: number): KeyName | string {
  const named = CONTROLS[code];
  if (named !== undefined) return named;
  return code < 32 ? `^${String.fromCharCode(code + 96)}` : String.fromCodePoint(code);
}

/** What a whole sequence means; null = nothing to us. */
function inputOf(found: RegExpExecArray): TerminalInput | null {
  const [whole, one = "", two = ""] = found;
  const kind = whole[0];
  if (kind === "]") return backgroundOf(two);
  if (kind === "O") return keyNamed(FINALS[one]);
  if (kind !== "[") return null;
  if (two === "c" && one.startsWith("?")) return { kind: "attributes" };
  if (one.startsWith("<")) return mouseOf(one, two === "M");
  if (two === "~") return keyNamed(NUMBERS[one.split(";")[0]!]);
  return keyNamed(FINALS[two]);
}

function keyNamed(key: KeyName | undefined): TerminalInput | null {
  return key === undefined ? null : { kind: "key", key };
}

/** SGR mouse reports (mode 1006): `<button;column;row`, M = pressed. */
function mouseOf(parameters: string, pressed: boolean): TerminalInput | null {
  const [button = 0, column = 1, row = 1] = parameters.slice(1).split(";").map(Number);
  const name = BUTTONS[button & ~0b11100];
  return pressed && name !== undefined ? { kind: "mouse", button: name, column: column - 1, row: row - 1 } : null;
}

/** `11;rgb:ffff/ffff/ffff`: how bright it is as an eye sees it (ITU-R BT.709). */
function backgroundOf(text: string): TerminalInput | null {
  const found = /^11;rgba?:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})/i.exec(text);
  if (found === null) return null;
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((hex) => Number.parseInt(hex, 16) / (16 ** hex.length - 1));
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5;
  return { kind: "background", background: light ? "light" : "dark" };
}
