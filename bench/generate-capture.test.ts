// The generated captures are what they say: the same octets each time, exact counts, and sound for other tools.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureInMemory, GENERATOR_VERSION, generateCapture } from "./generate-capture.ts";

const MIX = { packets: 2000, connections: 200, seconds: 10 };
const SMALL = { packets: 5000, connections: 2000, seconds: 10 };

function missing(program: string): boolean {
  return spawnSync(program, ["--version"]).error !== undefined;
}

/** Walks the record headers, as any reader would. */
function walk(bytes: Buffer): { packets: number; wireBytes: number; ordered: boolean } {
  let packets = 0;
  let wireBytes = 0;
  let ordered = true;
  let last = 0;
  let at = 24;
  while (at < bytes.length) {
    const time = bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4);
    if (time < last) ordered = false;
    last = time;
    packets++;
    wireBytes += bytes.readUInt32LE(at + 12);
    at += 16 + bytes.readUInt32LE(at + 8);
  }
  expect(at).toBe(bytes.length);
  return { packets, wireBytes, ordered };
}

describe("generated captures", () => {
  test("the same seed gives the same octets, whoever asks", () => {
    const hashes = [
      captureInMemory({ name: "mix", size: MIX }),
      captureInMemory({ name: "small", size: SMALL }),
      captureInMemory({ name: "mix", size: MIX, seed: 2 }),
    ].map(({ bytes }) => createHash("sha256").update(bytes).digest("hex").slice(0, 16));
    // Other hashes here ask for another GENERATOR_VERSION, or cached captures are not made anew.
    expect([GENERATOR_VERSION, ...hashes]).toMatchInlineSnapshot(`
      [
        1,
        "bce3b0ce979233c6",
        "5986b89de5db8814",
        "89d1c700c95c2e5c",
      ]
    `);
  });

  test.each([
    ["mix", MIX],
    ["small", SMALL],
  ] as const)("%s holds the packets, octets and shares that it says", (name, size) => {
    const { bytes, totals } = captureInMemory({ name, size });
    const found = walk(bytes);
    expect(found).toEqual({ packets: size.packets, wireBytes: totals.wireBytes, ordered: true });
    expect(totals).toMatchObject({ packets: size.packets, connections: size.connections, fileBytes: bytes.length });
    expect(totals.tcp + totals.udp + totals.icmp).toBe(size.packets);
    expect(totals.oneWay).toBeGreaterThan(size.connections);
    expect(totals.seconds).toBeGreaterThan(0.8 * size.seconds);
    expect(totals.seconds).toBeLessThan(1.2 * size.seconds);
  });

  test("mix has its shares of packets", () => {
    const { totals } = captureInMemory({ name: "mix", size: { packets: 100_000, connections: 5000, seconds: 60 } });
    const shares = [totals.tcp, totals.udp, totals.icmp, totals.ipv6, totals.vlan].map((part) => part / totals.packets);
    for (const [i, share] of [0.76, 0.22, 0.02, 0.15, 0.04].entries()) expect(shares[i]).toBeCloseTo(share, 2);
  });

  test("long is as many packets, and as much time, times as long", async () => {
    const size = { packets: 4000, connections: 200, seconds: 10 };
    const once = await generateCapture({ name: "long", count: 1, seed: 1, size }, () => {});
    const thrice = await generateCapture({ name: "long", count: 3, seed: 1, size }, () => {});
    expect([once.packets, once.connections]).toEqual([4000, 200]);
    expect([thrice.packets, thrice.connections]).toEqual([12_000, 600]);
  });

  test("scale has only flows of its table", async () => {
    const totals = await generateCapture(
      { name: "scale", count: 50, seed: 1, size: { packets: 4000, connections: 0, seconds: 0 } },
      () => {},
    );
    expect([totals.packets, totals.connections, totals.oneWay]).toEqual([4000, 50, 100]);
  });
});

describe("other tools read them", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "flowgauge-generate-"));
    for (const [name, size] of [
      ["mix", MIX],
      ["small", SMALL],
    ] as const) {
      writeFileSync(join(folder, `${name}.pcap`), captureInMemory({ name, size }).bytes);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.skipIf(missing("capinfos")).each(["mix", "small"])(
    "capinfos counts the packets of %s (skipped without capinfos)",
    (name) => {
      const out = execFileSync("capinfos", ["-c", "-M", "-T", "-r", join(folder, `${name}.pcap`)], {
        encoding: "utf8",
      });
      expect(Number(out.trim().split("\t")[1])).toBe(name === "mix" ? MIX.packets : SMALL.packets);
    },
  );

  test.skipIf(missing("tshark")).each(["mix", "small"])(
    "tshark finds no fault in %s (skipped without tshark)",
    (name) => {
      const checks = ["ip", "tcp", "udp"].flatMap((layer) => ["-o", `${layer}.check_checksum:TRUE`]);
      const fields = [
        "ip.checksum.status",
        "tcp.checksum.status",
        "udp.checksum.status",
        "icmp.checksum.status",
        "_ws.malformed",
      ];
      const { stdout, stderr } = spawnSync(
        "tshark",
        [
          "-n",
          "-r",
          join(folder, `${name}.pcap`),
          ...checks,
          "-T",
          "fields",
          ...fields.flatMap((field) => ["-e", field]),
        ],
        { encoding: "utf8" },
      );
      expect(stderr.replace(/^Running as user.*\n/m, "")).toBe("");
      const rows = stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split("\t"));
      const [ip = [], tcp = [], udp = [], icmp = [], malformed = []] = fields.map((_, i) =>
        rows.map((row) => row[i] ?? ""),
      );
      // 0 = bad, 1 = good, 2 = not verified (tshark does not check what the snap length has cut).
      for (const status of [ip, tcp, udp, icmp]) {
        expect(status.filter((value) => value === "0")).toEqual([]);
        expect(status.filter((value) => value === "1").length).toBeGreaterThan(10);
      }
      expect(ip.filter((value) => value !== "" && value !== "1")).toEqual([]);
      expect(malformed.filter((value) => value !== "")).toEqual([]);
    },
  );
});
