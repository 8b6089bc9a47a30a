import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const source = (folder: string): string => fileURLToPath(new URL(`./src/${folder}`, import.meta.url));

/**
 * The window freezes Object.prototype, and then no plain object can be given a `toString` by assignment. xterm.js does that
 * to one of its namespaces; here it defines it.
 */
const ownToString: Plugin = {
  name: "own-to-string",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith("/@xterm/xterm/lib/xterm.mjs")) return null;
    const defined = code.replaceAll(
      /([\w$]+)\.toString=([\w$]+);/g,
      'Object.defineProperty($1,"toString",{value:$2});',
    );
    if (defined === code) throw new Error("xterm.js assigns no toString any more: this plugin can go");
    return { code: defined, map: null };
  },
};

/**
 * Writes down which packages got into the page, for whoever names a file by MILLWRIGHT_BUNDLED: `cargo xtask lint` compares
 * that with the packages whose licences are shipped.
 */
const tellBundled: Plugin = {
  name: "tell-bundled",
  apply: "build",
  generateBundle(_options, bundle) {
    const file = process.env.MILLWRIGHT_BUNDLED;
    if (!file) return;
    const sources = Object.values(bundle).flatMap((output) =>
      output.type === "asset"
        ? output.originalFileNames
        : Object.entries(output.modules)
            // What of a style sheet is left is in another file.
            .filter(([id, module]) => module.renderedLength > 0 || id.includes(".css"))
            .map(([id]) => id),
    );
    const names = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1]);
    writeFileSync(file, JSON.stringify([...new Set(names.filter((name) => name !== undefined))].sort()));
  },
};

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), ...(mode === "test" ? [svelteTesting()] : [ownToString, tellBundled])],
  resolve: {
    alias: {
      $backend: source("backend"),
      $lib: source("lib"),
      $shell: source("shell"),
    },
  },
  build: {
    // The engines of the three desktop webviews; Safari's is WebKitGTK's and macOS's.
    target: ["safari17", "chrome120"],
    // The content policy allows fonts and images from ourselves only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(
      ["/rpc", "/events", "/uploads", "/downloads"].map((path) => [path, "http://127.0.0.1:7340"]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
  },
}));
