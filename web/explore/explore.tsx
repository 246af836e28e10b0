// Explore: a time, a filter, a grouping -> a chart, its table, and the flows behind it.
export function Explore() {
  return <h1>Explore</h1>;
}
