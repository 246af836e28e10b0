// What verification found: the files that are damaged, one a line, and what is whole.
import type { Verified } from "../store/index.ts";
import { styled } from "./colour.ts";
import { counted, withSeparators, withUnit } from "./quantity.ts";

export function printVerified(
  found: Verified,
  { colour = false }: { readonly colour?: boolean | undefined } = {},
): string {
  const { segments, chunks, flows, packets, bytes, damaged, withoutChecksum } = found;
  const lines = damaged.map(({ path, sentence }) => `${styled("damaged", "red", colour)}  ${path}: ${sentence}`);
  const files = `${counted(segments, "segment")}${chunks > 0 ? ` and ${counted(chunks, "chunk")} of the spool` : ""}`;
  const good = damaged.length === 0 ? "all whole" : `${withSeparators(damaged.length)} damaged`;
  lines.push(`${files}: ${styled(good, damaged.length === 0 ? "green" : "red", colour)}`);
  const sums =
    packets === null || bytes === null
      ? "checksums only, no flow was read"
      : `${counted(Number(packets), "packet")}, ${withUnit(Number(bytes), "B")}`;
  lines.push(`whole segments hold ${counted(flows, "flow")}: ${sums}`);
  if (withoutChecksum > 0) {
    lines.push(
      `${counted(withoutChecksum, "segment")} without a checksum in the name: some changes of them cannot be found`,
    );
  }
  if (damaged.length > 0)
    lines.push("flowgauge store repair moves damaged files to damaged/ and saves what can be read of them");
  return `${lines.join("\n")}\n`;
}

/** The object of `--json`. */
export function verifiedObject(folder: string, found: Verified): object {
  return { flowgauge: "store-verify/1", folder, ...found };
}
