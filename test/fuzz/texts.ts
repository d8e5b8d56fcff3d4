import fc from "fast-check";

/** What a secret looks like here: no word of any message, and long enough to be one. */
export const secret = fc
  .tuple(fc.constantFrom("hunter2", "S3cr3t", "pw9"), fc.stringMatching(/^[a-zA-Z0-9]{10,24}$/))
  .map(([head, tail]) => `${head}${tail}`);

/** Where secrets stand in what kubelets, runtimes and registries print. */
export const planted: readonly ((secret: string) => string)[] = [
  (of) => `Get "https://bot:${of}@ghcr.io/v2/": EOF`,
  (of) => `Get https://bot:${of}@ghcr.io/v2/: EOF`,
  (of) => `bot:${of}@ghcr.io/shop/web:1`,
  (of) => `Authorization: Bearer ${of}`,
  (of) => `Authorization: Basic ${of}`,
  (of) => `authorization:[Bearer ${of}]`,
  (of) => `Bearer ${of}`,
  (of) => `{"token":"${of}"}`,
  (of) => `{"auths":{"ghcr.io":{"username":"bot","password":"${of}"}}}`,
  (of) => String.raw`{\"password\":\"${of}\"}`,
  (of) => `https://auth.docker.io/token?scope=repository:a:pull&token=${of}`,
  (of) => `/token?account=bot&password=${of}`,
  (of) => `token=${of}`,
  (of) => `password=${of}`,
  (of) => `password: ${of}`,
  (of) => `X-Registry-Auth: ${of}`,
  (of) => `identitytoken="${of}"`,
  (of) => `invalid decoded auth: ${of}`,
];

const image = fc.constantFrom("ghcr.io/shop/web:1", "nginx", "registry.local:5000/a/b@sha256:x", "a b", "");

/** What a message says: words that rules look for, and any others. */
export const words = fc.oneof(
  fc.constantFrom(
    ": not found",
    "401 Unauthorized",
    "403 Forbidden",
    "429 Too Many Requests",
    "toomanyrequests: slow down",
    "x509: certificate has expired",
    "no such host",
    "dial tcp 10.0.0.1:443: i/o timeout",
    "connection refused",
    "no space left on device",
    "manifest unknown",
    "no match for platform in manifest",
    "invalid reference format",
    "unexpected EOF",
    "context deadline exceeded",
    "illegal base64 data at input byte 4",
    "pull access denied, repository does not exist or may require authorization",
    "(Mirrors also failed: [",
    "]): ",
    "rpc error: code = Unknown desc = ",
    "failed to resolve reference",
    "failed to pull and unpack image",
    "failed to get sandbox image",
    "ErrImagePull",
    "  Warning  Failed  3m (x4 over 5m)  kubelet  ",
    "Image:   a/b:1",
    "\n",
    '\\"',
    "\u202e",
    "\ud800",
    "\u0000\u001b[31m",
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({ maxLength: 60 }),
);

/** A message: wrapped as a kubelet wraps it, or not, and in one line or several. */
export const message = fc
  .tuple(
    fc.constantFrom<(of: string, text: string) => string>(
      (of, text) => `Failed to pull image "${of}": rpc error: code = Unknown desc = ${text}`,
      (of, text) => `Back-off pulling image "${of}": ErrImagePull: ${text}`,
      (of, text) => `spec.containers{app}: Failed to pull image "${of}": ${text}`,
      (of, text) => `Error response from daemon: pull access denied for ${of}, ${text}`,
      (of, text) => `reading manifest 1 in ${of}: ${text}`,
      (_, text) => text,
    ),
    image,
    fc.array(words, { maxLength: 8 }),
  )
  .map(([wrap, of, parts]) => wrap(of, parts.join(" ")));
