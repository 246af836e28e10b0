// A whole file of text that a person named.
import { readFileSync } from "node:fs";
import { SourceError } from "./errors.ts";

/** A small file of a person's; what cannot be read is a sentence. */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "no such file; check the name" : message;
    throw new SourceError({ source: path }, `expected ${what}, found ${found}`, { cause: error });
  }
}
