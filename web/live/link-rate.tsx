// The whole link over the last 15 minutes, second by second: a filled line, drawn anew each second without a library.
import { figure } from "../parts/figures.ts";

const WIDTH = 900;
const HEIGHT = 70;

export function LinkRate({ octets }: { readonly octets: readonly number[] }) {
  const most = Math.max(1, ...octets);
  const points = octets.map((value, place) => {
    const x = WIDTH - octets.length + place + 1;
    return `${x},${(HEIGHT - (value / most) * (HEIGHT - 2)).toFixed(1)}`;
  });
  const first = WIDTH - octets.length + 1;
  return (
    <figure class="linkrate">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Bits a second of the last 15 minutes"
      >
        <title>Bits a second of the last 15 minutes</title>
        {octets.length > 1 && <polygon points={`${first},${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} />}
      </svg>
      <figcaption>the last 15 minutes, up to {figure(most * 8, "bits/s")}</figcaption>
    </figure>
  );
}

/** A row's last minute. */
export function Spark({ octets }: { readonly octets: readonly number[] }) {
  const most = Math.max(1, ...octets);
  const points = octets.map((value, place) => `${place * 2},${(16 - (value / most) * 15).toFixed(1)}`);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${Math.max(1, octets.length * 2)} 16`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points.join(" ")} />
    </svg>
  );
}
