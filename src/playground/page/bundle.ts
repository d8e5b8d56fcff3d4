import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The page's files, as they are served. */
export interface Bundle {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>#ops, imagepull playground</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/style.css" />
  </head>
  <body>
    <div id="page"></div>
    <script type="module" src="/app.js"></script>
  </body>
</html>
`;

/** In the order in which later rules win. */
const styles = ["base", "workspace", "channel", "message", "text", "blocks", "composer", "dialog", "phone"];

const readStyle = (name: string): Promise<string> =>
  readFile(new URL(`app/styles/${name}.css`, import.meta.url), "utf8");

/** Bundles the page in memory; about a tenth of a second. */
export async function bundlePage(): Promise<Bundle> {
  const { build, stop } = await import("esbuild");
  const built = await build({
    entryPoints: [fileURLToPath(new URL("app/main.tsx", import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
  });
  // Its service would stay beside the playground for nothing.
  await stop();
  const [script] = built.outputFiles;
  const style = (await Promise.all(styles.map(readStyle))).join("\n");
  return { html, script: script?.text ?? "", style };
}
