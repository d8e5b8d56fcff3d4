import { describe, expect, it } from "vitest";
import { recognise } from "../../../src/diagnosis/messages/recognise.ts";
import { rules } from "../../../src/diagnosis/messages/rules.ts";
import { absence } from "./rows/absence.ts";
import { authorization } from "./rows/authorization.ts";
import { between } from "./rows/between.ts";
import { hidden } from "./rows/hidden.ts";
import { kubelet } from "./rows/kubelet.ts";
import { manifest } from "./rows/manifest.ts";
import { network } from "./rows/network.ts";
import { node } from "./rows/node.ts";
import { registry } from "./rows/registry.ts";
import { crio, resolving } from "./rows/wrappers.ts";

const families = { absence, authorization, hidden, registry, network, between, manifest, node, kubelet };
const rows = Object.values(families).flat();

describe.each(Object.entries(families))("%s", (_family, rows) => {
  it.each(rows)("%s (%s): %s", (cause, confidence, message) => {
    expect(recognise(message)).toMatchObject({ cause, confidence });
    expect(recognise(`spec.containers{app}: ${message}`)).toMatchObject({ cause });
  });
});

it("shows every rule by a message", () => {
  const shown = new Set(rows.map(([, , message]) => recognise(message)?.rule));
  expect(rules.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
});

describe("whose answer counts", () => {
  it("takes a host for a mirror only where it cannot be the registry's own", () => {
    const asked = (ref: string, host: string): string =>
      resolving(
        `failed to do request: Head "https://${host}/v2/x/manifests/1": dial tcp 10.0.0.1:443: i/o timeout`,
        ref,
      );
    expect(recognise(asked("docker.io/library/nginx:1", "registry-1.docker.io"))?.cause).toBe("registry-unreachable");
    // registry.k8s.io sends clients on to regional hosts
    expect(recognise(asked("registry.k8s.io/pause:3.10", "europe-west1-docker.pkg.dev"))?.cause).toBe(
      "registry-unreachable",
    );
    expect(recognise(asked("registry.local:5000/x:1", "registry.local:5000"))?.cause).toBe("registry-unreachable");
    expect(recognise(asked("registry.local:5000/x:1", "registry.local:5001"))).toMatchObject({
      cause: "mirror-or-proxy-misconfigured",
      facts: { host: "registry.local:5001" },
    });
  });

  it("goes by what the registry itself answered where CRI-O lists the mirrors that failed before it", () => {
    // containers/image docker/docker_image_src.go: "(Mirrors also failed: %s): %s: %w"
    const message = crio(
      'initializing source docker://ghcr.io/shop/checkout:2.4.1: (Mirrors also failed: [mirror.local/shop/checkout:2.4.1: pinging container registry mirror.local: Get "https://mirror.local/v2/": dial tcp: lookup mirror.local: no such host]): ghcr.io/shop/checkout:2.4.1: reading manifest 2.4.1 in ghcr.io/shop/checkout: manifest unknown',
    );
    expect(recognise(message)?.cause).toBe("image-not-found");
  });
});
