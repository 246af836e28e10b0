// What is wrong with the server, the store or collecting, and that it is only a demo: said above every screen.
import { GONE, reached } from "./api-client.ts";
import { status, statusFault } from "./server-status.ts";

export function Problems() {
  const sentences = [
    ...(reached.value ? [] : [GONE]),
    ...(statusFault.value === null ? [] : [statusFault.value]),
    ...(status.value?.problems ?? []),
    ...(status.value?.collecting.problem == null ? [] : [status.value.collecting.problem]),
  ];
  return (
    <>
      {sentences.length > 0 && (
        <ul class="problems" role="alert">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {status.value?.demo === true && (
        <aside class="hint" aria-label="About this store">
          A demo: the bundled capture of a small network, repeated over the last day. Collected flows are added to it.
        </aside>
      )}
    </>
  );
}
