// docs/output.md says of tables what the schema says: members, types, units, and an example that is one.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { COLUMN_TYPES, COLUMN_UNITS, TABLE_SHAPES } from "../core/table.ts";
import { TABLE_SHAPE } from "./table-json.ts";

const text = readFileSync(new URL("../../docs/output.md", import.meta.url), "utf8");
const section = text.slice(text.indexOf("## Tables\n"), text.indexOf("## Pictures\n"));
const schema = JSON.parse(readFileSync(new URL("../../docs/table.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

/** The words in code of the first cell of each row of a table. */
function firstCells(title: string): string[] {
  const table = section.slice(section.indexOf(`| ${title} | Value |`)).split("\n\n", 1)[0]!;
  return table
    .split("\n")
    .slice(2)
    .flatMap((row) => [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map(([, word]) => word!));
}

describe("docs/output.md", () => {
  test("names every member, in the order of the object", () => {
    expect(firstCells("Member")).toEqual(schema.required);
  });

  test("names every type, unit and shape", () => {
    expect(firstCells("Type").sort()).toEqual([...COLUMN_TYPES].sort());
    const units = /^- Units are (.*)\.$/m.exec(section)![1]!;
    expect([...units.matchAll(/`([^`]+)`/g)].map(([, unit]) => unit)).toEqual(COLUMN_UNITS.map(String));
    for (const shape of TABLE_SHAPES) expect(section).toContain(`\`${shape}\`:`);
    expect(section).toContain(`\`${TABLE_SHAPE}\``);
  });

  test("has an example that is one", () => {
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(section)![1]!);
    expect(validate(example), JSON.stringify(validate.errors)).toBe(true);
    const names = example.columns.map(({ name }: { name: string }) => name);
    for (const row of [...example.rows, ...example.othersRows, example.total]) expect(Object.keys(row)).toEqual(names);
  });
});
