// The words of pictures that people choose among.

/** What is drawn: rates over the bucket, or what a bucket has. */
export const GRAPH_UNITS = ["bps", "pps", "fps", "bytes", "packets", "flows"] as const;
export type GraphUnit = (typeof GRAPH_UNITS)[number];

/** Areas, bars or lines of a series; a breakdown has bars, or the slices of a pie (SVG and PNG). */
export const GRAPH_STYLES = ["stacked", "bars", "lines", "pie"] as const;
export type GraphStyle = (typeof GRAPH_STYLES)[number];

/** auto: light, and dark where the reader's system is (CSS media query). */
export const GRAPH_THEMES = ["auto", "light", "dark"] as const;
export type GraphTheme = (typeof GRAPH_THEMES)[number];
