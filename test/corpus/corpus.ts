// The corpus of real captures beside the checkout, where it is there. Nothing of it is copied.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const CORPUS = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));

export const corpusHere = existsSync(`${CORPUS}manifest.tsv`);
if (!corpusHere) console.log("corpus not here");

/** Files of a folder of the corpus that have a truth beside them. */
export function withTruth(folder: string): string[] {
  if (!corpusHere) return [];
  const names = new Set(readdirSync(`${CORPUS}${folder}`));
  return [...names].filter((name) => names.has(`${name}.truth.json`)).sort();
}

/** One row of a pcap truth: a uniflow. */
export interface TruthRow {
  readonly src: string;
  readonly dst: string;
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
  readonly packets: number;
  readonly ip_bytes: number;
  readonly frame_bytes: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly first_frame: number;
  readonly tcp_flags?: number;
  readonly notes?: readonly string[];
}

export interface PcapTruth {
  readonly totals: {
    readonly frames: number;
    readonly frame_bytes: number;
    readonly ip_packets: number;
    readonly ip_bytes: number;
    readonly non_ip_frames: number;
    readonly ip_fragments: number;
  };
  readonly uniflows: readonly TruthRow[];
  readonly uniflows_fragments_assigned?: readonly TruthRow[];
}

export function readTruth(path: string): PcapTruth {
  return JSON.parse(readFileSync(`${path}.truth.json`, "utf8")) as PcapTruth;
}
