import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

const source = (folder: string): string => fileURLToPath(new URL(`./src/${folder}`, import.meta.url));

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), ...(mode === "test" ? [svelteTesting()] : [])],
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
    proxy: { "/rpc": "http://127.0.0.1:7340", "/events": "http://127.0.0.1:7340" },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
  },
}));
