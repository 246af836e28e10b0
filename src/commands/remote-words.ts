// The options of a question as the API of a remote serve takes them: the same words.
import { UsageError } from "../core/errors.ts";
import { choiceOf, FilterError, fieldsOf, groupingsOf, listOf, localZone, withoutNames } from "../query/index.ts";
import type { QueryWords } from "../serve/index.ts";
import { FilterLanguage, type FilterSettings, readText } from "./filter-language.ts";
import type { QuerySettings } from "./query-plan.ts";

const FIVE_TUPLE = "srcAddr,dstAddr,srcPort,dstPort,proto";
/** So that `side` can be asked for: which networks are local, the server may know. */
const SOME_NETWORKS = "192.0.2.0/24";

/** Throws UsageErrors, but for the filter: the server knows its saved ones. */
export function remoteWords(settings: QuerySettings, filter: string): QueryWords {
  checkWords(settings);
  const { from, to, within, aggregate, by, top, sort, measures, sum, distinct, percentile, spread } = settings;
  const { biflow, dedup, scale, utc, local, limit, fields, after } = settings;
  const asked = [...(aggregate === true ? [FIVE_TUPLE] : []), ...by];
  const list = isList(settings);
  const words = {
    ...{ from, to, sort, measures, sum, distinct, spread, biflow, dedup, scale, utc, local },
    ...(list ? { fields, after } : {}),
    filter: filter.trim() === "" ? undefined : filter,
    within: within === "any" ? undefined : within,
    by: asked.length === 0 ? undefined : asked,
    top: top === undefined || list ? undefined : Number(top),
    percentile: percentile === undefined || list ? undefined : Number(percentile),
    // A list of no flows asks for one, which is not shown.
    limit: limit === undefined || !list ? undefined : Math.max(1, Number(limit)),
    // Days begin where the one who asks is.
    zone: utc === true ? undefined : localZone(),
  };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)) as QueryWords;
}

export function isList(settings: QuerySettings): boolean {
  return groupingsOf({ ...settings, local: settings.local ?? SOME_NETWORKS }).length === 0;
}

function checkWords(settings: QuerySettings): void {
  choiceOf(settings, null, Date.now());
  if (!isList(settings)) return;
  listOf(settings);
  fieldsOf(settings);
}

/** What stands behind the sources, with the named filters of this side in their places. */
export async function remoteFilter(rest: readonly string[], settings: FilterSettings): Promise<string> {
  const typed = rest.join(" ");
  const { filterFile } = settings;
  if (typed !== "" && filterFile !== undefined) {
    throw new UsageError(`expected one filter, found --filter-file ${filterFile} and "${typed}"; choose one.`);
  }
  const text = filterFile === undefined ? typed : readText(filterFile);
  const { options } = await FilterLanguage.open(settings);
  return options.named === undefined ? text : withoutNames(text, options.named);
}

/** A filter that the server does not understand, told with its place, where this side says the same of it; else null. */
export async function filterFault(text: string, said: string, settings: FilterSettings): Promise<UsageError | null> {
  try {
    await (await FilterLanguage.open(settings)).parse(text);
    return null;
  } catch (error) {
    return error instanceof FilterError && said === `filter: ${error.sentence}` ? error : null;
  }
}
