// Opens a path or standard input as octets, decompressed: for rooms that read other things than captures.
import { fstatSync, openSync, statSync } from "node:fs";
import { SourceError } from "../core/errors.ts";
import { fileInput, openReadable, readableInput } from "./octet-inputs.ts";
import type { StreamInput } from "./stream-source.ts";
import { systemReason } from "./system-reason.ts";

const STANDARD_INPUT = 0;
/** Measured on files of text: more does not read faster. */
const PIECE_OCTETS = 262_144;
const NONE = new Uint8Array(0);

/** `expected` is the word for it in sentences ("PDML"). Rejects with a SourceError where there is nothing to read. */
export async function openOctets(name: string, expected: string): Promise<StreamInput> {
  const standard = name === "-";
  if (standard && process.stdin.isTTY) {
    throw new SourceError(
      { source: "standard input" },
      `expected ${expected}, found a terminal; pipe it in, or name a file`,
    );
  }
  try {
    const stats = standard ? fstatSync(STANDARD_INPUT) : statSync(name);
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    if (stats.isFile())
      return fileInput(standard ? STANDARD_INPUT : openSync(name, "r"), NONE, stats.size, PIECE_OCTETS);
    return readableInput(standard ? process.stdin : await openReadable(name, stats.isFIFO()));
  } catch (error) {
    const source = standard ? "standard input" : name;
    throw new SourceError({ source }, `expected ${expected}, found ${systemReason(error)}`, { cause: error });
  }
}
