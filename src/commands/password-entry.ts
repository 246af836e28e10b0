// A password asked for on a terminal, where it is not seen; or the first line of a pipe.
import { createInterface } from "node:readline";
import { UsageError } from "../core/errors.ts";

const CONTROL_C = "\u0003";
const CONTROL_D = "\u0004";
const BACKSPACES = new Set(["\u007f", "\b"]);
const MOST_PIPED = 4096;

/** Asked twice where a person types it. Throws a UsageError where there is none. */
export async function enterPassword(name: string): Promise<string> {
  if (process.stdin.isTTY !== true) return pipedLine();
  const first = await typed(`Password of ${name}: `);
  const second = await typed("The same again: ");
  if (first === second) return first;
  throw new UsageError("expected the same password twice, found two; try again.");
}

/** Asked once. Throws a UsageError where there is no terminal; `variable` is where it can be given instead. */
export function askedPassword(name: string, variable: string): Promise<string> {
  if (process.stdin.isTTY === true) return typed(`Password of ${name}: `);
  throw new UsageError(
    `--user ${name}: expected a password in $${variable} or --password-file, or a terminal to ask on, found neither.`,
  );
}

async function pipedLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    lines.close();
    process.stdin.destroy();
    return line.slice(0, MOST_PIPED);
  }
  throw new UsageError(
    "expected a password on standard input, found nothing; echo it into the command, or start it in a terminal.",
  );
}

function typed(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.resume();
  return new Promise((resolve, reject) => {
    let text = "";
    const end = (act: () => void) => {
      stdin.off("data", hear);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      act();
    };
    const hear = (keys: string) => {
      for (const key of keys) {
        if (key === "\r" || key === "\n") return end(() => resolve(text));
        if (key === CONTROL_C || key === CONTROL_D) {
          return end(() => reject(new UsageError("expected a password, found none; nothing was done.")));
        }
        if (BACKSPACES.has(key)) text = [...text].slice(0, -1).join("");
        else text += key;
      }
    };
    stdin.on("data", hear);
  });
}
