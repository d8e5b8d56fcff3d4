import { X509Certificate } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../../../src/playground/registries/certificate.ts";
import { dialects } from "../../../src/playground/registries/dialect.ts";
import { type Network, startNetwork } from "../../../src/playground/registries/network.ts";

const now = new Date("2026-11-24T10:00:00Z");

describe("the simulated internet", () => {
  let network: Network;
  beforeAll(async () => {
    const one = { accounts: [], open: ["*"], clock: () => now };
    network = await startNetwork({
      registries: [
        { ...one, host: "docker.io", dialect: dialects.dockerHub },
        { ...one, host: "registry.gitlab.com", dialect: dialects.gitlab },
      ],
      closed: ["closed.example"],
      selfSigned: ["lab.example"],
      clock: () => now,
    });
  });
  afterAll(() => network.stop());

  it.each([
    ["registry-1.docker.io", "auth.docker.io"],
    ["registry-1.docker.io", "docker.io"],
    ["registry.gitlab.com", "gitlab.com"],
  ])("%s and %s are kept by the same program", (registry, other) => {
    expect(network.route(registry)).not.toBeNull();
    expect(network.route(other)).toEqual(network.route(registry));
  });

  it("a name that nobody has leads nowhere", () => {
    expect(network.route("nobody.example")).toBeNull();
  });

  it("a closed one refuses the connection", async () => {
    const { port = 0, address = "" } = network.route("closed.example") ?? {};
    const refused = await new Promise((resolve) => {
      connect(port, address).once("error", resolve).once("connect", resolve);
    });
    expect(refused).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("one that nobody trusts shows its own certificate", async () => {
    const { port, tls } = network.route("lab.example") ?? {};
    const refused = fetch(`https://127.0.0.1:${port}/v2/`).catch((error: unknown) => (error as Error).cause);
    expect([tls, await refused]).toMatchObject([true, { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }]);
  });
});

describe("a certificate that a server signs itself", () => {
  it("is one that Node reads: its name, its time, its own signature", () => {
    const read = new X509Certificate(selfSigned("lab.example", now).cert);
    expect({
      subject: read.subject,
      issuer: read.issuer,
      names: read.subjectAltName,
      from: read.validFromDate.toISOString(),
      to: read.validToDate.toISOString(),
      signed: read.verify(read.publicKey),
    }).toEqual({
      subject: "CN=lab.example",
      issuer: "CN=lab.example",
      names: "DNS:lab.example",
      from: "2026-10-25T10:00:00.000Z",
      to: "2027-10-25T10:00:00.000Z",
      signed: true,
    });
  });
});
