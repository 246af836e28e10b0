// @ts-check
// The programs that tests hold us against or replay with: which Debian package brings them, which tests need them.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run, say } from "./setup.mjs";

/** @type {readonly { readonly program: string, readonly debian: string, readonly usedBy: string }[]} */
export const PROGRAMS = [
  {
    program: "tshark",
    debian: "tshark",
    usedBy: "decode and track: the layers and counts of every capture, dissected a second time",
  },
  {
    program: "capinfos",
    debian: "wireshark-common",
    usedBy: "capture: packet counts, octets and times of every capture file",
  },
  { program: "editcap", debian: "wireshark-common", usedBy: "capture: the same packets in other file formats" },
  { program: "dumpcap", debian: "wireshark-common", usedBy: "capture: live interfaces" },
  { program: "tcpdump", debian: "tcpdump", usedBy: "capture: live interfaces, reading what we write" },
  { program: "tcpreplay", debian: "tcpreplay", usedBy: "capture: a known capture sent over a live interface" },
  { program: "ip", debian: "iproute2", usedBy: "capture: live interfaces of our own network namespaces" },
  { program: "ping", debian: "iputils-ping", usedBy: "capture: packets on an interface, one after the other" },
  { program: "softflowd", debian: "softflowd", usedBy: "track, bench: the same capture through another flow meter" },
  { program: "nfpcapd", debian: "nfdump", usedBy: "track, bench: the same capture through another flow meter" },
  { program: "nfdump", debian: "nfdump", usedBy: "track, bench: reading what other flow meters made" },
  { program: "nfcapd", debian: "nfdump", usedBy: "export: another collector takes what we send" },
  { program: "argus", debian: "argus-server", usedBy: "track, bench: the same capture through another flow meter" },
  { program: "ra", debian: "argus-client", usedBy: "track, bench: reading what argus made" },
  { program: "time", debian: "time", usedBy: "bench: processor time and peak memory of each program" },
  { program: "pmacctd", debian: "pmacct", usedBy: "collect: what another exporter says of the same capture" },
  { program: "nfacctd", debian: "pmacct", usedBy: "export: another collector takes what we send" },
  { program: "openssl", debian: "openssl", usedBy: "collect: certificates, and TLS as exporters speak it" },
  {
    program: "socat",
    debian: "socat",
    usedBy: "collect: relaying with the exporter's address (--spoof itself needs it), sockets inherited by receivers",
  },
  { program: "tmux", debian: "tmux", usedBy: "top: the live screen in a real terminal, driven by keys" },
  { program: "jq", debian: "jq", usedBy: "pdml: recipes that people have written for pdml2flow's objects" },
  { program: "chromium", debian: "chromium", usedBy: "serve: the page in a real browser" },
  { program: "gzip", debian: "gzip", usedBy: "capture: compressed captures" },
  { program: "zstd", debian: "zstd", usedBy: "capture: compressed captures" },
];

/** Debian keeps some of them in /usr/sbin, which is not on everybody's PATH. */
const FOLDERS = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** @param {string} program @returns {boolean} */
export function onPath(program) {
  return FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}

/** The environment for tests: PATH with the folders that were looked through. */
export function testEnvironment() {
  return { ...process.env, PATH: [...new Set(FOLDERS.filter(Boolean))].join(delimiter) };
}

/**
 * Installs what is missing where that is possible without asking anybody (root on Debian); elsewhere says what is
 * missing. Goes on either way: tests that need an absent program skip and say so.
 */
export async function ensurePrograms() {
  const missing = () => PROGRAMS.filter(({ program }) => !onPath(program));
  if (missing().length === 0) return;
  const packages = [...new Set(missing().map(({ debian }) => debian))].sort();
  if (process.getuid?.() === 0 && onPath("apt-get")) {
    say(`installing Debian packages: ${packages.join(" ")}`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const stdio = /** @type {import("node:child_process").StdioOptions} */ (["ignore", "ignore", 2]);
    await run("apt-get", ["update", "-qq"], { env, stdio });
    const install = ["install", "-y", "-qq", "--no-install-recommends"];
    if ((await run("apt-get", [...install, ...packages], { env, stdio })) !== 0) {
      // One package that this Debian does not have must not cost the others.
      for (const name of packages) await run("apt-get", [...install, name], { env, stdio });
    }
  }
  const still = missing();
  for (const { program, debian, usedBy } of still)
    say(`${program} is missing (package ${debian}). Skipped without it: ${usedBy}`);
  if (still.length > 0) {
    const names = [...new Set(still.map(({ debian }) => debian))].sort();
    say(`to install: sudo apt-get install --no-install-recommends ${names.join(" ")}`);
  }
}
