// How the page is built: web/ -> dist/web. Nothing of it is loaded from anywhere else.
import { defineConfig } from "vite";

export default defineConfig({
  root: "web",
  base: "/",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "../dist/web",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // The page's policy allows no inline script; modules are loaded when they are needed.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
});
