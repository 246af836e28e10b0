// Whether a store's files are still those of an answer: a short word made of their names, which never come back with other content.
import { createHash } from "node:crypto";
import type { FlowFiles } from "../store/index.ts";

export function filesStamp({ native, parquet }: FlowFiles): string {
  const hash = createHash("sha256");
  for (const path of [...native, ...parquet]) hash.update(path).update("\n");
  return hash.digest("base64url");
}
