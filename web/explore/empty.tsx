// Nothing matched: why that may be, and what to do.
import { status } from "../frame/server-status.ts";
import { localTime } from "../parts/times.ts";
import type { View } from "./view.ts";

export function Empty({ view }: { readonly view: View }) {
  const store = status.value?.store;
  if (store?.state === "empty" || store?.state === "missing") {
    return (
      <div class="empty">
        <h2>There are no flows yet</h2>
        <p>
          {status.value?.collecting.running === true
            ? `Let routers export NetFlow, IPFIX or sFlow to ${status.value.collecting.listening.join(", ")}; a second later it is here.`
            : "Start flowgauge serve with --collect udp://:2055, or fill the store with flowgauge track --store."}
        </p>
      </div>
    );
  }
  const held = store?.oldest != null && store.newest != null;
  return (
    <div class="empty">
      <h2>Nothing matched</h2>
      <p>
        {view.filter === "" ? "There are no flows in this time." : "No flow of this time matches the filter."}
        {held &&
          ` The store has flows from ${localTime(Date.parse(store.oldest!))} to ${localTime(Date.parse(store.newest!))}.`}
      </p>
    </div>
  );
}
