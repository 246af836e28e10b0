// The zone of this machine is what Intl says, however it is found.
import { expect, test, vi } from "vitest";
import { localZone } from "./zone.ts";

test.each([undefined, "UTC", "Europe/Berlin", "Etc/UTC"])("the local zone where TZ is %s", (zone) => {
  vi.stubEnv("TZ", zone);
  expect(localZone()).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
});
