// How the page is built: web/ -> dist/web. Nothing of it is loaded from anywhere else.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Quick to make, and nearly as small as can be. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const SMALL = 1024;

/** The server sends what lies beside a file as .br or .gz where the browser takes it. */
const compressed: Plugin = {
  name: "compressed",
  writeBundle({ dir = "" }) {
    for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
      if (!/\.(js|css|svg)$/.test(name)) continue;
      const octets = readFileSync(join(dir, name));
      if (octets.length < SMALL) continue;
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(octets, BROTLI));
      writeFileSync(join(dir, `${name}.gz`), gzipSync(octets, { level: 9 }));
    }
  },
};

export default defineConfig({
  root: "web",
  base: "/",
  publicDir: false,
  plugins: [compressed],
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
