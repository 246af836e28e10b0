// The problems of a run in its summary: each by its sentence, once, whether or not it was told above.
import { counted, withSeparators } from "./quantity.ts";

/** Sentences that are shown; all of them are in the JSON. */
const MOST = 5;

/** A text for each line behind the label; what came several times says how often. */
export function problemTexts(problems: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const problem of problems) times.set(problem, (times.get(problem) ?? 0) + 1);
  const texts = [...times].slice(0, MOST).map(([problem, count]) => {
    return count === 1 ? problem : `${problem} (${withSeparators(count)} times)`;
  });
  const rest = times.size - texts.length;
  return rest > 0 ? [...texts, `and ${counted(rest, "problem")} more; all of them are in --summary json`] : texts;
}
