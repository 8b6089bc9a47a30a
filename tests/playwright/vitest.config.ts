import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: process.env["MILLWRIGHT_SCREENSHOTS"] === undefined ? ["**/*.test.ts"] : ["screenshots.ts"],
    testTimeout: 90_000,
    hookTimeout: 180_000,
    // Two cores: browsers beside each other only slow each other down.
    fileParallelism: false,
  },
});
