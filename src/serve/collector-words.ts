// What serve and the process that collects for it say to each other: messages between processes, structured clones.
import type { TopQuestion } from "../core/top-view.ts";
import type { CollectObject, DoctorObject } from "../report/index.ts";
import type { LiveLinks } from "./api.ts";

/** What the collector is to do, as its own room understands it: serve only passes it on. */
export type CollectorPlan = object;

export type CollectorAsk =
  /** `whole`: all of the picture (top/1), not the object of `top --json`. */
  | { readonly kind: "view"; readonly question: TopQuestion; readonly whole?: boolean }
  | { readonly kind: "links" }
  | { readonly kind: "ledger" };

export type CollectorAnswer =
  /** JSON. */
  | { readonly kind: "view"; readonly text: string }
  | { readonly kind: "links"; readonly links: LiveLinks }
  | { readonly kind: "ledger"; readonly ledger: CollectorLedger };

/** Since collecting began: `collect --summary json`, and what `doctor --json` finds. */
export interface CollectorLedger {
  readonly collect: CollectObject;
  readonly doctor: DoctorObject;
}

/** Once a second. */
export interface CollectorState {
  readonly exporters: number;
  readonly records: number;
  readonly lost: number;
  /** What is wrong with the store: sentences. */
  readonly problems: readonly string[];
}

export type CollectorAsks =
  | { readonly start: CollectorPlan }
  /** What has arrived is written first. */
  | { readonly end: true }
  | { readonly id: number; readonly ask: CollectorAsk };

export type CollectorSays =
  | { readonly started: { readonly listening: readonly string[] } }
  /** It cannot go on, and ends: what of, and the sentence. */
  | { readonly failed: { readonly source: string; readonly sentence: string } }
  | { readonly note: string }
  | { readonly status: CollectorState }
  | { readonly id: number; readonly answer: CollectorAnswer }
  /** Of words that it does not understand; characters of the filter where it is about that. */
  | { readonly id: number; readonly fault: { readonly message: string; readonly from?: number; readonly to?: number } };
