// Observers: each hook is called with what it is for; errors name the plug-in and the frame; promises are waited for.
import { describe, expect, test } from "vitest";
import { flowView, frameView } from "../../test/pdml-views.ts";
import type { PdmlObserver } from "./observer.ts";
import { ObserverCalls } from "./observer-calls.ts";

const frame = frameView(7, {});
const flow = flowView(3, {});

function calls(observer: PdmlObserver, name: string | null = "x.mjs"): ObserverCalls {
  return new ObserverCalls([{ name, observer }]);
}

test("all hear, in the order in which they were asked for; who has no hook is not asked", async () => {
  const heard: string[] = [];
  const one: PdmlObserver = {
    onFrame: ({ number }, to) => void heard.push(`1 frame ${number} ${to?.id ?? "-"}`),
    onFlowEnd: ({ id }) => void heard.push(`1 end ${id}`),
    onClose: () => void heard.push("1 close"),
  };
  const two: PdmlObserver = {
    onFlowNew: ({ id }, { number }) => void heard.push(`2 new ${id} ${number}`),
    onFrame: ({ number }) => void heard.push(`2 frame ${number}`),
  };
  const all = new ObserverCalls([
    { name: "one", observer: one },
    { name: "two", observer: two },
  ]);
  all.flowNew(flow, frame);
  all.frame(frame, flow);
  all.frame(frameView(8, {}), null);
  all.flowEnd(flow, 8);
  expect(all.kept()).toBeUndefined();
  await all.close(9);
  expect(heard).toEqual(["2 new 3 7", "1 frame 7 3", "2 frame 7", "1 frame 8 -", "2 frame 8", "1 end 3", "1 close"]);
  expect([all.ofFrames, all.ofNewFlows, all.ofEndedFlows]).toEqual([true, true, true]);
  const none = calls({});
  expect([none.ofFrames, none.ofNewFlows, none.ofEndedFlows]).toEqual([false, false, false]);
});

test("hooks are methods: `this` is the observer", async () => {
  class Counting implements PdmlObserver {
    frames = 0;
    onFrame(): void {
      this.frames++;
    }
  }
  const counting = new Counting();
  calls(counting).frame(frame, null);
  expect(counting.frames).toBe(1);
});

describe("what is thrown", () => {
  const broken = () => {
    throw new RangeError("too far");
  };

  test("names the plug-in, the frame and the hook", () => {
    expect(() => calls({ onFrame: broken }).frame(frame, flow)).toThrow(
      /^plug-in x\.mjs, frame 7: expected onFrame to go through, found RangeError: too far \(observer-calls\.test\.ts:\d+:\d+\); the run ends there$/,
    );
    expect(() => calls({ onFlowNew: broken }).flowNew(flow, frame)).toThrow(
      "plug-in x.mjs, frame 7: expected onFlowNew",
    );
    const all = calls({ onFlowEnd: broken });
    expect(() => all.flowEnd(flow, 8)).toThrow(
      /^plug-in x\.mjs, flow 3, after frame 8: expected onFlowEnd .*RangeError/,
    );
  });

  test("at the end", async () => {
    await expect(calls({ onClose: broken }).close(9)).rejects.toThrow(
      /^plug-in x\.mjs, after frame 9: expected onClose/,
    );
  });

  test("is an error of a program's own where the observer is one", () => {
    expect(() => calls({ onFrame: broken }, null).frame(frame, flow)).toThrow(RangeError);
  });

  test("needs to be no Error", () => {
    const silly = () => {
      throw "words";
    };
    expect(() => calls({ onFrame: silly }).frame(frame, flow)).toThrow("found words; the run ends there");
  });
});

describe("what is promised", () => {
  test("is waited for, once", async () => {
    let done = 0;
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done++;
    };
    const all = calls({ onFrame: slow, onFlowEnd: slow, onClose: slow });
    all.frame(frame, flow);
    all.flowEnd(flow, 8);
    await all.kept();
    expect(done).toBe(2);
    expect(all.kept()).toBeUndefined();
    all.frame(frame, flow);
    await all.close(9);
    expect(done).toBe(4);
  });

  test("and broken is told with the plug-in's name, when it is waited for", async () => {
    const all = calls({ onFlowEnd: () => Promise.reject(new Error("refused")) });
    all.frame(frame, flow);
    all.flowEnd(flow, 8);
    // Nobody waits yet: no unhandled rejection.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(all.kept()).rejects.toThrow(
      "plug-in x.mjs, after frame 8: expected onFlowEnd to go through, found refused",
    );
  });
});
