// @ts-check
// What `npm start` and `npm test` do before they run anything: packages installed, sources built. Plain Node, no packages.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STAMP = join(ROOT, "dist", ".built");

/** One quiet line per step, on stderr: stdout belongs to the command. @param {string} text */
export function say(text) {
  process.stderr.write(`flowgauge: ${text}\n`);
}

/** Ends with one sentence where this Node cannot run us (package.json "engines"). */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`Node 20.19 or newer is needed, this is ${process.version} (${process.execPath}). See https://nodejs.org/`);
  process.exit(1);
}

/**
 * Runs a program in the repository and gives its exit code; a signal counts as 128 + its number, as in a shell.
 * @param {string} command @param {string[]} args
 * @param {{ stdio?: import("node:child_process").StdioOptions, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: options.stdio ?? "inherit",
      env: options.env ?? process.env,
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

/** Runs npm and shows what it had to say only when it failed. @param {string[]} args @returns {Promise<number>} */
async function npm(args) {
  // Under `npm start` the npm that runs us is known; it also works where npm is not on PATH.
  const own = process.env.npm_execpath;
  const [command, ...rest] = own?.endsWith(".js") ? [process.execPath, own, ...args] : ["npm", ...args];
  const child = spawn(/** @type {string} */ (command), rest, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (/** @type {Buffer} */ data) => {
      said = (said + data.toString()).slice(-20_000);
    });
  }
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      said += `${error.message}\n`;
      resolve(127);
    });
    child.on("close", (status) => resolve(status ?? 1));
  });
  if (code !== 0) process.stderr.write(said);
  return code;
}

/** @param {string} path @returns {Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> | null} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return null;
  }
}

/** Whether node_modules holds what package-lock.json asks for: by content, as dates change with every checkout and copy. */
function installed() {
  const want = readLock(join(ROOT, "package-lock.json"));
  const have = readLock(join(ROOT, "node_modules", ".package-lock.json"));
  if (want === null) throw new Error("package-lock.json is missing or damaged");
  if (have === null) return false;
  return Object.entries(want).every(([path, entry]) => {
    if (path === "") return true;
    const found = have[path];
    // Optional packages are for other platforms, or could not be installed here.
    if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version && found.integrity === entry.integrity && existsSync(join(ROOT, path));
  });
}

/** Installs the npm packages where they are missing or not those of package-lock.json. Ends the process on failure. */
export async function install() {
  if (installed()) return;
  const fresh = !existsSync(join(ROOT, "node_modules"));
  say(fresh ? "installing npm packages (once)" : "updating npm packages");
  const quiet = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  // `npm ci` empties node_modules first: only where there is nothing that a failed download could destroy.
  const code = await npm(fresh ? ["ci", ...quiet] : ["install", "--no-save", ...quiet]);
  if (code === 0) return;
  say("npm could not install the packages (its own words are above); is the package registry within reach?");
  process.exit(1);
}

/** Newest change below a folder, in ms; folders count, as a removed file changes only its folder. @param {string} path @returns {number} */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return /\.test\.ts$/.test(path) ? 0 : stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** What dist/ was made from, as one text. */
function sources() {
  const paths = ["src", "web", "vite.config.ts", "tsconfig.json", "tsconfig.build.json", "package-lock.json"];
  return paths.map((path) => `${path} ${newest(join(ROOT, path))}\n`).join("");
}

function stamp() {
  try {
    return readFileSync(STAMP, "utf8");
  } catch {
    return "";
  }
}

/** Files of dist/ that are started or imported by name. */
const ENTRIES = {
  cli: "src/cli.ts",
  index: "src/index.ts",
  "decode-worker": "src/track/decode-worker.ts",
  "sealer-worker": "src/store/sealer-worker.ts",
  "collector-worker": "src/commands/collector-worker.ts",
  "query-worker": "src/serve/query-worker.ts",
};

/**
 * Puts the modules together in a few files, all in one folder (workers are found beside who starts them): Node takes 0.3 ms to load a
 * module, and there are hundreds. @param {string} folder
 */
async function bundle(folder) {
  // Not at the top: there is no node_modules before the first installation.
  const { rolldown } = await import("rolldown");
  // Packages stay what they are.
  const bundled = await rolldown({ cwd: ROOT, input: ENTRIES, platform: "node", external: /^[^./]/ });
  await bundled.write({
    dir: folder,
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "part-[name]-[hash].js",
  });
  await bundled.close();
}

/** The page of `flowgauge serve`. @param {string} folder */
async function bundlePage(folder) {
  const { build: viteBuild } = await import("vite");
  await viteBuild({
    configFile: join(ROOT, "vite.config.ts"),
    root: join(ROOT, "web"),
    logLevel: "warn",
    build: { outDir: folder },
  });
}

/**
 * Makes dist/ of src/ and web/, beside it first: a failed or interrupted build leaves the old dist/ as it was.
 * @param {{ force?: boolean }} [options] @returns {Promise<number>} exit code of tsc; 0 also when nothing was to do
 */
export async function build(options = {}) {
  const made = sources();
  if (options.force !== true && made === stamp()) return 0;
  say("building");
  const fresh = join(ROOT, `dist.${process.pid}`);
  const old = join(ROOT, `dist.${process.pid}.old`);
  try {
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const code = await run(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", fresh], {
      stdio: ["ignore", 2, 2],
    });
    if (code !== 0) return code;
    await bundle(fresh);
    await bundlePage(join(fresh, "web"));
    writeFileSync(join(fresh, ".built"), made);
    if (existsSync(join(ROOT, "dist"))) renameSync(join(ROOT, "dist"), old);
    renameSync(fresh, join(ROOT, "dist"));
    return 0;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}
