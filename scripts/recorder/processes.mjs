// @ts-check
// Programs started for a recording: each is known by its process id, and only those are ever ended.
import { spawn } from "node:child_process";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** Nothing of the person's own surroundings (proxies, language, ssh agent) may show in a recording. @param {string} home */
const surroundings = (home) => ({ PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: home, LANG: "C.UTF-8" });

/**
 * Starts a program, in a namespace where one is given.
 * @param {string} home @param {string | null} namespace @param {string[]} command
 */
export function launch(home, namespace, command) {
  const words = namespace === null ? command : ["ip", "netns", "exec", namespace, ...command];
  const options = {
    env: surroundings(home),
    stdio: /** @type {["ignore", "pipe", "pipe"]} */ (["ignore", "pipe", "pipe"]),
  };
  const child = spawn(/** @type {string} */ (words[0]), words.slice(1), options);
  let output = "";
  const keep = (/** @type {Buffer} */ data) => {
    if (output.length < 4000) output += data.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  running.add(child);
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.on("error", (error) => {
      output += error.message;
      running.delete(child);
      resolve(127);
    });
    child.on("close", (code) => {
      running.delete(child);
      resolve(code ?? 143);
    });
  });
  return { child, ended, output: () => output.trim() };
}

/** Runs a program to its end; an exit code that was not expected is an error. @param {string} home @param {string | null} namespace @param {string[]} command @param {readonly number[]} [allowed] */
export async function finish(home, namespace, command, allowed = [0]) {
  const program = launch(home, namespace, command);
  const code = await program.ended;
  if (!allowed.includes(code)) throw new Error(`${command.join(" ")}: exit code ${code}: ${program.output()}`);
  return program.output();
}

/** Ends whatever still runs, politely, then not. */
export async function endAll() {
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGKILL"])) {
    for (const child of running) child.kill(signal);
    for (let turn = 0; turn < 20 && running.size > 0; turn++) await pause(100);
  }
}

/** @param {number} ms @returns {Promise<void>} */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
