import { describe, expect, it } from "vitest";
import { causes } from "../../../src/diagnosis/causes/index.ts";
import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import type { CauseFacts } from "../../../src/diagnosis/diagnosis.ts";
import type { RegistryService } from "../../../src/diagnosis/registry-evidence.ts";
import { plain } from "../../support/plain.ts";
import { withFacts } from "./shop.ts";

const advice = (id: CauseId, facts: CauseFacts): string =>
  causes[id]
    .fixes(withFacts(facts))
    .map(({ text }) => plain(text))
    .join("\n");

// Sources: the services' own documentation, named in src/diagnosis/causes/services.ts.
describe("what opens an image, in the words of the service that keeps it", () => {
  it.each<[RegistryService, credential: string[], right: string[]]>([
    ["docker-hub", ["access token", "`Repo Read-only`", "`Repo Public Read-only`"], ["collaborator"]],
    ["ghcr", ["personal access token (classic)", "`read:packages`", "SSO"], ["package's settings"]],
    ["quay", ["robot account", "`<organization>+<robot>`"], ["Read on this repository"]],
    [
      "ecr",
      ["`AWS`", "12 hours"],
      ["`ecr:GetAuthorizationToken`", "`ecr:BatchGetImage`", "`ecr:GetDownloadUrlForLayer`", "repository policy"],
    ],
    ["gar", ["`_json_key`"], ["`roles/artifactregistry.reader`"]],
    ["acr", ["`content/read`", "`AcrPull`"], ["see that the token is enabled"]],
    ["gitlab", ["deploy token", "`read_registry`"], ["group above it"]],
    ["harbor", ["robot account", "`robot$<project>+<name>`"], ["Pull on the project's repositories"]],
  ])("%s", (service, credential, right) => {
    const withoutOne = advice("auth-missing", { service });
    const wrong = advice("auth-rejected", { service, rejected: "login", secrets: ["ghcr"] });
    const narrow = advice("auth-rejected", { service, rejected: "scope", secrets: ["ghcr"] });
    for (const words of credential) {
      expect(withoutOne).toContain(words);
      expect(wrong).toContain(words);
    }
    for (const words of right) expect(narrow).toContain(words);
    // A login that is right is not to be replaced, and a wrong one needs no right.
    expect(narrow).not.toContain("Put a valid user");
    for (const words of right) if (!credential.includes(words)) expect(wrong).not.toContain(words);
  });

  it.each<[RegistryService, string]>([
    ["ecr", "the node's own role"],
    ["gar", "the node's service account"],
    ["acr", "the kubelet's managed identity"],
  ])("%s: the nodes may pull without a secret", (service, words) => {
    expect(advice("auth-missing", { service })).toContain(words);
    expect(advice("image-not-found-or-auth", { service })).toContain(words);
  });

  it("says nothing of services to a registry that is not known by name", () => {
    expect(advice("auth-missing", {})).not.toMatch(/Docker Hub|GitHub|Quay|ECR|ACR|Artifact|GitLab|Harbor/);
    expect(advice("auth-rejected", { rejected: "scope" })).toContain("Give the user the right to read this repository");
  });

  it("offers to leave the credential away where anyone may pull", () => {
    expect(advice("auth-rejected", { value: "public", secrets: ["ghcr"] })).toContain("Anyone may pull this image");
  });
});
