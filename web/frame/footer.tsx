// Below every screen: whose store is seen, what is collected, which time it is there.
import { status } from "./server-status.ts";

export function Footer() {
  const seen = status.value;
  if (seen === null) return <footer class="foot" />;
  const { store, collecting, version, zone } = seen;
  return (
    <footer class="foot">
      <span>
        {seen.demo ? "demo" : store.folder}
        {store.flows === null ? "" : `, ${store.flows.toLocaleString()} flows`}
      </span>
      <span>
        {collecting.listening.length === 0 ? "not collecting" : `collecting on ${collecting.listening.join(", ")}`}
      </span>
      <span>server in {zone}</span>
      <span>flowgauge {version}</span>
    </footer>
  );
}
