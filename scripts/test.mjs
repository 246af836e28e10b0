// @ts-check
// `npm test`: sets up, builds, runs the checks and every test; its last line is "N passed, N failed[, N skipped]".
// `npm test -- PATTERN...` runs the test files that match, without the checks.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePrograms, testEnvironment } from "./debian-programs.mjs";
import { build, checkNode, install, ROOT, run, say } from "./setup.mjs";

const patterns = process.argv.slice(2);
const count = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];

/** Counts as one test. @param {string} name @param {() => Promise<number>} work */
async function check(name, work) {
  say(`check: ${name}`);
  const code = await work();
  if (code === 0) {
    count.passed++;
    return;
  }
  count.failed++;
  failures.push(`check ${name} (exit code ${code})`);
}

/** @param {string} name @param {string[]} path below node_modules @param {string[]} args */
const tool = (name, path, args) =>
  check(name, () => run(process.execPath, [join(ROOT, "node_modules", ...path), ...args]));

/** Adds up vitest's JSON report; a test file that could not be loaded counts as one failure. @param {string} file @param {number} code */
function addReport(file, code) {
  const before = count.failed;
  /** @type {{ testResults: { name: string, status: string, assertionResults: { status: string, fullName: string }[] }[] }} */
  let report = { testResults: [] };
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    count.failed++;
    failures.push("vitest ended without a report");
  }
  for (const { name, status, assertionResults } of report.testResults) {
    for (const test of assertionResults) {
      if (test.status === "passed") count.passed++;
      else if (test.status === "failed") {
        count.failed++;
        failures.push(`${name.replace(ROOT, "")}: ${test.fullName}`);
      } else count.skipped++;
    }
    if (status === "failed" && !assertionResults.some((test) => test.status === "failed")) {
      count.failed++;
      failures.push(`${name.replace(ROOT, "")} as a whole`);
    }
  }
  if (code !== 0 && count.failed === before) {
    count.failed++;
    failures.push(`vitest itself (exit code ${code})`);
  }
}

async function tests() {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-test-"));
  try {
    const report = join(folder, "report.json");
    const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
    const args = [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...patterns];
    addReport(
      report,
      await run(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"], env: testEnvironment() }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

checkNode();
await install();
await ensurePrograms();
if (patterns.length === 0) {
  await check("build", () => build());
  await tool("types", ["typescript", "bin", "tsc"], ["--noEmit"]);
  await tool("types of the page", ["typescript", "bin", "tsc"], ["--noEmit", "-p", "web"]);
  await tool(
    "format and lint",
    ["@biomejs", "biome", "bin", "biome"],
    ["check", "--diagnostic-level=warn", "--error-on-warnings", "."],
  );
  await tool("unused code", ["knip", "bin", "knip.js"], []);
} else if ((await build()) !== 0) failures.push("build");
await tests();

for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`);
process.exitCode = count.failed > 0 || failures.length > 0 || count.passed === 0 ? 1 : 0;
