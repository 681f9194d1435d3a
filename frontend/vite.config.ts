import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// One entry a page; `base.ts` is on every page. Templates name them in `vite_asset`.
const entries = readdirSync(here("src/entries"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => here(`src/entries/${name}`));

/** Writes `.br` and `.gz` beside scripts and styles; WhiteNoise serves them as they are. */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  writeBundle(options, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!/\.(js|css)$/.test(name) || options.dir === undefined) continue;
      const file = join(options.dir, name);
      const bytes = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(bytes));
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    }
  },
};

export default defineConfig({
  plugins: [compressed],
  base: "/static/",
  build: {
    outDir: "dist",
    manifest: "manifest.json", // django-vite reads it
    target: "es2022",
    rollupOptions: { input: entries },
    // A content security policy without `data:` fonts and images: nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "node", // files that need a document say so in their first line
    include: ["src/**/*.test.ts"],
  },
});
