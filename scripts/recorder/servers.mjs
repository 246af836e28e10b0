// @ts-check
// Real servers for a recording: web (ours), DNS (dnsmasq), SSH (OpenSSH), NTP (chrony); temporary keys and settings.
import { chmodSync, existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { finish, launch, pause } from "./processes.mjs";

const WEB = fileURLToPath(new URL("web-server.mjs", import.meta.url));
const NAMES = { www: "80", files: "80", api: "80", shell: "22", time: "123" };

/** The empty folder that sshd locks itself into; the system's own sshd would have made it. */
const SSHD_EMPTY = "/run/sshd";
let madeEmpty = false;

/** Both addresses of every name below example.net. */
const records = Object.entries(NAMES).map(
  ([name, last]) => `${name}.example.net,192.0.2.${last},2001:db8:b::${last},60`,
);

/** @param {string} home @param {string} space namespace of the server */
export async function startServers(home, space) {
  const at = (/** @type {string} */ name) => join(home, name);
  const subject = ["-subj", "/CN=www.example.net", "-addext", "subjectAltName=DNS:*.example.net"];
  const keys = ["-newkey", "rsa:2048", "-nodes", "-keyout", at("web.key"), "-out", at("web.crt"), "-days", "30"];
  await finish(home, null, ["openssl", "req", "-x509", ...keys, ...subject]);
  for (const name of ["host_key", "user_key"]) {
    await finish(home, null, ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "recording", "-f", at(name)]);
  }
  chmodSync(home, 0o755);
  const sshd = [
    "ListenAddress 192.0.2.22",
    "ListenAddress 2001:db8:b::22",
    `HostKey ${at("host_key")}`,
    `PidFile ${at("sshd.pid")}`,
    `AuthorizedKeysFile ${at("user_key.pub")}`,
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    "StrictModes no",
    "UsePAM no",
    "UseDNS no",
  ];
  writeFileSync(at("sshd.conf"), `${sshd.join("\n")}\n`);
  const chrony = [
    "local stratum 8",
    "allow all",
    "cmdport 0",
    `pidfile ${at("chronyd.pid")}`,
    "bindaddress 192.0.2.123",
    "bindaddress 2001:db8:b::123",
  ];
  writeFileSync(at("chrony.conf"), `${chrony.join("\n")}\n`);
  if (!existsSync(SSHD_EMPTY)) {
    mkdirSync(SSHD_EMPTY, { mode: 0o755 });
    madeEmpty = true;
  }

  const dns = ["--no-resolv", "--no-hosts", "--bind-interfaces", "--listen-address=192.0.2.53,2001:db8:b::53"];
  const zone = ["--local=/example.net/", "--user=root", "--txt-record=example.net,one toolkit for traffic flows"];
  const long = `--txt-record=long.example.net,${Array(12).fill("x".repeat(120)).join(",")}`;
  const hosts = records.map((record) => `--host-record=${record}`);
  const servers = [
    launch(home, space, [process.execPath, WEB, at("web.key"), at("web.crt")]),
    launch(home, space, ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", ...dns, ...zone, long, ...hosts]),
    launch(home, space, ["/usr/sbin/sshd", "-D", "-e", "-f", at("sshd.conf")]),
    launch(home, space, ["chronyd", "-x", "-d", "-u", "root", "-f", at("chrony.conf")]),
  ];
  await pause(2500);
  for (const { child, output } of servers) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(" ")} ended: ${output()}`);
  }
}

/** Removes what the servers needed outside the folder of the recording. */
export function tidyServers() {
  if (madeEmpty) rmdirSync(SSHD_EMPTY);
  madeEmpty = false;
}
