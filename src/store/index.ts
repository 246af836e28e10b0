// The door of the store room: flows kept in files, and the engine that answers questions about them.
export { type Catalog, type CatalogTime, missingFiles, readCatalog, type Segment, type Spool } from "./catalog.ts";
export { Engine, EngineError, type EngineLimits } from "./engine.ts";
export { FLOWS_STRUCTURE, type FlowFiles, flowsTable } from "./flows-table.ts";
export { hasLimits, type KeepPolicy } from "./keep-policy.ts";
export type { LedgerSources } from "./ledger-writer.ts";
export { commandWords, ON_SEAL_PLACEHOLDERS } from "./on-seal.ts";
export { defaultStore, readStoreFolder, type StoreSettings } from "./store-folder.ts";
export { NOT_STORED, type NotStored } from "./store-ledger.ts";
export {
  STORE_DEFAULTS,
  STORE_LIMITS,
  type StoreSummary,
  StoreWriter,
  type StoreWriterOptions,
} from "./store-writer.ts";
