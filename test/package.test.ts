// The package's own rules: what it declares, what it depends on, what is in its files.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, ROOT, sourceFiles } from "./module-imports.ts";

interface Manifest {
  readonly license: string;
  readonly type: string;
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: { readonly ".": { readonly types: string; readonly default: string } };
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

const manifest: Manifest = JSON.parse(read("package.json"));
const runtime = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The files that git keeps; in an unpacked archive all but what is made or installed. */
function keptFiles(): string[] {
  try {
    const list = execFileSync("git", ["ls-files", "-z"], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return list.split("\0").filter((path) => path !== "" && existsSync(join(ROOT, path)));
  } catch {
    const made = /^(node_modules|dist|\.bench-build|coverage|\.git)(\/|$)/;
    const all = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
    return all.filter((path) => !made.test(path) && statSync(join(ROOT, path)).isFile());
  }
}

describe("manifest", () => {
  test("what it declares", () => {
    expect(manifest).toMatchObject({ type: "module", license: "Apache-2.0", engines: { node: ">=20.19" } });
    expect(read("LICENSE")).toContain("Apache License");
  });

  test("nothing runs at installation", () => {
    const hooks = ["preinstall", "install", "postinstall", "prepare"];
    expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  });

  test("what it promises to bring exists after a build", () => {
    const { types, default: code } = manifest.exports["."];
    for (const path of [...manifest.files, ...Object.values(manifest.bin), types, code]) {
      expect(existsSync(join(ROOT, path)), `${path} (npm run build makes dist/)`).toBe(true);
    }
  });

  test("the command is a script that Node runs", () => {
    for (const path of Object.values(manifest.bin)) expect(read(path)).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});

describe("dependencies", () => {
  test("are few, and of exact versions", () => {
    expect(runtime.length).toBeLessThanOrEqual(25);
    const all = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  test("each is imported, and nothing else is", () => {
    const code = sourceFiles("src").filter(({ path }) => !path.endsWith(".test.ts"));
    const packages = code.flatMap(({ text }) => importsOf(text)).flatMap(({ specifier }) => packageOf(specifier));
    // A plug-in that we write for a person imports the types of this one.
    const others = new Set(packages.filter((name) => name !== "flowgauge"));
    expect([...others].sort()).toEqual([...runtime].sort());
  });

  test("the lock holds no download addresses", () => {
    expect(read("package-lock.json")).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/);
  });

  test("the lock names the packages of every platform (node scripts/complete-lock.mjs)", () => {
    const { packages }: Lock = JSON.parse(read("package-lock.json"));
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

/** "@scope/name/part" is of the package "@scope/name"; none for relative and node: modules. */
function packageOf(specifier: string): string[] {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return [];
  return [
    specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/"),
  ];
}

describe("what is kept", () => {
  const kept = keptFiles();
  // In two parts, so that this file does not find itself.
  const places = ["work", "root", "home"].map((name) => `${"/"}${name}/`);

  test("the files are seen", () => {
    expect(kept).toEqual(expect.arrayContaining(["package.json", "test/package.test.ts"]));
  });

  test("no file names a place on somebody's machine", () => {
    const place = new RegExp(`(^|[\\s"'\`(=:])(${places.join("|")})`, "m");
    expect(place.test(`see ${places[0]}main`)).toBe(true);
    const found = kept.filter((path) => place.test(readFileSync(join(ROOT, path), "latin1")));
    expect(found).toEqual([]);
  });

  test("nothing is big", () => {
    expect(kept.filter((path) => statSync(join(ROOT, path)).size > 5_000_000)).toEqual([]);
  });
});
