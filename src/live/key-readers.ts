// Keys in the order that they sort in: words in the order of the network.
import type { KeyPart } from "./key-parts.ts";
import { keyParts, readParts } from "./key-parts.ts";
import { FLOW_KEY, KEY_WORDS, STRIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";
import type { SourceNumbers } from "./source-numbers.ts";
import type { KeyReader } from "./top-order.ts";

const FLOW_PARTS = keyParts(["srcAddr", "dstAddr", "srcPort", "dstPort", "proto"]);

/** Flows: initiator, responder, ports, protocol. */
export function flowReader(rows: Rows, sources: SourceNumbers): KeyReader {
  return {
    read(row, key) {
      readParts(FLOW_PARTS, rows.words, row * STRIDE, 0, sources, key);
      for (let w = 0; w < 8; w++) key[w] = networkOrder(key[w]!);
    },
    protocol: (row) => rows.words[row * STRIDE + FLOW_KEY.kind]! & 0xff,
  };
}

export function groupReader(rows: Rows, parts: readonly KeyPart[]): KeyReader {
  const turned = parts.flatMap(({ form, words }) => Array.from({ length: words }, () => form === "address"));
  let protocolAt = -1;
  let at = 0;
  for (const { form, words } of parts) {
    if (form === "protocol") protocolAt = at;
    at += words;
  }
  return {
    read(row, key) {
      for (let w = 0; w < KEY_WORDS; w++) {
        const word = rows.words[row * STRIDE + w]!;
        key[w] = turned[w] === true ? networkOrder(word) : word;
      }
    },
    protocol: (row) => (protocolAt < 0 ? 0 : rows.words[row * STRIDE + protocolAt]!),
  };
}

/** Addresses are octets in memory; as words of this machine they have the wrong end first. */
function networkOrder(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
