// Founding a store: where nothing is, or nothing of somebody else's.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStoreFolder, readStoreFolder } from "./store-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-store-folder-test-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("no store is founded among somebody's files", () => {
  test.each([["thesis.txt"], ["a", "b\u001b[31m", "c", "d", "e"]])("%s ...", (...names) => {
    for (const name of names) writeFileSync(join(folder, name), "mine");
    const shown = names.length === 1 ? names[0] : "a, b\ufffd[31m, c and 2 more";
    expect(() => openStoreFolder(folder, 300)).toThrow(
      `${folder}: expected a store, or an empty folder to make one in, found a folder with other files (${shown}); name a folder of its own, such as ${join(folder, "store")}`,
    );
    expect(readdirSync(folder).sort()).toEqual(names);
  });

  test("a folder in it counts, too", () => {
    mkdirSync(join(folder, "src"));
    expect(() => openStoreFolder(folder, 300)).toThrow("(src)");
  });
});

test("what a disk or a desktop leaves in a folder is nobody's, nor is half a store", () => {
  mkdirSync(join(folder, "lost+found"));
  mkdirSync(join(folder, "spool"));
  writeFileSync(join(folder, ".DS_Store"), "");
  // A crash came before the name.
  writeFileSync(join(folder, "flowgauge.json.new"), "{");
  openStoreFolder(folder, 300);
  expect(readStoreFolder(folder).intervalSeconds).toBe(300);
  // A store is one, whatever somebody has put beside its files.
  writeFileSync(join(folder, "README.txt"), "flows of the edge");
  openStoreFolder(folder, 60);
  expect(readStoreFolder(folder).intervalSeconds).toBe(60);
});
