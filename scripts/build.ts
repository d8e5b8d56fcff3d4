/**
 * Builds `dist/`: the package that is published. Bundled without dependencies, one file for the shell and others beside it, so that a command
 * loads only what it needs, with the licences of what went into it.
 *
 *   node scripts/build.ts [FOLDER]    default: dist
 */
import { build } from "esbuild";
import type { BuildOptions, Metafile, Plugin } from "esbuild";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bundle, bundlePage } from "../src/playground/page/bundle.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = resolve(process.argv[2] ?? join(root, "dist"));

/** The HTTP agent answers to a proxy from 22.21 on; undici 8, which client-node brings, needs 22.19. */
const oldestNode = "22.21.0";

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license?: string;
}

const readPackage = (folder: string): PackageJson =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageJson;

/** The playground's page is bundled when it is opened from a checkout; in the package it stands ready, and needs no esbuild. */
const pageBuiltHere = (page: Bundle): Plugin => ({
  name: "page-built-here",
  setup(builder) {
    builder.onLoad({ filter: /src\/playground\/page\/bundle\.ts$/ }, () => ({
      contents: `export const bundlePage = async () => (${JSON.stringify(page)});`,
    }));
  },
});

/** What a question in the shell never needs stands beside it, and is loaded when it is asked for. */
const doors = {
  serve: "src/serve.ts",
  doctor: "src/doctor/index.ts",
  install: "src/install/index.ts",
  playground: "src/playground/playground.ts",
  "client-node": "node_modules/@kubernetes/client-node/dist/index.js",
};

const doorsBeside: Plugin = {
  name: "doors-beside",
  setup(builder) {
    const nameOf = new Map(Object.entries(doors).map(([name, path]) => [join(root, path), name]));
    builder.onResolve({ filter: /^\.|^@kubernetes\/client-node$/ }, ({ path, resolveDir, kind }) => {
      if (kind !== "dynamic-import") return undefined;
      const name = path.startsWith(".") ? nameOf.get(resolve(resolveDir, path)) : "client-node";
      return name === undefined ? undefined : { path: `./${name}.js`, external: true };
    });
  },
};

/**
 * Node's own modules where they are first needed, and of each what is used: an ES module's view of one is made before a line runs, and touches
 * all that it exports, which loads still more of Node: 15 ms of each start.
 */
const builtinsLate: Plugin = {
  name: "builtins-late",
  setup(builder) {
    builder.onResolve({ filter: /^[a-z_/:]+$/ }, ({ path, kind }) =>
      isBuiltin(path)
        ? { path: path.replace(/^node:/, ""), namespace: kind === "require-call" ? "required" : "imported" }
        : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: "imported" }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(`node:${path}`) as object);
      const exported = names.map(
        (name) => `const $${name} = /* @__PURE__ */ (() => own.${name})(); export { $${name} as ${name} };`,
      );
      return { contents: [`const own = ${late(path)}; export default own;`, ...exported].join("\n") };
    });
    builder.onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      // Commander asks for it ahead, for commands that are programs of their own: here none is.
      contents: `module.exports = ${path === "child_process" ? `{ get spawn() { return ${late(path)}.spawn; } }` : late(path)};`,
    }));
  },
};

const late = (name: string): string => `process.getBuiltinModule("node:${name}")`;

/** Bundles the program; answers what went into it. */
async function bundle(version: string): Promise<Metafile> {
  // First, since it stops esbuild's service when it is done.
  const page = await bundlePage();
  const options = {
    absWorkingDir: root,
    outdir: join(out, "lib"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: `node${oldestNode}`,
    // Smaller, and yet a stack trace names functions and shows a line that fits a terminal.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    chunkNames: "[name]-[hash]",
    // Its CommonJS build cannot be taken apart, nor imported by name when that is done late.
    alias: { yaml: join(root, "node_modules/yaml/browser/index.js") },
    define: { "process.env.IMAGEPULL_VERSION": JSON.stringify(version) },
  } satisfies BuildOptions;
  // The shell starts anew for each question: one file is found, read and linked in less time than forty. What it loads late is in it, and runs late.
  const shell = await build({
    ...options,
    entryPoints: ["src/main.ts"],
    plugins: [doorsBeside, builtinsLate],
  });
  const beside = await build({
    ...options,
    entryPoints: doors,
    splitting: true,
    // CommonJS packages (Bolt, express, pino) ask for Node's own modules by require, which an ES module has not.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    plugins: [pageBuiltHere(page)],
  });
  return {
    inputs: { ...shell.metafile.inputs, ...beside.metafile.inputs },
    outputs: { ...shell.metafile.outputs, ...beside.metafile.outputs },
  };
}

/** The bin in the syntax of 2009: it must be read by the Node that it refuses. */
const bin = `#!/usr/bin/env node
"use strict";
var wanted = ${JSON.stringify(oldestNode)}.split(".");
var found = process.versions.node.split(".");
var isOld = Number(found[0]) < Number(wanted[0]) || (found[0] === wanted[0] && Number(found[1]) < Number(wanted[1]));
if (isOld) {
  process.stderr.write("imagepull needs Node.js " + wanted[0] + "." + wanted[1] + " or later, and this is " + process.versions.node + ": install a newer one from https://nodejs.org\\n");
  process.exitCode = 2;
} else {
  require("../lib/start.cjs");
}
`;

/** A file of its own, since an old Node would stumble over \`import()\` before it runs a line. */
const start = `"use strict";
// To process 1 of a container a signal that nobody listens to means nothing: until serve listens itself, it is the end.
if (process.pid === 1) process.once("SIGTERM", function () { process.exit(0); });
require("node:module").enableCompileCache();
import("./main.js");
`;

const packageJson = ({ version, description, license }: PackageJson): object => ({
  name: "imagepull",
  version,
  description,
  license,
  type: "module",
  keywords: ["kubernetes", "ImagePullBackOff", "ErrImagePull", "slack", "kubectl-plugin"],
  engines: { node: `>=${oldestNode}` },
  bin: { imagepull: "bin/imagepull.cjs", "kubectl-imagepull": "bin/imagepull.cjs" },
  files: ["bin", "lib", "manifest.yml", "CHANGELOG.md", "THIRD-PARTY-LICENSES.txt"],
});

/** Folders of the packages that a bundle is made of, each once. */
function packageFolders(metafile: Metafile): string[] {
  const folders = Object.keys(metafile.inputs).flatMap(
    (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  );
  return [...new Set(folders)].toSorted();
}

/** The licence texts of what is bundled, as their licences ask for. */
function thirdPartyLicenses(metafile: Metafile): string {
  const sections = packageFolders(metafile).map((folder) => {
    const { name, version, license } = readPackage(join(root, folder));
    const texts = readdirSync(join(root, folder))
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file) && statSync(join(root, folder, file)).isFile())
      .map((file) => readFileSync(join(root, folder, file), "utf8").trim());
    if (license === undefined && texts.length === 0)
      throw new Error(`${name} ${version} has no licence: it cannot be bundled.`);
    const body =
      texts.length > 0
        ? texts.join("\n\n")
        : `The package carries no licence text; it names the licence ${license ?? ""}.`;
    return `${name} ${version} (${license ?? "see text"})\n\n${body}\n`;
  });
  return `imagepull contains these packages.\n\n${sections.join(`\n${"-".repeat(80)}\n\n`)}`;
}

/** Bytes of all files below a folder. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const workspace = readPackage(root);
// Only a folder that an earlier build made is emptied.
if (existsSync(join(out, "package.json")) && readPackage(out).name === "imagepull") rmSync(out, { recursive: true });
mkdirSync(join(out, "bin"), { recursive: true });
const metafile = await bundle(workspace.version);
writeFileSync(join(out, "bin", "imagepull.cjs"), bin, { mode: 0o755 });
writeFileSync(join(out, "lib", "start.cjs"), start);
writeFileSync(join(out, "package.json"), `${JSON.stringify(packageJson(workspace), null, 2)}\n`);
writeFileSync(join(out, "THIRD-PARTY-LICENSES.txt"), thirdPartyLicenses(metafile));
// The texts of a real node, which the playground's kubelet speaks with; read from beside the bundle.
cpSync(join(root, "src/playground/recordings"), join(out, "lib/recordings"), { recursive: true });
for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "manifest.yml"]) cpSync(join(root, file), join(out, file));
process.stdout.write(
  `${relative(process.cwd(), out) || basename(out)}: imagepull ${workspace.version}, ${(sizeOf(out) / 1e6).toFixed(1)} MB, ${packageFolders(metafile).length} packages bundled\n`,
);
