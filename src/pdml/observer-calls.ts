// ObserverCalls: tells observers of frames and flows. What one throws ends the run; what one promises is waited for.
import { SourceError } from "../core/errors.ts";
import type { FrameView, PdmlFlowView, PdmlObserver } from "./observer.ts";
import { placedFault } from "./plugin-fault.ts";

/** An observer, and whose it is: a plug-in's name, or null where it is a program's own, which hears its own errors. */
export interface NamedObserver {
  readonly name: string | null;
  readonly observer: PdmlObserver;
}

export class ObserverCalls {
  /** Whether anybody wants to hear of frames, of new flows, of flows that ended. */
  readonly ofFrames: boolean;
  readonly ofNewFlows: boolean;
  readonly ofEndedFlows: boolean;
  readonly #all: readonly NamedObserver[];
  readonly #frame: readonly NamedObserver[];
  readonly #flowNew: readonly NamedObserver[];
  readonly #flowEnd: readonly NamedObserver[];
  #promises: Promise<void>[] = [];

  constructor(observers: readonly NamedObserver[]) {
    const having = (hook: keyof PdmlObserver) => observers.filter(({ observer }) => observer[hook] !== undefined);
    this.#all = observers;
    this.#frame = having("onFrame");
    this.#flowNew = having("onFlowNew");
    this.#flowEnd = having("onFlowEnd");
    this.ofFrames = this.#frame.length > 0;
    this.ofNewFlows = this.#flowNew.length > 0;
    this.ofEndedFlows = this.#flowEnd.length > 0;
  }

  frame(frame: FrameView, flow: PdmlFlowView | null): void {
    for (const one of this.#frame) {
      try {
        this.#keep(one.observer.onFrame?.(frame, flow), one, "onFrame", frame.number);
      } catch (error) {
        throw fault(one, `frame ${frame.number}`, "onFrame", error);
      }
    }
  }

  flowNew(flow: PdmlFlowView, frame: FrameView): void {
    for (const one of this.#flowNew) {
      try {
        this.#keep(one.observer.onFlowNew?.(flow, frame), one, "onFlowNew", frame.number);
      } catch (error) {
        throw fault(one, `frame ${frame.number}`, "onFlowNew", error);
      }
    }
  }

  /** `after`: the frame that was read last. */
  flowEnd(flow: PdmlFlowView, after: number): void {
    for (const one of this.#flowEnd) {
      try {
        this.#keep(one.observer.onFlowEnd?.(flow), one, "onFlowEnd", after);
      } catch (error) {
        throw fault(one, `flow ${flow.id}, after frame ${after}`, "onFlowEnd", error);
      }
    }
  }

  /** After the last flow. */
  async close(after: number): Promise<void> {
    await this.kept();
    for (const one of this.#all) {
      try {
        await one.observer.onClose?.();
      } catch (error) {
        throw fault(one, `after frame ${after}`, "onClose", error);
      }
    }
  }

  /** Undefined where there is nothing to wait for; else resolves when everything promised is done, and throws what fails. */
  kept(): Promise<void> | undefined {
    if (this.#promises.length === 0) return undefined;
    const promises = this.#promises;
    this.#promises = [];
    return Promise.all(promises).then(() => {});
  }

  #keep(given: unknown, one: NamedObserver, hook: string, frame: number): void {
    if (given === undefined || !isPromise(given)) return;
    const kept = Promise.resolve(given).then(
      () => {},
      (error: unknown) => {
        throw fault(one, `after frame ${frame}`, hook, error);
      },
    );
    // Whoever waits hears of it; until then it is no unhandled rejection.
    kept.catch(() => {});
    this.#promises.push(kept);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function fault({ name }: NamedObserver, place: string, hook: string, error: unknown): unknown {
  if (name === null) return error;
  return new SourceError(
    { source: `plug-in ${name}, ${place}` },
    `expected ${hook} to go through, found ${placedFault(error)}; the run ends there`,
    { cause: error },
  );
}
