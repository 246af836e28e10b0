// Whether a file is of ClickHouse's Native format, by its first octets: it has no magic number, but begins with a block.
import { MOST_COLUMNS, typeLayout } from "./native-types.ts";

/** Octets of a file's beginning that `isNative` looks at. */
export const NATIVE_OCTETS = 256;

/** Whether these first octets are the beginning of a block: numbers of columns and rows, a name, a type of ClickHouse. */
export function isNative(first: Uint8Array): boolean {
  const head = new Beginning(first.subarray(0, NATIVE_OCTETS));
  const columns = head.varuint();
  const rows = head.varuint();
  if (columns < 1 || columns > MOST_COLUMNS || rows < 0) return false;
  return /^[\x20-\x7e]+$/.test(head.text()) && typeLayout(head.text()) !== null;
}

class Beginning {
  private readonly octets: Uint8Array;
  private at = 0;

  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  /** -1 where there is none. */
  varuint(): number {
    let value = 0;
    for (let unit = 1; unit < 2 ** 49; unit *= 128) {
      const octet = this.octets[this.at++];
      if (octet === undefined) return -1;
      value += (octet & 127) * unit;
      if (octet < 128) return value;
    }
    return -1;
  }

  text(): string {
    const octets = this.varuint();
    if (octets < 1 || this.at + octets > this.octets.length) return "";
    this.at += octets;
    return Buffer.from(this.octets.subarray(this.at - octets, this.at)).toString("latin1");
  }
}
