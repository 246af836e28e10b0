// @ts-check
// `npm run record`: records fixtures/demo.pcapng.gz, real traffic of real programs in network namespaces of its own.
// Needs root on Linux. Takes about a minute and a half; leaves nothing behind, also when it fails.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { onPath } from "./debian-programs.mjs";
import { network } from "./recorder/network.mjs";
import { neutralHeader } from "./recorder/neutral-header.mjs";
import { endAll, finish, launch, pause } from "./recorder/processes.mjs";
import { startServers, tidyServers } from "./recorder/servers.mjs";
import { makeTraffic } from "./recorder/traffic.mjs";
import { ROOT, run, say } from "./setup.mjs";

const PROGRAMS = {
  chronyd: "chrony",
  curl: "curl",
  dig: "bind9-dnsutils",
  dnsmasq: "dnsmasq-base",
  dumpcap: "wireshark-common",
  ethtool: "ethtool",
  ip: "iproute2",
  openssl: "openssl",
  ping: "iputils-ping",
  reordercap: "wireshark-common",
  ssh: "openssh-client",
  sshd: "openssh-server",
  sysctl: "procps",
  traceroute: "traceroute",
};
const LIMIT_MS = 240_000;
const COMMENT = "Recorded by the Flowgauge project in its own network namespaces; documentation addresses; Apache-2.0";

async function ensurePrograms() {
  const packages = Object.entries(PROGRAMS).flatMap(([program, debian]) => (onPath(program) ? [] : [debian]));
  if (packages.length === 0) return;
  say(`installing Debian packages: ${packages.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-qq"], { env });
  const code = await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
  if (code !== 0) throw new Error(`cannot install ${packages.join(" ")}`);
}

/** @param {string} home @returns {Promise<Buffer>} the capture file */
async function record(home) {
  const net = network(home);
  try {
    say("making the network");
    await net.open();
    writeFileSync(join(home, "upload"), "What goes up is counted as well. ".repeat(8000));
    say("starting the servers");
    await startServers(home, net.server);
    const file = join(home, "demo.pcapng");
    const recorder = launch(home, net.router, ["dumpcap", "-q", "-i", "lan0", "-w", file]);
    await pause(1500);
    if (recorder.child.exitCode !== null) throw new Error(`dumpcap ended: ${recorder.output()}`);
    say("recording");
    await makeTraffic(home, net, say);
    await pause(1500);
    recorder.child.kill("SIGINT");
    await recorder.ended;
    // Two processors deliver packets to the recorder, a few microseconds out of turn.
    const ordered = join(home, "ordered.pcapng");
    await finish(home, null, ["reordercap", file, ordered]);
    return readFileSync(ordered);
  } finally {
    await endAll();
    await net.close();
    tidyServers();
  }
}

async function main() {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error("recording needs root on Linux: it makes network namespaces. Nothing was done");
  }
  await ensurePrograms();
  const home = mkdtempSync(join(tmpdir(), "flowgauge-record-"));
  const limit = setTimeout(() => void endAll(), LIMIT_MS);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void endAll());
  try {
    const capture = neutralHeader(await record(home), COMMENT);
    const target = join(ROOT, "fixtures", "demo.pcapng.gz");
    writeFileSync(`${target}.new`, gzipSync(capture, { level: 9 }));
    renameSync(`${target}.new`, target);
    say(`recorded ${target}`);
    process.stdout.write(`${await finish(home, null, ["capinfos", target])}\n`);
  } finally {
    clearTimeout(limit);
    rmSync(home, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
