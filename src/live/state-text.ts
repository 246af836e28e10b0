// What can be said of a flow's state beyond new, active, idle and ended: how far a TCP connection is, why a flow ended.
import { END_REASON } from "../core/elements.ts";
import { TCP } from "../core/protocol-numbers.ts";
import { BIT, FLOW_KEY, ROW, STRIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";

const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];

const REASONS: Readonly<Record<number, string>> = {
  [END_REASON.idle]: "idle timeout",
  [END_REASON.forced]: "forced end",
  [END_REASON.resources]: "lack of room",
};

/** null = nothing to say. */
export function stateText({ words }: Rows, row: number): string | null {
  const at = row * STRIDE;
  const ended = (words[at + ROW.bits]! & BIT.ended) !== 0;
  const tcp = (words[at + FLOW_KEY.kind]! & 0xff) === TCP ? tcpText(words, at) : null;
  if (tcp === "closed" || tcp === "reset" || !ended) return tcp;
  return REASONS[words[at + ROW.endReason]!] ?? tcp;
}

function tcpText(words: Int32Array, at: number): string | null {
  const flags = words[at + ROW.tcpFlags]!;
  const fromB = (words[at + ROW.bits]! & BIT.fromB) !== 0;
  const mine = fromB ? flags >>> 16 : flags & 0xffff;
  const theirs = fromB ? flags & 0xffff : flags >>> 16;
  const both = mine | theirs;
  if (both === 0) return null;
  if ((both & RST) !== 0) return "reset";
  if ((mine & theirs & FIN) !== 0) return "closed";
  if ((both & FIN) !== 0) return "closing";
  if ((both & SYN) === 0) return "established";
  if ((theirs & SYN) === 0) return (mine & ACK) === 0 ? "SYN" : "established";
  return (mine & ACK) === 0 ? "SYN-ACK" : "established";
}
