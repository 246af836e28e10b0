// @ts-check
// Completes package-lock.json after `npm install`: names the packages of other platforms that the registry in reach did
// not have (npm drops them silently, and `npm ci` then refuses the lock). Names and versions are those that the parent
// package asks for; without a checksum, as there is no package to take one from. Nothing is downloaded.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, say } from "./setup.mjs";

const CPUS = ["x64", "arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "loong64"];
const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];

/** What the name of a prebuilt package says of its platform, as package.json would. @param {string} name */
function platform(name) {
  const words = name.split(/[-/]/);
  const cpu = words.find((word) => CPUS.includes(word));
  const os = words.find((word) => SYSTEMS.includes(word));
  if (cpu === undefined || os === undefined) throw new Error(`${name}: no platform in this name; add it by hand`);
  const libc = words.some((word) => word.startsWith("musl")) ? "musl" : "glibc";
  return os === "linux" ? { cpu: [cpu], libc: [libc], os: [os] } : { cpu: [cpu], os: [os] };
}

const file = join(ROOT, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
/** @type {Record<string, { dev?: boolean, optionalDependencies?: Record<string, string> }>} */
const packages = lock.packages;
for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages) continue;
    const entry = { version, ...(dev === true ? { dev } : {}), optional: true, ...platform(name) };
    lock.packages[`node_modules/${name}`] = entry;
    say(`package-lock.json: added ${name} ${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
