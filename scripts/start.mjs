// @ts-check
// `npm start [-- FILE [options...]]`: from a fresh checkout to the page. Plain Node, no packages.
//   npm start                      the page on http://127.0.0.1:8055, of the bundled capture; a collector on UDP 2055
//   npm start -- FILE [options]    track FILE
//   npm start -- track FILE ...    any flowgauge command, as it is
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, checkNode, install, ROOT, say } from "./setup.mjs";

const COMMANDS = [
  "track",
  "top",
  "export",
  "collect",
  "query",
  "graph",
  "serve",
  "pdml",
  "sql",
  "store",
  "explain",
  "doctor",
  "help",
  "--help",
  "-h",
  "--version",
  "-V",
];

// npm runs scripts in the package's folder; a FILE is meant from where the person stands.
const here = (process.env.npm_lifecycle_event === "start" && process.env.INIT_CWD) || process.cwd();

/** The arguments of the flowgauge command line. @param {string[]} args @returns {string[]} */
function commandLine(args) {
  if (COMMANDS.includes(args[0] ?? "")) return args;
  const named = args.some(
    (arg, at) => (at === 0 && !arg.startsWith("-")) || arg === "-" || existsSync(resolve(here, arg)),
  );
  return named ? ["track", ...args] : ["serve", "--demo", ...args];
}

/** Runs the command line in this terminal; ends as it ends. @param {string[]} args */
function start(args) {
  const child = spawn(process.execPath, [join(ROOT, "dist", "cli.js"), ...args], { cwd: here, stdio: "inherit" });
  // Ctrl-C in a terminal reaches the child too, by itself: then we only wait. Otherwise a signal is meant for the child.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => terminal || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => {
    say(`cannot start Node: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("close", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

checkNode();
await install();
const code = await build();
if (code === 0) start(commandLine(process.argv.slice(2)));
else process.exitCode = code;
