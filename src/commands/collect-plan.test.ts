// What the words of `flowgauge collect` mean: sources, what goes to standard output, defaults of sockets and of captures.
import { describe, expect, it, vi } from "vitest";
import { collectPlan } from "./collect.ts";
import { octets, whole } from "./option-values.ts";

const listens = (...argv: string[]) =>
  collectPlan(argv).receive.listen.map(({ transport, host, port }) => `${transport} ${host} ${port}`);

describe("sources", () => {
  it.each<[string[], string[]]>([
    [[], ["udp  2055"]],
    [["udp://:9995"], ["udp  9995"]],
    [
      ["--listen", "udp://[::1]:1", "--listen", "tcp://:2"],
      ["udp ::1 1", "tcp  2"],
    ],
    [
      ["udp://127.0.0.1:1", "--listen", "tcp://:2"],
      ["udp 127.0.0.1 1", "tcp  2"],
    ],
    [["file.pcap"], []],
  ])("%j", (argv, expected) => expect(listens(...argv)).toEqual(expected));

  it("are sockets or captures", () => {
    expect(collectPlan(["a.pcap", "-"]).receive.captures).toEqual(["a.pcap", "-"]);
    expect(() => collectPlan(["a.pcap", "--listen", "udp://:1"])).toThrow("found both: udp://:1 and a.pcap");
  });

  it("decide what becomes of clocks and templates", () => {
    vi.stubEnv("XDG_STATE_HOME", "/state");
    vi.spyOn(process as { getuid(): number }, "getuid").mockReturnValue(1000);
    expect(collectPlan([])).toMatchObject({ templates: "/state/flowgauge/templates.json", templatesByDefault: true });
    expect(collectPlan([]).receive.options.clock).toBe("repair");
    expect(collectPlan(["a.pcap"])).toMatchObject({ templates: null, receive: { options: { clock: "keep" } } });
    expect(collectPlan(["--clock", "repair", "a.pcap"]).receive.options.clock).toBe("repair");
    expect(collectPlan(["--templates", "none"]).templates).toBe(null);
    expect(collectPlan(["--templates", "t.json"])).toMatchObject({ templates: "t.json", templatesByDefault: false });
    vi.spyOn(process as { getuid(): number }, "getuid").mockReturnValue(0);
    expect(collectPlan([]).templates).toBe("/var/lib/flowgauge/templates.json");
  });
});

describe("where records go", () => {
  const shown = (...argv: string[]) => {
    const { printer, native, optionsFile, countersFile } = collectPlan(argv);
    return [printer?.format ?? null, native, optionsFile, countersFile];
  };

  it.each<[string[], (string | null)[]]>([
    [[], ["line", null, null, null]],
    [["--json"], ["json", null, null, null]],
    [["--csv"], ["csv", null, null, null]],
    [["--quiet"], [null, null, null, null]],
    [
      ["--native", "f"],
      [null, "f", null, null],
    ],
    [
      ["--native", "f", "--json"],
      ["json", "f", null, null],
    ],
    [
      ["--native", "-"],
      [null, "-", null, null],
    ],
    [
      ["--options", "o", "--counters", "c"],
      ["line", null, "o", "c"],
    ],
    [
      ["--options", "-"],
      [null, null, "-", null],
    ],
    [
      ["--counters", "-", "--native", "f"],
      [null, "f", null, "-"],
    ],
  ])("%j", (argv, expected) => expect(shown(...argv)).toEqual(expected));

  it.each([
    [["--json", "--csv"], "--json and --csv"],
    [["--quiet", "--json"], "--quiet or --json"],
    [["--native", "-", "--options", "-"], "--native - and --options -"],
    [["--counters", "-", "--fields", "bytes"], "--counters - and --fields"],
  ])("not %j", (argv, words) => expect(() => collectPlan(argv)).toThrow(words));

  it("have the fields of messages", () => {
    expect(collectPlan(["--fields", "sourceIPv4Address,exporter,other"]).printer).toMatchObject({
      from: "messages",
      fields: ["srcAddr", "exporter", "other"],
    });
    expect(() => collectPlan(["--fields", "exporters"])).toThrow("did you mean exporter?");
  });
});

describe("values", () => {
  it("of sampling, relays, time and metrics", () => {
    const plan = collectPlan(
      "--sampling 192.0.2.1=1000 --sampling ::ffff:192.0.2.2=5 --relay [2001:db8::1]:9 --for 1m --count 5 --metrics 9155".split(
        " ",
      ),
    );
    expect([...plan.receive.options.sampling!]).toEqual([
      ["192.0.2.1", 1000],
      ["192.0.2.2", 5],
    ]);
    expect(plan.relay).toEqual({ relay: [{ host: "2001:db8::1", port: 9 }] });
    expect(plan.receive.milliseconds).toBe(60_000);
    expect(plan.records).toBe(5);
    expect(plan.metrics).toEqual({ host: "127.0.0.1", port: 9155 });
    expect(collectPlan(["--metrics", ":1"]).metrics).toEqual({ host: "127.0.0.1", port: 1 });
    expect(collectPlan(["--metrics", "[::]:1"]).metrics).toEqual({ host: "::", port: 1 });
  });

  it.each<[string, number]>([
    ["65536", 65_536],
    ["512K", 524_288],
    ["64MiB", 67_108_864],
    ["1g", 1_073_741_824],
  ])("octets %s", (text, value) => expect(octets(text, "--x", 1, 2 ** 31)).toBe(value));

  it.each(["", "-1", "64X", "1.5M", "2G"])("no octets: %j", (text) =>
    expect(() => octets(text, "--x", 1, 2 ** 30)).toThrow("--x: expected octets"),
  );

  it("of whole numbers have bounds", () => {
    expect(whole("7", "--x", 1, 7)).toBe(7);
    for (const text of ["0", "8", "7.0", " 7", ""]) expect(() => whole(text, "--x", 1, 7)).toThrow("from 1 to 7");
  });
});
