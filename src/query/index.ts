// The door of query/: filter text -> tree -> predicate or SQL; questions -> Table.

export { answer } from "./answer.ts";
export { sqlTable } from "./answer-sql.ts";
export { type AskedFiles, askFiles } from "./ask.ts";
export { choiceNotes } from "./choice-notes.ts";
export { timeAround } from "./chosen-flows.ts";
export { type Dimension, parseDimension } from "./dimensions.ts";
export { engineSentence } from "./engine-sentence.ts";
export { type BatchFilter, filterBatch } from "./filter/batch-filter.ts";
export { type Completion, type Completions, completeFilter } from "./filter/completion.ts";
export { FilterError } from "./filter/filter-error.ts";
export { filterSql } from "./filter/filter-sql.ts";
export { type Token, tokensOf } from "./filter/lexer.ts";
export { parseNamedFilters } from "./filter/named-filters.ts";
export { usedNames, withoutNames } from "./filter/named-texts.ts";
export { textTest } from "./filter/octet-texts.ts";
export { FILTER_LIMITS, type FilterOptions, type FrameFields } from "./filter/options.ts";
export { parseFilter } from "./filter/parser.ts";
export { beginsFilter } from "./filter/terms.ts";
export type { Filter, FilterNode, NumberRanges, ValueTest } from "./filter/tree.ts";
export { FIRST_WORDS } from "./filter/vocabulary.ts";
export { listFlows } from "./list-flows.ts";
export { type ListPlace, PlaceKeeper, placeFields, placeText } from "./list-place.ts";
export { fieldsOf, type ListWords, listOf, listTitle } from "./list-words.ts";
export { localCondition } from "./local-networks.ts";
export { DEFAULT_MEASURES, type Measure, parseMeasure, SERIES_MEASURES } from "./measures.ts";
export { writeFlowsParquet, writeTableParquet } from "./parquet-file.ts";
export {
  type FlowChoice,
  type GroupQuestion,
  type ListQuestion,
  type Sort,
  SPREAD,
  type Spread,
  type TimeWindow,
  WITHIN,
  type Within,
} from "./question.ts";
export { choiceOf, groupingsOf, type QuestionWords, splitSort } from "./question-words.ts";
export type { KnownSpans } from "./series-time.ts";
export { formatOf, SqlSession, sqlSentence } from "./sql-session.ts";
export { endsStatement, sqlStatements } from "./sql-words.ts";
export { catalogTime, heldSpan, knownSpans, type SecondsSpan, spansIn } from "./store-spans.ts";
export { StoredFlows, type StoredFlowsFiles, type StoredFlowsWords } from "./stored-flows.ts";
export { type Bucket, parseBucket } from "./time-buckets.ts";
export { parseTime } from "./time-words.ts";
export { localZone } from "./zone.ts";
