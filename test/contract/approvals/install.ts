import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { runInstall } from "../../../src/install/index.ts";
import type { KubeObject } from "../../../src/playground/cluster/store.ts";
import type { Ask, Reply } from "../sides.ts";

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const collections: Readonly<Record<string, string>> = {
  CustomResourceDefinition: "customresourcedefinitions",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
  ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings",
};

/** The definitions and policies of `imagepull install --dry-run`, as it prints them. */
export async function approvals(): Promise<KubeObject[]> {
  let yaml = "";
  let said = "";
  const code = await runInstall(
    { dryRun: true, image: "registry.example/imagepull:1" },
    { environment: {}, out: (text) => (yaml += text), err: (text) => (said += text), version: "0.0.0" },
  );
  if (code !== 0) throw new Error(said);
  return parseAllDocuments(yaml)
    .map((document) => object.parse(document.toJS()))
    .filter(({ kind }) => kind in collections);
}

const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export interface Installer {
  install(manifests: readonly KubeObject[]): Promise<void>;
  /** Removes what was not there before. */
  remove(): Promise<void>;
}

/** Installs into a real API server, and waits until it goes by what was installed. */
export function installer(ask: (request: Ask) => Promise<Reply>): Installer {
  const made: string[] = [];
  return {
    install: async (manifests) => {
      for (const manifest of manifests) {
        const path = `/apis/${manifest.apiVersion}/${collections[manifest.kind]}/${manifest.metadata.name}`;
        const { status, text } = await ask({
          as: "admin",
          method: "PATCH",
          path: `${path}?fieldManager=imagepull-install&force=true`,
          type: "application/apply-patch+yaml",
          body: manifest,
        });
        if (status !== 200 && status !== 201) throw new Error(`${path}: ${status} ${text}`);
        if (status === 201) made.unshift(path);
      }
      for (const plural of ["repullrequests", "repulldecisions"]) await until(() => isServed(ask, plural));
      // Policies are looked for anew each second.
      await wait(3);
    },
    remove: async () => {
      for (const path of made) await ask({ as: "admin", method: "DELETE", path });
    },
  };
}

async function isServed(ask: (request: Ask) => Promise<Reply>, plural: string): Promise<boolean> {
  const { status } = await ask({ as: "admin", method: "GET", path: `/apis/imagepull.dev/v1alpha1/${plural}` });
  return status === 200;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if (await holds()) return;
    await wait(0.5);
  }
  throw new Error("the API server does not serve what was installed");
}
