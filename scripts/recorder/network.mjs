// @ts-check
// The network of a recording, in namespaces of its own: two clients - router - server, IPv4 and IPv6.
//   laptop  198.51.100.10, 2001:db8:a::10 --.
//   desktop 198.51.100.20, 2001:db8:a::20 --+-- lan0 [router] wan0 -- 192.0.2.0/24, 2001:db8:b::/64 -- server
// All addresses are for documentation (RFC 5737, RFC 3849). The recorder listens on the router's lan0.
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { finish, pause } from "./processes.mjs";

const SERVERS = ["22", "53", "80", "123"];
/** Larger frames than a wire carries, and sums that are never computed, are not what a wire shows. */
const OFFLOADS = ["tx", "off", "tso", "off", "gso", "off", "gro", "off"];

/** @param {string} home */
export function network(home) {
  const name = (/** @type {string} */ role) => `flowgauge-${process.pid}-${role}`;
  const laptop = name("laptop");
  const desktop = name("desktop");
  const router = name("router");
  const server = name("server");
  const all = [laptop, desktop, router, server];
  const ip = (/** @type {string} */ words) => finish(home, null, ["ip", ...words.split(" ")]);
  const inside = (/** @type {string} */ space, /** @type {string} */ words) => finish(home, space, words.split(" "));

  /** @param {string} space @param {string} link @param {string[]} addresses */
  async function address(space, link, addresses) {
    for (const one of addresses)
      await ip(`-n ${space} addr add ${one} dev ${link}${one.includes("::") ? " nodad" : ""}`);
    await inside(space, `ethtool -K ${link} ${OFFLOADS.join(" ")}`);
    await ip(`-n ${space} link set ${link} up`);
  }

  async function open() {
    for (const space of all) {
      await ip(`netns add ${space}`);
      await inside(space, "sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.accept_ra=0");
      await ip(`-n ${space} link set lo up`);
    }
    await ip(`-n ${router} link add lan0 type bridge`);
    await inside(router, "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
    await address(router, "lan0", ["198.51.100.1/24", "2001:db8:a::1/64"]);
    for (const [space, port, host] of [
      [laptop, "port1", "10"],
      [desktop, "port2", "20"],
    ]) {
      await ip(`-n ${space} link add eth0 type veth peer name ${port} netns ${router}`);
      await ip(`-n ${router} link set ${port} master lan0`);
      await address(/** @type {string} */ (router), /** @type {string} */ (port), []);
      await address(/** @type {string} */ (space), "eth0", [`198.51.100.${host}/24`, `2001:db8:a::${host}/64`]);
      await ip(`-n ${space} route add default via 198.51.100.1`);
      await ip(`-n ${space} -6 route add default via 2001:db8:a::1`);
    }
    await ip(`-n ${server} link add eth0 type veth peer name wan0 netns ${router}`);
    await address(router, "wan0", ["192.0.2.1/24", "2001:db8:b::1/64"]);
    await address(
      server,
      "eth0",
      SERVERS.flatMap((last) => [`192.0.2.${last}/24`, `2001:db8:b::${last}/64`]),
    );
    await ip(`-n ${server} route add default via 192.0.2.1`);
    await ip(`-n ${server} -6 route add default via 2001:db8:b::1`);
    // A slow line with a short queue: packets wait, and some are lost and sent again.
    await inside(router, "tc qdisc add dev lan0 root tbf rate 12mbit burst 12k latency 100ms");
    await inside(server, "tc qdisc add dev eth0 root tbf rate 8mbit burst 8k latency 150ms");
    // A tunnel from laptop to server: VXLAN network 42.
    await ip(`-n ${laptop} link add vx0 type vxlan id 42 local 198.51.100.10 remote 192.0.2.80 dstport 4789`);
    await ip(`-n ${server} link add vx0 type vxlan id 42 local 192.0.2.80 remote 198.51.100.10 dstport 4789`);
    await address(laptop, "vx0", ["10.42.0.1/24"]);
    await address(server, "vx0", ["10.42.0.2/24"]);
    for (const space of [laptop, desktop]) {
      mkdirSync(`/etc/netns/${space}`, { recursive: true });
      writeFileSync(`/etc/netns/${space}/resolv.conf`, "nameserver 192.0.2.53\n");
    }
    await pause(2000);
    // What they learned of each other while this was set up is forgotten, so that a recording shows them asking.
    for (const space of all) await ip(`-n ${space} neigh flush all`);
  }

  /** Removes the namespaces, and with them every link; what still runs inside was started by our programs. */
  async function close() {
    for (const space of all) {
      const left = await finish(home, null, ["ip", "netns", "pids", space], [0, 1]);
      for (const pid of left
        .split("\n")
        .map(Number)
        .filter((pid) => pid > 1)) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has ended by itself.
        }
      }
      await finish(home, null, ["ip", "netns", "delete", space], [0, 1]);
      rmSync(`/etc/netns/${space}`, { recursive: true, force: true });
    }
    if (existsSync("/etc/netns") && readdirSync("/etc/netns").length === 0) rmdirSync("/etc/netns");
  }

  return { laptop, desktop, router, server, open, close };
}
