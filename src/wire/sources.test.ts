// Sources of the last run: their templates are known, but nobody has a line in the ledger who was not heard in this one.
import { expect, test } from "vitest";
import { ipfix, KeptDecoder, NOW, set, template } from "../../test/export-messages.ts";

const FIELDS = [[2, 4]] as const;
const data = set(256, [7, 4]);

/** What a decoder knew that heard these exporters. */
function templatesOf(...exporters: readonly string[]) {
  const last = new KeptDecoder();
  for (const exporter of exporters) last.take(ipfix({}, template(256, FIELDS)), { exporter });
  return last.decoder.templates();
}

test("who comes back has a line, with the template restored, from its first message on", () => {
  const kept = new KeptDecoder();
  expect(kept.decoder.restore(templatesOf("192.0.2.1", "192.0.2.2"))).toBe(2);
  expect(kept.ledger.pages).toEqual([]);
  expect(kept.take(ipfix({}, data), { exporter: "192.0.2.2" })).toMatchObject([{ packets: 7 }]);
  expect(kept.page).toMatchObject({ exporter: "192.0.2.2", messages: 1, firstSeen: NOW, templates: { restored: 1 } });
  expect([...kept.ledger.unheard].map(({ exporter }) => exporter)).toEqual(["192.0.2.1"]);
});

test("who was not heard makes room first, and takes nobody's line with it", () => {
  const kept = new KeptDecoder({ limits: { sources: 2 } });
  kept.take(ipfix({}, template(256, FIELDS), data), { exporter: "192.0.2.9" });
  kept.decoder.restore(templatesOf("192.0.2.1"));
  kept.take(ipfix({}, template(256, FIELDS), data), { exporter: "192.0.2.8" });
  expect(kept.ledger.pages.map(({ exporter }) => exporter)).toEqual(["192.0.2.9", "192.0.2.8"]);
  expect(kept.ledger.unheard.size).toBe(0);
  expect(kept.ledger.forgotten).toBeNull();
  expect(kept.ledger.unexplained()).toBe(0);
});
