// What stands around every screen: the name, the ways to the screens, what is wrong with the store.
export function Frame() {
  return <main>Flowgauge</main>;
}
