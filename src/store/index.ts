// The door of the store room: flows kept in files, and the engine that answers questions about them.
export { type Catalog, type CatalogTime, missingFiles, readCatalog, type Segment, type Spool } from "./catalog.ts";
export { compact } from "./compaction.ts";
export { type CompactionGroup, planCompaction } from "./compaction-plan.ts";
export { Engine, EngineError, type EngineLimits } from "./engine.ts";
export { bookExpired, expire, readKeepPolicy, writeKeepPolicy } from "./expiry.ts";
export { type ExpiryPlan, type ExpiryRule, planExpiry, type StoredSegment } from "./expiry-plan.ts";
export { type Explained, type ExplainPage, explainStore, sumOf } from "./explain.ts";
export { FLOWS_STRUCTURE, type FlowFiles, flowsTable } from "./flows-table.ts";
export { type Forecast, type ForecastLimit, forecast } from "./forecast.ts";
export { HOUSEKEEPING_JOBS } from "./housekeeping.ts";
export { recoverJobs, sweepJobs } from "./jobs.ts";
export { hasLimits, type KeepPolicy } from "./keep-policy.ts";
export { CHANGES, type Change } from "./ledger-file.ts";
export type { LedgerSources } from "./ledger-writer.ts";
export { commandWords, ON_SEAL_PLACEHOLDERS } from "./on-seal.ts";
export { type Repaired, type RepairStep, repairStore } from "./repair.ts";
export { readStoreFiles } from "./store-files.ts";
export { defaultStore, readStoreFolder, type StoreSettings } from "./store-folder.ts";
export { type StoreInfo, storeInfo } from "./store-info.ts";
export { NOT_STORED, type NotStored } from "./store-ledger.ts";
export { StoreLock } from "./store-lock.ts";
export {
  STORE_DEFAULTS,
  STORE_LIMITS,
  type StoreSummary,
  StoreWriter,
  type StoreWriterOptions,
} from "./store-writer.ts";
export { type Verified, verifyStore } from "./verify.ts";
