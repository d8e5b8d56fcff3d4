import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../src/registry/challenge.ts";

const parsed = (header: string | undefined): unknown =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe("the challenges of a header", () => {
  it.each<[string, string | undefined, unknown]>([
    ["none", undefined, []],
    ["nothing in it", "", []],
    [
      "Docker Hub's",
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"',
      [
        [
          "bearer",
          {
            realm: "https://auth.docker.io/token",
            service: "registry.docker.io",
            scope: "repository:library/nginx:pull",
          },
        ],
      ],
    ],
    [
      "a scope with a comma in it",
      'Bearer realm="r",scope="repository:a:pull,push"',
      [["bearer", { realm: "r", scope: "repository:a:pull,push" }]],
    ],
    [
      "two in one value, as ACR's",
      'Bearer realm="r",service="s", Basic realm="r"',
      [
        ["bearer", { realm: "r", service: "s" }],
        ["basic", { realm: "r" }],
      ],
    ],
    [
      "no commas between parameters",
      'bearer realm="r" service="harbor-registry"',
      [["bearer", { realm: "r", service: "harbor-registry" }]],
    ],
    ["spaces and no quotes", "Bearer  realm = r , service = s", [["bearer", { realm: "r", service: "s" }]]],
    ["a quoted quote", String.raw`Basic realm="a \"b\" c"`, [["basic", { realm: 'a "b" c' }]]],
    ["a quote that never ends", 'Basic realm="abc', [["basic", { realm: "abc" }]]],
    ["capitals", 'BEARER REALM="r"', [["bearer", { realm: "r" }]]],
    ["the same parameter twice", 'Bearer realm="a",realm="b"', [["bearer", { realm: "b" }]]],
    ["a scheme alone", "Negotiate", [["negotiate", {}]]],
    ["parameters without a scheme", 'realm="r"', []],
    ["the names of an object's own", 'Basic __proto__="x"', [["basic", { ["__proto__"]: "x" }]]],
  ])("%s", (_, header, expected) => expect(parsed(header)).toEqual(expected));

  it("that are too long are none, and long ones take no time", () => {
    expect(parseChallenges(`Bearer realm="${"x".repeat(20_000)}"`)).toEqual([]);
    const start = performance.now();
    for (const part of ["a ", "a=", '"', "a   ", "\\", 'a="\\']) parseChallenges(part.repeat(16_384 / part.length));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
