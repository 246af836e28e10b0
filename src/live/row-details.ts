// All that is known of one row, as lines for people.
import { formatAddress } from "../core/address.ts";
import { END_REASON } from "../core/elements.ts";
import { TCP } from "../core/protocol-numbers.ts";
import type { TopDetails, TopKey } from "../core/top-view.ts";
import { macText } from "./key-texts.ts";
import { BIT, FLOW_KEY, ROW, STRIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";
import { ageOf, counterOf, firstOf, idleOf, lastOf, type Moment, stateOf } from "./row-values.ts";
import type { SourceNumbers } from "./source-numbers.ts";
import { stateText } from "./state-text.ts";

type Line = TopDetails["lines"][number];

/** `sources` null: the row is a group. */
export function rowDetails(
  rows: Rows,
  row: number,
  moment: Moment,
  key: readonly TopKey[],
  sources: SourceNumbers | null,
): readonly Line[] {
  const { words } = rows;
  const at = row * STRIDE;
  const lines: Line[] = key.map(({ title, text, name }) => ({
    title,
    text: name === null ? text || "-" : `${text} (${name})`,
  }));
  const say = (title: string, text: string | number | null) => {
    if (text !== null && text !== "" && text !== 0) lines.push({ title, text: String(text) });
  };
  const state = stateOf(rows, row, moment.now);
  const more = sources === null ? null : stateText(rows, row);
  say("State", more === null ? state : `${state}, ${more}`);
  say("First packet", new Date(firstOf(rows, row)).toISOString());
  say("Last packet", new Date(lastOf(rows, row)).toISOString());
  say("Age", `${ageOf(rows, row, moment.now).toFixed(3)} s`);
  say("Idle", `${idleOf(rows, row, moment.now).toFixed(3)} s`);
  say("Out", counters(rows, row, 0));
  say("In", counters(rows, row, 1));
  if (words[at + ROW.flows]! > 1 || sources === null) {
    say("Flows", `${words[at + ROW.flows]} (${words[at + ROW.liveFlows]} live)`);
  }
  if (sources === null) return lines;
  const flags = words[at + ROW.tcpFlags]!;
  const fromB = (words[at + ROW.bits]! & BIT.fromB) !== 0;
  if ((words[at + FLOW_KEY.kind]! & 0xff) === TCP) {
    say("TCP flags out", flagsText((fromB ? flags >>> 16 : flags) & 0xffff));
    say("TCP flags in", flagsText((fromB ? flags : flags >>> 16) & 0xffff));
  }
  const service = words[at + ROW.service]!;
  say("ToS", service & 0xff);
  say("TTL", (service >>> 8) & 0xff);
  if ((words[at + ROW.srcMac]! | words[at + ROW.srcMac + 1]!) !== 0) {
    say("Initiator MAC", macText(words[at + ROW.srcMac]!, words[at + ROW.srcMac + 1]!));
    say("Responder MAC", macText(words[at + ROW.dstMac]!, words[at + ROW.dstMac + 1]!));
  }
  say("VLAN", words[at + ROW.vlans]! & 0xffff);
  say("Inner VLAN", words[at + ROW.vlans]! >>> 16);
  say("MPLS label", words[at + ROW.mplsLabel] === 0 ? null : words[at + ROW.mplsLabel]! - 1);
  say("Tunnel", words[at + ROW.tunnelId]! >>> 0);
  say("Interface in", words[at + ROW.inIf]! >>> 0);
  say("Interface out", words[at + ROW.outIf]! >>> 0);
  say("Initiator AS", words[at + ROW.srcAs]! >>> 0);
  say("Responder AS", words[at + ROW.dstAs]! >>> 0);
  say("Sampling", words[at + ROW.samplingRate]! > 1 ? `1 of ${words[at + ROW.samplingRate]}` : null);
  const source = words[at + FLOW_KEY.source]!;
  if (source !== 0) {
    say("Exporter", formatAddress(sources.addressOf(sources.exporterOf(source))));
    say("Domain", sources.domainOf(source));
  }
  say("Ended by", REASONS.get(words[at + ROW.endReason]!) ?? null);
  return lines;
}

const REASONS = new Map<number, string>(
  Object.entries(END_REASON).flatMap(([word, number]) => (number === 0 ? [] : [[number, word] as const])),
);

function counters(rows: Rows, row: number, direction: 0 | 1): string {
  return `${counterOf(rows, row, "packets", direction)} packets, ${counterOf(rows, row, "bytes", direction)} octets`;
}

const LETTERS = "CEUAPRSF";

function flagsText(flags: number): string {
  return [...LETTERS].map((letter, place) => ((flags >> (7 - place)) & 1 ? letter : ".")).join("");
}
