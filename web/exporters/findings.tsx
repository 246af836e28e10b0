// What the doctor finds: sentences, the worst first, each with what to change.
import type { Finding } from "../../src/serve/api.ts";

const ORDER: readonly string[] = ["error", "warning", "note", "info"];

export function Findings({ findings, none }: { readonly findings: readonly Finding[]; readonly none: boolean }) {
  if (none) return null;
  if (findings.length === 0) return <p class="panel good">Nothing is wrong with what exporters send.</p>;
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
  return (
    <section class="panel">
      <h2>What the doctor finds</h2>
      <ul class="findings">
        {sorted.map(({ level, code, exporter, domain, sentence, advice }) => (
          <li key={`${code} ${exporter} ${domain}`}>
            <span class={`level ${level}`}>{level}</span> {exporter !== null && <b>{exporter}: </b>}
            {sentence}
            {advice.length > 0 && (
              <details>
                <summary>what to change</summary>
                <pre>{advice.join("\n")}</pre>
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
