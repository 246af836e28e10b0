// Export datagrams of the corpus beside the checkout, where it is there; each different one once.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's folder, from bench/fuzz/ as well as from .bench-build/bench/fuzz/. */
const PACKAGE = new URL(import.meta.url.includes("/.bench-build/") ? "../../../" : "../../", import.meta.url);
const FOLDERS = ["netflow", "malformed"].map((folder) =>
  fileURLToPath(new URL(`../shared/corpus/${folder}/`, PACKAGE)),
);

/** Payloads in the order of the files' names; none where there is no corpus. */
export function corpusDatagrams(): Uint8Array[] {
  const payloads = new Set<string>();
  for (const folder of FOLDERS) {
    if (!existsSync(folder)) continue;
    const files = readdirSync(folder).filter((file) => file.endsWith(".dgrams"));
    for (const file of files.sort()) {
      for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
        if (!line.startsWith("#") && line !== "") payloads.add(line.split(" ")[4] ?? "");
      }
    }
  }
  return [...payloads].map((payload) => Uint8Array.from(Buffer.from(payload, "hex")));
}
