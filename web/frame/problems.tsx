// What is wrong with the server, the store or collecting: said above every screen.
import { gone, status } from "./server-status.ts";

export function Problems() {
  const sentences = [
    ...(gone.value === null ? [] : [gone.value]),
    ...(status.value?.problems ?? []),
    ...(status.value?.collecting.problem == null ? [] : [status.value.collecting.problem]),
  ];
  if (sentences.length === 0) return null;
  return (
    <ul class="problems" role="alert">
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
