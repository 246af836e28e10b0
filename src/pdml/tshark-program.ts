// Where tshark is on this machine.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Its path; null where it is not installed. */
export function findTshark(): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/bin", "/usr/bin"];
  for (const folder of folders) {
    // Never from the folder we happen to be in.
    if (!folder.startsWith("/")) continue;
    try {
      accessSync(join(folder, "tshark"), constants.X_OK);
      return join(folder, "tshark");
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
