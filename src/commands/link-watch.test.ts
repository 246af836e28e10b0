// What is said of an interface that is down for a while.
import { expect, test } from "vitest";
import { LinkWatch } from "./link-watch.ts";

test("since when it is down, and afterwards that it was", () => {
  const faults = [null, "down", "down", "no carrier", null, null] as const;
  let at = 0;
  const watch = new LinkWatch(
    "eth0",
    () => `12:00:0${at}`,
    () => faults[at] ?? null,
  );
  const said = faults.map((_, i) => {
    at = i;
    return watch.look();
  });
  expect(said).toEqual([
    null,
    "iface:eth0 is down since 12:00:01 UTC; it is waited for",
    "iface:eth0 is down since 12:00:01 UTC; it is waited for",
    "iface:eth0 has no carrier since 12:00:03 UTC; it is waited for",
    "iface:eth0 had no carrier from 12:00:03 to 12:00:04 UTC",
    "iface:eth0 had no carrier from 12:00:03 to 12:00:04 UTC",
  ]);
});

test("nothing is said of what is no interface", () => {
  for (const name of ["nosuch", "../..", "lo"]) expect(new LinkWatch(name, () => "now").look()).toBeNull();
});
