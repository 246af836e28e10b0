// Plug-in base64: texts that somebody hid in base64, out of any field of a flow, decoded where a person can read them; JSON lines.
import { parseArgs } from "node:util";
import type { PdmlPlugin } from "../observer.ts";

export const words = "[--min-length N] (characters of base64, 8) [--most N] (texts of a flow, 1000) [--ascii]";

/** Runs of both alphabets (RFC 4648 sections 4 and 5); padding is often left out. Linear: no part of it can match in two ways. */
const RUN = /[A-Za-z0-9+/_-]+={0,2}/g;
/** Controls, unassigned characters, half surrogates; line ends and tabs are no reason. */
const UNREADABLE = /(?![\t\n\r])\p{C}/u;
const NOT_ASCII = /[^\0-\x7f]/;

/** Characters of one text. */
const LONGEST = 1_048_576;

interface Found {
  readonly field: string;
  readonly base64: string;
  readonly text: string;
  times: number;
}

export const plugin: PdmlPlugin = (given, output) => {
  const { values } = parseArgs({
    args: [...given],
    options: {
      "min-length": { type: "string", default: "8" },
      most: { type: "string", default: "1000" },
      ascii: { type: "boolean", default: false },
    },
  });
  const shortest = numberOf("--min-length", values["min-length"], 4);
  const most = numberOf("--most", values.most, 1);
  const wanted = (text: string) => !UNREADABLE.test(text) && !(values.ascii && NOT_ASCII.test(text));

  return {
    onFlowEnd(flow) {
      const found = new Map<string, Found>();
      let beyond = 0;
      for (const field of flow.fields()) {
        for (const value of flow.values(field)) {
          for (const base64 of candidates(value, shortest)) {
            const known = found.get(`${field} ${base64}`);
            if (known !== undefined) {
              known.times++;
              continue;
            }
            const text = decoded(base64);
            if (text === null || !wanted(text)) continue;
            if (found.size < most) found.set(`${field} ${base64}`, { field, base64, text, times: 1 });
            else beyond++;
          }
        }
      }
      const key = Object.fromEntries(flow.keyFields.map((name, at) => [name, flow.key[at]]));
      for (const one of found.values()) output.json({ flow: flow.id, key, ...one });
      if (beyond > 0) output.json({ flow: flow.id, key, beyondMost: beyond });
    },
  };
};

function numberOf(option: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`${option}: expected a whole number from ${least} on, found "${text}"`);
}

/** What may be base64: whole runs; a path or a list is taken apart at what is no letter of the url alphabet. */
function* candidates(value: string, shortest: number): Generator<string> {
  if (value.length < shortest) return;
  for (const [run] of value.matchAll(RUN)) {
    if (run.length < shortest || run.length > LONGEST) continue;
    if (decoded(run) !== null || !/[/+]/.test(run)) yield run;
    else for (const part of run.split(/[/+]/)) if (part.length >= shortest) yield part;
  }
}

/** The text, or null where it is no base64 of UTF-8. Words, numbers and hexadecimal have letters of one case only; base64 of a text hardly ever. */
function decoded(base64: string): string | null {
  const letters = base64.replace(/=+$/, "");
  const padding = base64.length - letters.length;
  const over = letters.length % 4;
  if (over === 1 || (padding > 0 && (over + padding) % 4 !== 0) || (/[+/]/.test(letters) && /[_-]/.test(letters)))
    return null;
  if (!/[a-z]/.test(letters) || !/[A-Z]/.test(letters)) return null;
  const octets = Buffer.from(letters, "base64");
  // The bits that the last letter has too many must be zero: else no encoder wrote it.
  if (octets.toString("base64url") !== letters.replaceAll("+", "-").replaceAll("/", "_")) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return null;
  }
}
