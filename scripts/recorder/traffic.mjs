// @ts-check
// What the people of a recording do, for a bit more than a minute: everything here is a real client program.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { finish, pause } from "./processes.mjs";

const DATAGRAMS = fileURLToPath(new URL("datagrams.mjs", import.meta.url));
const ANY = Array.from({ length: 256 }, (_, code) => code);

/** @param {string} home @param {{ laptop: string, desktop: string }} spaces @param {(text: string) => void} say */
export async function makeTraffic(home, { laptop, desktop }, say) {
  /** @param {string} space @param {string} line @param {readonly number[]} [allowed] */
  const does = (space, line, allowed = [0]) => finish(home, space, line.split(" "), allowed);
  const curl = "curl -sS -k -o /dev/null --max-time 60";
  const key = `-i ${join(home, "user_key")} -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR`;
  const ssh = (/** @type {string} */ space, /** @type {string} */ options, /** @type {string} */ command) =>
    finish(home, space, [..."ssh -F /dev/null".split(" "), ...key.split(" "), ...options.split(" "), command]);
  const datagrams = (/** @type {string} */ space, /** @type {string} */ rest, node = process.execPath) =>
    finish(home, space, [node, DATAGRAMS, ...rest.split(" ")]);

  async function browsing() {
    const www = "http://www.example.net";
    // One connection, kept alive, for four pages; then one connection each.
    await does(laptop, `${curl} -4 ${www}/ ${www}/text/3000 ${www}/text/40000 ${www}/gone`);
    for (let visit = 0; visit < 6; visit++) {
      await pause(1500);
      await does(laptop, `${curl} -6 ${www}/text/${2000 + 9000 * visit}`);
      await does(desktop, `${curl} -4 https://api.example.net/text/${1000 + 3000 * visit}`);
    }
    await does(desktop, `${curl} -4 --data-binary @${join(home, "upload")} ${www}/upload`);
    await does(desktop, `${curl} -6 --tls-max 1.2 https://www.example.net/text/30000`);
    for (let poll = 0; poll < 19; poll++) {
      await does(laptop, `${curl} ${poll % 2 === 0 ? "-4" : "-6"} https://api.example.net/`);
      await pause(2500);
    }
  }

  async function downloads() {
    await pause(6000);
    await does(desktop, `${curl} -4 http://files.example.net/text/2500000`);
    await pause(4000);
    await Promise.all([
      does(laptop, `${curl} -6 https://files.example.net/text/500000`),
      does(desktop, `${curl} -6 http://files.example.net/text/900000`),
    ]);
    await does(laptop, `${curl} -4 http://www.example.net/slow/130`);
  }

  async function shells() {
    await pause(3000);
    await ssh(laptop, "-4 root@shell.example.net", "seq 1 3000");
    const typing = ssh(desktop, "-6 root@shell.example.net", "for i in $(seq 1 68); do echo line $i; sleep 1; done");
    await ssh(laptop, "-6 -o Compression=yes root@shell.example.net", "seq 1 200 | sort -r");
    await typing;
  }

  async function lookups() {
    for (let round = 0; round < 13; round++) {
      await does(laptop, `dig +tries=1 +time=2 www.example.net ${round % 2 === 0 ? "A" : "AAAA"}`);
      await does(desktop, `dig +tries=1 +time=2 @2001:db8:b::53 nothing${round}.example.net`);
      if (round % 3 === 0) await does(desktop, "dig +tcp +tries=1 +time=2 long.example.net TXT");
      if (round % 3 === 1) await does(laptop, "dig +bufsize=512 +noedns +tries=1 +time=2 long.example.net TXT");
      await pause(5500);
    }
  }

  async function clocks() {
    for (let round = 0; round < 3; round++) {
      // -Q measures and never sets the clock.
      const settings = ["cmdport 0", `pidfile ${join(home, `ntp${round}.pid`)}`];
      const server = `server ${round % 2 === 0 ? "192.0.2.123" : "2001:db8:b::123"} iburst`;
      await finish(home, desktop, ["chronyd", "-Q", "-t", "10", "-u", "root", server, ...settings], ANY);
      await pause(9000);
    }
  }

  async function measurements() {
    await does(laptop, "ping -q -c 25 -i 1 192.0.2.80");
    await does(desktop, "ping -q -c 10 -i 1 2001:db8:b::80");
    await does(laptop, "ping -q -c 3 -s 3000 192.0.2.80");
    await does(desktop, "ping -q -c 3 -s 3000 2001:db8:b::80");
    await does(laptop, "traceroute -n -q 2 -m 5 192.0.2.80", ANY);
    await does(desktop, "traceroute -6 -n -q 2 -m 5 2001:db8:b::80", ANY);
  }

  async function troubles() {
    await pause(5000);
    await does(laptop, `${curl} http://192.0.2.80:81/`, ANY);
    await does(desktop, `${curl} http://[2001:db8:b::80]:8443/`, ANY);
    await does(laptop, "dig +tries=1 +time=1 @192.0.2.80 www.example.net", ANY);
    await does(desktop, `${curl} --connect-timeout 6 http://192.0.2.99/`, ANY);
    for (let port = 5000; port < 5024; port++) await does(desktop, `${curl} http://192.0.2.22:${port}/`, ANY);
    await does(laptop, `${curl} --max-time 2 http://www.example.net/slow/40`, ANY);
  }

  async function streams() {
    await pause(2000);
    await datagrams(desktop, "192.0.2.80 7 172 700 20");
    await datagrams(laptop, "192.0.2.80 7 4000 6 200");
    await datagrams(desktop, "2001:db8:b::80 7 4000 6 200");
    await datagrams(laptop, "2001:db8:b::80 514 240 30 150");
    await does(laptop, "ping -q -c 5 -i 1 10.42.0.2");
    await does(laptop, `${curl} http://10.42.0.2/text/120000`);
    await datagrams(desktop, "192.0.2.80 514 180 20 400");
  }

  const parts = { browsing, downloads, shells, lookups, clocks, measurements, troubles, streams };
  const ended = Object.entries(parts).map(async ([name, part]) => {
    await part();
    say(`${name} done`);
  });
  await Promise.all(ended);
}
