// The door of collect/: sockets and captures in, FlowBatches out; templates, sampling, a ledger per exporter, a relay.
export { type AllowEntry, parseAllow } from "./allow-list.ts";
export { CaptureCollector, type CaptureMessageCounts, nothingFound } from "./capture-collector.ts";
export type { CollectView, RelayCounts } from "./collect-view.ts";
export { Collector } from "./collector.ts";
export type { DeviceKind } from "./device.ts";
export {
  diagnose,
  type Finding,
  type FindingCode,
  type FindingLevel,
  type Patient,
  patients,
  type Symptoms,
} from "./diagnosis.ts";
export { FlowObservation } from "./flow-facts.ts";
export { type ListenAddress, parseListen } from "./listen-address.ts";
export {
  COLLECT_LIMITS,
  type CollectOptions,
  type CollectorOptions,
} from "./options.ts";
export { parseRelay, type RelayTarget } from "./relay-target.ts";
export { createHeaderReader } from "./sampled-headers.ts";
export { TemplateWatch } from "./template-watch.ts";
