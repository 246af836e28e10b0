// Makes docs/elements.md from the one table of fields. To write it anew:
//   npx vitest run src/report/elements-doc.test.ts -u
import { ELEMENTS, type Element } from "../src/core/elements.ts";

const INTRODUCTION = `# Fields

Made from \`src/core/elements.ts\` by \`scripts/write-elements-doc.ts\`; a test compares them. Do not edit.

One name for each field, the same in JSON, CSV, \`--fields\`, \`--key\` and SQL. Where a person types a name, the IANA name and
the other words mean the same, in any case. *Number* is the IANA Information Element (RFC 7012); reverse fields are the
forward element under the enterprise number 29305 (RFC 5103). How values read: [output.md](output.md).
`;

function reference({ id, pen }: Element): string {
  if (id === null) return "";
  return pen === 0 ? String(id) : `${pen}/${id}`;
}

function cells(element: Element): string[] {
  const { name, about, unit, iana, clickhouse, words } = element;
  return [
    `\`${name}\``,
    unit === null ? about : `${about} (${unit})`,
    reference(element),
    iana ?? "",
    `\`${clickhouse}\``,
    words.map((word) => `\`${word}\``).join(" "),
  ];
}

/** The whole text of docs/elements.md. */
export function elementsDoc(): string {
  const titles = ["Field", "What it says", "Number", "IANA name", "Type in SQL", "Other words"];
  const rows = [titles, titles.map(() => "---"), ...ELEMENTS.map(cells)];
  return `${INTRODUCTION}\n${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}
