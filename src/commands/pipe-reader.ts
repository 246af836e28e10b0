// Tells when nobody reads standard output any more, though nothing is written: `collect --json | head` is to end with head.
import { spawn } from "node:child_process";
import { fstatSync } from "node:fs";

/**
 * Node itself hears of it with the next write only: it does not poll a pipe that it has nothing for. GNU tail does (for the same
 * reason), with our standard output as its own, and SIGPIPE ends it. Where there is no such tail, the next write tells.
 * Gives the function that ends the watch.
 */
export function watchPipeReader(gone: () => void): () => void {
  if (!isPipe()) return () => {};
  const watch = ["-f", `--pid=${process.pid}`, "/dev/null"];
  const child = spawn("tail", watch, { stdio: ["ignore", 1, "ignore"] });
  const stop = () => {
    child.removeAllListeners("exit");
    child.kill();
  };
  child.on("error", () => {});
  child.once("exit", (_, signal) => {
    if (signal === "SIGPIPE") gone();
  });
  child.unref();
  // It holds the pipe open as we do: its reader waits for the end of both.
  process.once("exit", stop);
  return () => {
    process.removeListener("exit", stop);
    stop();
  };
}

function isPipe(): boolean {
  try {
    return fstatSync(1).isFIFO();
  } catch {
    return false;
  }
}
