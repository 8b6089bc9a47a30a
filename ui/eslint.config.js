import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import typescript from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const tauri = { group: ["@tauri-apps/*"], message: "Only src/backend talks to the shell; use $backend/backend." };
const otherFeatures = {
  group: ["**/features/**", "../../*/**/features/**"],
  message: "Features do not import each other, and nothing imports a feature; go through src/shell.",
};
/** A file of a feature reaches a sibling feature only by climbing out of its own folder. */
const siblings = {
  regex: "^(\\.\\./)+(?!lib/|shell/|backend/)[a-z-]+/",
  message: "Features do not import each other; import from $lib, $shell, $backend or your own folder with ./",
};

export default typescript.config(
  { ignores: ["dist/", "node_modules/", "src/backend/generated/"] },
  js.configs.recommended,
  ...typescript.configs.strict,
  ...typescript.configs.stylistic,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      "no-undef": "off",
      "no-restricted-imports": ["error", { patterns: [tauri, otherFeatures] }],
      "no-restricted-globals": ["error", { name: "confirm", message: "Use $lib/Dialog.svelte." }, "alert", "prompt"],
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: typescript.parser, extraFileExtensions: [".svelte"], svelteConfig } },
    rules: {
      "svelte/no-at-html-tags": "error",
      "svelte/no-target-blank": "error",
      "svelte/button-has-type": "error",
      // Dates and maps that no template reads need no reactivity.
      "svelte/prefer-svelte-reactivity": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector: "SvelteAttribute[key.name='style']",
          message: "The content policy forbids style attributes; use a class, or the directive style:name={…}.",
        },
      ],
      "svelte/no-navigation-without-resolve": "off",
      "prefer-const": "off",
      "svelte/prefer-const": ["error", { destructuring: "all" }],
    },
  },
  { files: ["src/backend/**"], rules: { "no-restricted-imports": ["error", { patterns: [otherFeatures] }] } },
  { files: ["src/features/**"], rules: { "no-restricted-imports": ["error", { patterns: [tauri, siblings] }] } },
  { files: ["public/**"], languageOptions: { sourceType: "script" }, rules: { "no-var": "off" } },
);
