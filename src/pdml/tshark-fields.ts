// What fields tshark knows: its own list, asked for once in a run and kept in memory only.
import { spawn } from "node:child_process";
import { findTshark } from "./tshark-program.ts";

/** A tshark that does not answer by then is taken for none. */
const ANSWER_MS = 20_000;
/** tshark 4.0 says 19 MB. */
const MOST_OCTETS = 256 * 1024 * 1024;

export interface TsharkField {
  /** The protocol it belongs to; the name itself where it is one. Some names are those of fields of several protocols. */
  readonly protocols: readonly string[];
  /** Of its first definition, as `FT_UINT16`; "" of a protocol. */
  readonly type: string;
}

/** Names of fields and protocols. */
export type FieldTable = ReadonlyMap<string, TsharkField>;

let asked: Promise<FieldTable | null> | undefined;

/** null where tshark is not here, or does not answer as it should. */
export function tsharkFields(): Promise<FieldTable | null> {
  asked ??= askTshark();
  return asked;
}

async function askTshark(): Promise<FieldTable | null> {
  const program = findTshark();
  if (program === null) return null;
  const pieces: Buffer[] = [];
  let octets = 0;
  const child = spawn(program, ["-G", "fields"], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: ANSWER_MS,
    killSignal: "SIGKILL",
  });
  child.stdout.on("data", (piece: Buffer) => {
    octets += piece.length;
    if (octets > MOST_OCTETS) child.kill("SIGKILL");
    else pieces.push(piece);
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", resolve);
  });
  return code === 0 ? readFieldTable(Buffer.concat(pieces).toString("latin1")) : null;
}

/** The output of `tshark -G fields`: lines of `P name abbreviation` and `F name abbreviation type protocol ...`, tabs between. */
export function readFieldTable(text: string): FieldTable {
  const fields = new Map<string, TsharkField & { protocols: readonly string[] }>();
  // Copies, so that the whole text is not kept for their sake; each text once, and each list of one protocol.
  const texts = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  for (let from = 0; from < text.length; ) {
    const to = text.indexOf("\n", from);
    const [kind, , name, type = "", protocol = ""] = text.slice(from, to < 0 ? text.length : to).split("\t", 5);
    from = to < 0 ? text.length : to + 1;
    if (name === undefined || (kind !== "P" && kind !== "F")) continue;
    const isProtocol = kind === "P";
    const owner = copyOf(texts, isProtocol ? name : protocol);
    let list = lists.get(owner);
    if (list === undefined) {
      list = [owner];
      lists.set(owner, list);
    }
    const known = fields.get(name);
    if (known === undefined)
      fields.set(copyOf(texts, name), { protocols: list, type: copyOf(texts, isProtocol ? "" : type) });
    else if (!known.protocols.includes(owner)) known.protocols = [...known.protocols, owner];
  }
  return fields;
}

function copyOf(texts: Map<string, string>, text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  const own = Buffer.from(text, "latin1").toString("latin1");
  texts.set(own, own);
  return own;
}
