// A button that puts a text on the clipboard, and says that it did.
import { useState } from "preact/hooks";

const SAID_MS = 1500;

export function Copy({ text, title }: { readonly text: string; readonly title: string }) {
  const [said, setSaid] = useState<string | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("copied");
    } catch {
      // Only over TLS and on this machine browsers allow it.
      setSaid("mark and copy it by hand");
    }
    setTimeout(() => setSaid(null), SAID_MS);
  };
  return (
    <button type="button" class="small" onClick={() => void copy()} title={title}>
      <span role="status">{said ?? "copy"}</span>
    </button>
  );
}
