// Reads what a module imports from its text. It relies on our formatter: import and export statements begin a line.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface SourceFile {
  /** Path below the repository, with "/". */
  readonly path: string;
  readonly text: string;
}

export interface ModuleImport {
  readonly specifier: string;
  readonly line: number;
}

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const FORMS = [
  /^(?:import|export)\s[^;"']*?\bfrom\s*["']([^"']+)["']/gm, // import x from "", export x from ""
  /^import\s*["']([^"']+)["']/gm, // import ""
  /^(?!\s*(?:\*|\/\/)).*?\bimport\(\s*["'`]([^"'`]+)["'`]/gm, // import(""), also as a type
  /\bimport\.meta\.resolve\(\s*["'`]([^"'`]+)["'`]/gm, // a file of a package
  /\bnew URL\(\s*["'`]([^"'`]+\.[cm]?[jt]s)["'`]\s*,\s*import\.meta\.url/gm, // a worker's module
];

/** Every import of a module: static, re-exported, dynamic, and modules started as workers. */
export function importsOf(text: string): ModuleImport[] {
  const found = FORMS.flatMap((form) =>
    [...text.matchAll(form)].map((match) => ({
      specifier: match[1]!,
      line: text.slice(0, match.index).split("\n").length,
    })),
  );
  return found.sort((a, b) => a.line - b.line);
}

/** All TypeScript files below a folder of the repository; none where the folder is not there. */
export function sourceFiles(folder: string): SourceFile[] {
  let names: string[];
  try {
    names = readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
  return names
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .sort()
    .map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, "utf8") }));
}
