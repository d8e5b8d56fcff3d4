import type { Dice } from "./oracle.ts";

const hosts = [
  "docker.io",
  "ghcr.io",
  "registry.io",
  "a.b.io",
  "c.b.io",
  "registry.io:5000",
  "localhost",
  "localhost:5000",
  "10.0.0.1:5000",
].concat([
  "UPPER",
  "A",
  "[::1]",
  "[::1]:5000",
  "[:::1]:5000",
  "Reg.Io",
  "index.docker.io",
  "registry-1.docker.io",
  "xn--a.io",
  "my_reg.io",
]);
const paths = ["nginx", "team/app", "team2/app", "team/app/web", "library/nginx", "v1/app", "v2/app", "team"];
const schemes = [
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "https://",
  "https://",
  "http://",
  "HTTPS://",
  "ftp://",
  "https://https://",
];
const ends = [
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "/",
  "/v1/",
  "/",
  "/v1/",
  "/v2/",
  "/v1",
  "/v2",
  "//",
  "?",
  "?a=b",
  "#f",
  "#%zz",
  "/?x",
  "%2F",
  "%zz",
  " ",
  "*",
  "/v1/team",
  "/v2/team/app",
];
const users = ["user:pass@", "user@", "us er@", "u:p@ss@", "u%zz@", "[x]@", "@"];
const odd = [
  "",
  "*",
  "*.*",
  "**",
  "*.io",
  "*.b.io/team/app",
  "*:5000",
  "[a-z]",
  "[::1]",
  "https://",
  "http:///x",
  "/",
  ":5000",
  ".",
  "\u0001",
  "é.io",
]
  .concat([
    "index.docker.io",
    "https://index.docker.io/v1/",
    "https://index.docker.io/v1",
    "docker.io",
    "hub.docker.com",
    "registry-1.docker.io",
  ])
  .concat([
    "docker.io/library",
    "index.docker.io/library/",
    "\ud83d\ude00",
    "\uffff.io",
    "a:b:5000",
    "a.b.io:",
    "a.b.io:x",
    "x".repeat(300),
  ]);

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** An image, and the pull secrets of its pod as the API server gives them. */
export interface Question {
  readonly image: string;
  readonly secrets: readonly { readonly name: string; readonly type: string; readonly data: Record<string, string> }[];
}

/** Questions about pull secrets as people write them, right and wrong. User names are numbered, so that each entry can be told from the others. */
export class PullSecretGenerator {
  readonly dice: Dice;
  #users = 0;

  constructor(dice: Dice) {
    this.dice = dice;
  }

  question(): Question {
    const { dice } = this;
    const host = dice.pick(hosts);
    const path = dice.pick(paths);
    const image = dice.once(8) ? path : `${host}/${path}${dice.pick(["", ":1", ":latest"])}`;
    const secrets = Array.from({ length: dice.pick([1, 1, 2, 2, 3, 4, dice.below(2)]) }, (_, index) =>
      this.secret(`secret-${index}`, host, path),
    );
    return { image, secrets };
  }

  secret(name: string, host: string, path: string): Question["secrets"][number] {
    const { dice } = this;
    const auths = `{${Array.from({ length: dice.pick([0, 1, 1, 2, 3, 5]) }, () => this.entry(host, path)).join(",")}}`;
    if (dice.once(40)) return { name, type: "Opaque", data: { ".dockerconfigjson": base64(`{"auths":${auths}}`) } };
    if (dice.once(6)) return { name, type: "kubernetes.io/dockercfg", data: { ".dockercfg": base64(auths) } };
    const more = dice.pick([
      "",
      "",
      "",
      ',"credsStore":"x"',
      ',"HttpHeaders":{"a":"b"}',
      ',"x":[{"auths":{}}]',
      ' , "Auths" : null',
    ]);
    const config = dice.once(60)
      ? dice.pick(this.broken(auths))
      : `{"${dice.once(20) ? "AUTHS" : "auths"}":${auths}${more}}`;
    return { name, type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": base64(config) } };
  }

  broken(auths: string): string[] {
    return [
      "",
      "{",
      "null",
      "[]",
      '"x"',
      "{}",
      '{"auths":[]}',
      '{"auths":"x"}',
      '{"auths":{"a":"b"}}',
      '{"auths":{}} x',
      auths,
    ].concat([
      `\ufeff{"auths":${auths}}`,
      `{"auths":${auths},"HttpHeaders":{"a":1}}`,
      `{"auths":${auths},"auths":{${this.entry("*.io", "team")}}}`,
    ]);
  }

  entry(host: string, path: string): string {
    const { dice } = this;
    const user = `user-${(this.#users += 1)}`;
    const auth = base64(`${user}:${dice.pick(["p", "", "p:q", "pä", "long-password-of-many-letters"])}`);
    const login = dice.pick([
      `"auth":"${auth}"`,
      `"auth":"${auth}"`,
      `"username":"${user}","password":"p"`,
      `"Username":"${user}"`,
    ]);
    const good = dice
      .pick([login, login, login, `"auth":"${auth.replaceAll("=", "")}"`, `"auth":"${auth}\\n","username":"x"`])
      .concat(
        dice.pick(["", "", ',"email":"e@x.io"', ',"identitytoken":"t"', ',"username":null', ',"extra":{"auth":5}']),
      );
    const bad = [
      '"auth":"!"',
      '"auth":"YQ"',
      '"auth":"YQ=="',
      '"username":1',
      '"auth":" "',
      '"identitytoken":{}',
      `"auth":"${auth} "`,
      '"auth":"YTpi="',
      '"auth":"YTpiY"',
    ];
    const value = dice.once(400)
      ? dice.pick(["null", '"x"', "[]", ...bad.map((fields) => `{${fields}}`)])
      : `{${good}}`;
    return `${JSON.stringify(this.key(host, path))}:${value}`;
  }

  key(host: string, path: string): string {
    const { dice } = this;
    if (dice.once(5)) return dice.pick(odd);
    let key = dice.once(10) ? dice.pick(hosts) : host;
    if (dice.once(5)) key = this.glob(key);
    if (dice.once(3)) key += `/${path.slice(0, dice.below(path.length + 2))}`;
    if (dice.once(12)) key = dice.pick(users) + key;
    return dice.pick(schemes) + key + dice.pick(ends);
  }

  glob(host: string): string {
    const labels = host.split(".");
    const at = this.dice.below(labels.length);
    const label = labels[at]!;
    const cut = this.dice.below(label.length + 1);
    labels[at] = this.dice.pick([
      "*",
      `${label.slice(0, cut)}*`,
      `*${label.slice(cut)}`,
      `${label.slice(0, 1)}*${label.slice(-1)}`,
      "*x*",
    ]);
    return labels.join(".");
  }
}
