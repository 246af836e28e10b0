// PDML for the bench: real traffic through tshark, and made frames of so many flows.
import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { writeAll } from "../capture-output.ts";
import { generateCapture } from "../generate-capture.ts";

export interface PdmlFile {
  readonly file: string;
  readonly frames: number;
  readonly octets: number;
}

/** A capture of so many frames of real traffic. */
export async function makeRealCapture(folder: string, frames: number, tshark: string): Promise<string> {
  const whole = join(folder, "whole.pcap");
  const descriptor = openSync(whole, "w");
  const size = { packets: frames, connections: 0, seconds: 0 };
  await generateCapture({ name: "real", count: 1, seed: 1, size }, (block) => writeAll(descriptor, block));
  closeSync(descriptor);
  const capture = join(folder, "real.pcap");
  execFileSync(tshark, ["-n", "-r", whole, "-c", `${frames}`, "-w", capture, "-F", "pcap"], { stdio: "ignore" });
  rmSync(whole);
  return capture;
}

/** Its first frames as tshark writes them. */
export function makePdml(capture: string, frames: number, tshark: string): PdmlFile {
  const file = `${capture}-${frames}.pdml`;
  const output = openSync(file, "w");
  const words = ["-n", "-r", capture, "-c", `${frames}`, "-T", "pdml"];
  execFileSync(tshark, words, { stdio: ["ignore", output, "ignore"] });
  closeSync(output);
  return { file, frames, octets: statSync(file).size };
}

/** Frames of so many flows in turn, a millisecond apart: small ones, with what the default key needs. */
export function makeFlowPdml(folder: string, flows: number, frames: number): PdmlFile {
  const file = join(folder, `flows-${flows}-${frames}.pdml`);
  const output = openSync(file, "w");
  let text = '<?xml version="1.0" encoding="utf-8"?>\n<pdml version="0" creator="bench">\n';
  for (let frame = 0; frame < frames; frame++) {
    text += frameText(frame, frame % flows);
    if (text.length > 1_000_000) {
      writeSync(output, text);
      text = "";
    }
  }
  writeSync(output, `${text}</pdml>\n`);
  closeSync(output);
  return { file, frames, octets: statSync(file).size };
}

function frameText(frame: number, flow: number): string {
  const time = (1_700_000_000 + frame / 1000).toFixed(9);
  const address = `10.${(flow >> 16) & 255}.${(flow >> 8) & 255}.${flow & 255}`;
  return `<packet>
  <proto name="frame" showname="Frame ${frame}: 66 bytes on wire (528 bits)" size="66" pos="0">
    <field name="frame.time_epoch" showname="Epoch Time: ${time} seconds" size="0" pos="0" show="${time}"/>
    <field name="frame.number" showname="Frame Number: ${frame}" size="0" pos="0" show="${frame}"/>
    <field name="frame.len" showname="Frame Length: 66 bytes (528 bits)" size="0" pos="0" show="66"/>
  </proto>
  <proto name="ip" showname="Internet Protocol Version 4" size="20" pos="14">
    <field name="ip.src" showname="Source Address: ${address}" size="4" pos="26" show="${address}" value="0a000001"/>
    <field name="ip.dst" showname="Destination Address: 192.0.2.1" size="4" pos="30" show="192.0.2.1" value="c0000201"/>
  </proto>
  <proto name="tcp" showname="Transmission Control Protocol" size="32" pos="34">
    <field name="tcp.stream" showname="Stream index: ${flow}" size="0" pos="34" show="${flow}"/>
  </proto>
</packet>

`;
}
