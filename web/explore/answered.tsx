// Under an answer: what a reader must know of it, the command line that gives the same, and the same as files.
import { downloadAddress } from "../frame/api-client.ts";
import { Copy } from "../parts/copy.tsx";
import type { Answer } from "./use-answer.ts";

const FORMATS: readonly (readonly [format: string, title: string])[] = [
  ["csv", "CSV"],
  ["ndjson", "NDJSON"],
  ["parquet", "Parquet"],
  ["svg", "SVG"],
  ["png", "PNG"],
];

export function Answered({ answer }: { readonly answer: Pick<Answer, "answer" | "words" | "table"> }) {
  const { answer: found, words, table } = answer;
  if (found === null || words === null) return null;
  return (
    <section class="answered" aria-label="About this answer">
      {[...(table?.notes ?? []), ...found.problems].map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      <p class="command">
        <code>{found.command}</code>
        <Copy text={found.command} title="copy the command line" />
      </p>
      <p class="downloads">
        {FORMATS.map(([format, title]) => (
          <a key={format} href={downloadAddress(words, format)} download>
            {title}
          </a>
        ))}
        <span class="quiet">
          {found.took.seconds.toFixed(2)} s, {found.took.files} files
        </span>
      </p>
    </section>
  );
}
