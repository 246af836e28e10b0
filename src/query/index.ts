// The door of query/: filter text -> tree -> predicate or SQL; questions -> Table.
export { type BatchFilter, filterBatch } from "./filter/batch-filter.ts";
export { type Completion, type Completions, completeFilter } from "./filter/completion.ts";
export { FilterError } from "./filter/filter-error.ts";
export { filterSql } from "./filter/filter-sql.ts";
export { FILTER_LIMITS, type FilterOptions } from "./filter/options.ts";
export { parseFilter } from "./filter/parser.ts";
export type { Filter } from "./filter/tree.ts";
