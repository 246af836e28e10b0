// What became of the flows that were to be stored: lines for people, and the same as an object.
import { NOT_STORED, type NotStored, type StoreSummary } from "../store/index.ts";
import { styled } from "./colour.ts";
import { counted, withSeparators, withUnit } from "./quantity.ts";

const LABEL_WIDTH = 10;
const REASONS = Object.keys(NOT_STORED) as NotStored[];

/** Several lines for standard error, each with its end. */
export function printStore(summary: StoreSummary, { colour = false }: { readonly colour?: boolean } = {}): string {
  const { folder, stored, octets, waiting, notStored, segments, sealed, unsealedSpools, recovered, onSeal } = summary;
  const lines = [
    labelled("stored", `${counted(stored, "flow")} in ${folder}: ${withUnit(octets, "B")} written to the spool`),
  ];
  const bad = (text: string) => lines.push(labelled("", styled(text, "red", colour)));
  lines.push(
    labelled("", `sealed: ${counted(sealed, "flow")} in ${counted(segments, "segment")}${spools(unsealedSpools)}`),
  );
  if (recovered > 0)
    lines.push(labelled("", `recovered: ${counted(recovered, "flow")} that a run left which was killed`));
  if (waiting > 0) bad(`waiting: ${counted(waiting, "flow")} that the disk does not take now`);
  for (const reason of REASONS) {
    if (notStored[reason] > 0) bad(`not stored: ${counted(notStored[reason], "flow")}, as ${NOT_STORED[reason]}`);
  }
  if (onSeal !== null) {
    lines.push(labelled("", `--on-seal: ${counted(onSeal.done, "command")} done`));
    if (onSeal.failed > 0) bad(`--on-seal: ${withSeparators(onSeal.failed)} failed`);
    if (onSeal.dropped > 0)
      bad(`--on-seal: ${counted(onSeal.dropped, "segment")} without a command, as too many waited`);
  }
  return `${lines.join("\n")}\n`;
}

/** The same as a plain object: all names are always there, and nothing is shared. */
export function storeObject(summary: StoreSummary): StoreSummary {
  return structuredClone(summary);
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

function spools(count: number): string {
  return count === 0 ? "" : `; ${counted(count, "spool")} not sealed yet, and as good to ask`;
}
