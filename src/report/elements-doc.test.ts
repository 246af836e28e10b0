// docs/elements.md is what the table of fields says today; `vitest -u` writes it.
import { expect, it } from "vitest";
import { elementsDoc } from "../../scripts/write-elements-doc.ts";
import { FIELDS } from "../core/fields.ts";

it("docs/elements.md is up to date", async () => {
  await expect(elementsDoc()).toMatchFileSnapshot("../../docs/elements.md");
});

it("has a row for each field", () => {
  const names = [...elementsDoc().matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(names).toEqual(FIELDS.map(({ name }) => name));
});
