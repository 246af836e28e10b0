// --nftrk prints what ONICS' nftrk prints: the ends of flows agree with its real output, times aside.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runTrack } from "../run-track.ts";
import { CORPUS, corpusHere, withTruth } from "./corpus.ts";

const ends = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("|FLOW END|"))
    .map((line) => line.split("|").toSpliced(3, 1).join("|"))
    .sort();

describe.skipIf(!corpusHere)("flows as ONICS nftrk has them", () => {
  const captures = withTruth("pcap");
  const outputs = corpusHere ? readdirSync(`${CORPUS}nftrk`).filter((name) => name.endsWith(".txt")) : [];
  test.each(outputs)("%s", async (output) => {
    const name = captures.find((capture) => capture.replace(/\.pcap(ng)?$/, "") === output.replace(/\.txt$/, ""))!;
    const { stdout } = await runTrack([`${CORPUS}pcap/${name}`], ["--nftrk"]);
    expect(ends(stdout)).toEqual(ends(readFileSync(`${CORPUS}nftrk/${output}`, "utf8")));
  });
});
