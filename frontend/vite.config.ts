import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// One entry a page; `base.ts` is on every page. Templates name them in `vite_asset`.
const entries = readdirSync(here("src/entries"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => here(`src/entries/${name}`));

export default defineConfig({
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
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
  },
});
