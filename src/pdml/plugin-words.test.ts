// Words of the command line that are for plug-ins, and those that are not.
import { expect, test } from "vitest";
import { splitPlugins } from "./plugin-words.ts";

const split = (line: string) => splitPlugins(line.split(" "));

test("what stands behind a plug-in is its own, up to the next one", () => {
  expect(split("-f ip.src a.pdml --plugin base64 --most 5 --plugin=./x.mjs -f +json -0 +xml")).toEqual({
    own: ["-f", "ip.src", "a.pdml"],
    plugins: [
      { name: "base64", words: ["--most", "5"] },
      { name: "./x.mjs", words: ["-f"] },
      { name: "json", words: ["-0"] },
      { name: "xml", words: [] },
    ],
  });
});

test("no plug-in, no change; a lone plus is a word", () => {
  expect(split("-t 60 + a.pdml")).toEqual({ own: ["-t", "60", "+", "a.pdml"], plugins: [] });
});

test.each([[["--plugin"]], [["--plugin="]], [["--plugin", ""]]])("%j: a name is expected", (argv) => {
  expect(() => splitPlugins(argv)).toThrow("--plugin: expected a plug-in's name or file behind it, found nothing.");
});
