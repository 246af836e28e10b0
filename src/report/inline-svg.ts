// An SVG file of ours as a part of a page: its styles and names are its own, whatever else stands on that page.

/** `mark`: a word that no other picture of the page has. Quotes are escaped in texts: what is looked for is only ever markup. */
export function inlineSvg(svg: string, mark: string): string {
  return svg
    .trim()
    .replace(/<style>([^<]*)<\/style>/, (_whole, css: string) => {
      return `<style>${css.replace(/\.([a-z][a-z0-9]*)\{/g, `.${mark}-$1{`)}</style>`;
    })
    .replace(/ class="([a-z][a-z0-9]*)"/g, ` class="${mark}-$1"`)
    .replace(/ id="flowgauge-/g, ` id="${mark}-`)
    .replace(/="url\(#flowgauge-/g, `="url(#${mark}-`)
    .replace(/ aria-labelledby="flowgauge-title flowgauge-desc"/, ` aria-labelledby="${mark}-title ${mark}-desc"`);
}
