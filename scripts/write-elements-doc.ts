// Makes docs/elements.md from the one table of fields. To write it anew:
//   npx vitest run src/report/elements-doc.test.ts -u
import { FIELDS, type Field } from "../src/core/fields.ts";

const INTRODUCTION = `# Fields

Made from \`src/core/elements.ts\` by \`scripts/write-elements-doc.ts\`; a test compares them. Do not edit.

One name for each field, the same in JSON, CSV, \`--fields\`, \`--key\` and SQL. Where a person types a name, the IANA names of the
elements that carry it and the other words mean the same, in any case. How values read: [output.md](output.md).

- *From*: what can say it, packets (\`track\`), export messages (\`collect\`) or both.
- *Element*: the IANA Information Element (RFC 7012) that it is written as, with its number; reverse fields are the forward
  element under the enterprise number 29305 (RFC 5103).
- *Carried by*: the elements of export messages that it is read from, where these are not that one alone; the most exact one
  counts. A dash: it is taken from the message, or from several places.
`;

function element({ id, pen, iana }: Field): string {
  if (id === null) return "";
  return `${iana} ${pen === 0 ? id : `${pen}/${id}`}`;
}

/** Elements that carry it, where they are others than the one of the field itself. */
function carriers({ iana, carriers: names, from }: Field): string {
  if (names.length === 0) return from === "packets" ? "" : "-";
  return names.length === 1 && names[0] === iana ? "" : names.join(" ");
}

function cells(field: Field): string[] {
  const { name, about, unit, clickhouse, words, from } = field;
  return [
    `\`${name}\``,
    unit === null ? about : `${about} (${unit})`,
    from,
    element(field),
    carriers(field),
    `\`${clickhouse}\``,
    words.map((word) => `\`${word}\``).join(" "),
  ];
}

/** The whole text of docs/elements.md. */
export function elementsDoc(): string {
  const titles = ["Field", "What it says", "From", "Element", "Carried by", "Type in SQL", "Other words"];
  const rows = [titles, titles.map(() => "---"), ...FIELDS.map(cells)];
  return `${INTRODUCTION}\n${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}
