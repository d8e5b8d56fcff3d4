/** What stands where a secret was. */
const hidden = "[hidden]";

/**
 * Takes secrets out of a text from a cluster, a registry or a person: user info, query values and fragments of URLs, `Authorization` and
 * its kin, values of keys such as `auth` and `password`, private keys, and strings that look like a token (JWT, cloud, Git host and Slack).
 * Hosts, paths, tags, digests and status stay readable. What has been redacted stays as it is; the time grows linearly with the text.
 */
export function redact(text: string): string {
  let rest = text;
  for (const hide of [
    privateKeys,
    decodedAuth,
    urls,
    looseUserInfo,
    looseQueries,
    headers,
    schemes,
    namedValues,
    tokens,
  ])
    rest = hide(rest);
  return rest;
}

/** From `-----BEGIN … PRIVATE KEY-----` to its end, or to the end of the text where it has been cut off. */
function privateKeys(text: string): string {
  if (!text.includes("PRIVATE KEY")) return text;
  return text.replace(
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
    hidden,
  );
}

/** containerd quotes a decoded `auth` that has no colon: the secret itself (pull options of its CRI server). */
function decodedAuth(text: string): string {
  return text.replace(/(invalid decoded auth:)[^\n]*/g, `$1 ${hidden}`);
}

/** Each run of characters between spaces and quotes that has a URL in it. */
function urls(text: string): string {
  return text.replace(/[^\s"<>`\\]+/g, (run) => (run.includes("://") ? redactRun(run) : run));
}

/** A URL ends where the next one begins, unless that is a part of its query: an apostrophe, which may stand in a password, parts two. */
function redactRun(run: string): string {
  const [start = "", ...parts] = run.split("://");
  const query = parts.findIndex((part) => /[?#]/.test(part));
  const whole = query < 0 ? parts : [...parts.slice(0, query), parts.slice(query).join("://")];
  return [start, ...whole.map(redactUrl)].join("://");
}

/** A URL from behind its `://`; the punctuation after it is the sentence's. */
function redactUrl(rest: string): string {
  const body = rest.slice(0, withoutPunctuation(rest));
  const host = userInfoEnd(body);
  const user = host === 0 ? "" : `${hidden}@`;
  const mark = body.slice(host).search(/[?#]/);
  if (mark < 0) return user + rest.slice(host);

  const [query, fragment] = cut(body.slice(host + mark), "#");
  const values = query === "" ? "" : `?${query.slice(1).split("&").map(redactParameter).join("&")}`;
  const end = fragment === null ? "" : `#${hidden}`;
  return user + body.slice(host, host + mark) + values + end + rest.slice(body.length);
}

/**
 * Where the host begins. User info ends with the last `@` before the path; but a password with a `/`, `?` or `#` in it, written as it is,
 * pushes that `@` into what looks like the path. So the last `@` counts, also behind what is no port, but for that of an image's digest.
 */
function userInfoEnd(url: string): number {
  const pathAt = url.search(/[/?#]/);
  const authority = pathAt < 0 ? url : url.slice(0, pathAt);
  if (!/^[^[\]:]*[:@]/.test(authority)) return 0;

  const beforeQuery = authority.includes("@") || /^[^:]*:\d*$/.test(authority);
  const [searched] = cut(beforeQuery ? cut(url, /[?#]/)[0] : url, /@sha\d{3}:[^@]*$/);
  return searched.lastIndexOf("@") + 1;
}

function redactParameter(parameter: string): string {
  if (parameter === "") return "";
  const [name, value] = cut(parameter, "=");
  return value === null ? hidden : `${name}=${hidden}`;
}

/** `user:password@host` without a scheme; the `@` of a digest (`web:1.2@sha256:…`) is left alone. */
function looseUserInfo(text: string): string {
  return text.replace(
    /(?<![\w.%+~-])[\w.%+~-]{1,100}:[^\s/@"'<>[\]]{1,200}@(?=[^\s"'<>])(?!sha\d{3}:[^\s@]*(?:\s|$)|\[hidden\]@)/g,
    `${hidden}@`,
  );
}

/** `/token?account=…&password=…`: a path without a host, or a form. */
function looseQueries(text: string): string {
  return text.replace(/((?:[?&]|\\u0026)[\w.~%-]{1,64}=)(?!\[hidden\])[^&\s"'<>#\\]*/g, `$1${hidden}`);
}

const headerNames = "(?:(?:proxy-)?authorization|x-registry-auth|x-[a-z-]{0,30}token|x-api-key|private-token)";
/** The next header is not the value of the one before: "authorization: X-Registry-Auth: …". */
const noHeader = String.raw`(?!${headerNames}(?:\\*["'])?\s{0,3}[:=])`;
const header = new RegExp(
  String.raw`(?<![\w-])(${headerNames}(?:\\*["'])?\s{0,3}[:=]\s{0,3}(?!\[hidden\])\[?(?:\\*["'${"`"}<(])?)` +
    String.raw`(?!(?:[\w-]{1,20}\s{1,3})?\[hidden\])${noHeader}((?:digest|oauth|aws4-hmac-sha256)\s[^\n]*|[^\s"'${"`"}<>,;[\]\\]+)` +
    String.raw`(\s{1,3}${noHeader}[^\s"'${"`"}<>,;[\]\\]+)?`,
  "gi",
);
const cookie =
  /(?<![\w-])((?:set-)?cookie(?:\\*["'])?\s{0,3}[:=]\s{0,3}(?!\[hidden\])\[?(?:\\*["'])?)(?!\[hidden\])[^\s"'[\]\\][^"'\n\]\\]*/gi;

/** `Authorization: Basic …`, also as Go prints a map of headers (`Authorization:[Basic …]`) and as JSON; "authorization: failed" is prose. */
function headers(text: string): string {
  return text.replace(cookie, `$1${hidden}`).replace(header, (whole, lead: string, first: string, rest = "") => {
    const next = String(rest).trim();
    const isScheme = /^(?:basic|bearer|negotiate|token)$/i.test(first);
    const isSentence = /^[a-z][^"'`]*$/.test(lead) && isProse(first);
    if (isSentence && !(isScheme && !isProse(next))) return whole;
    if (isScheme && next !== "") return `${lead}${first} ${hidden}`;
    return isProse(next) ? lead + hidden + String(rest) : lead + hidden;
  });
}

/** `Basic …` and `Bearer …` by themselves; a challenge (`Bearer realm="…"`) and a word of prose stay. */
function schemes(text: string): string {
  return text.replace(
    /\b(basic|bearer)(\s{1,3})(?!(?:basic|bearer)\s)([\w+/=.~-]{6,})/gi,
    (whole, scheme: string, space: string, value: string) =>
      isProse(value) || /^(?:realm|service|scope|error|charset)=/i.test(value) ? whole : scheme + space + hidden,
  );
}

const strongName = String.raw`passw(?:or)?d|pwd|passphrase|secret[_-]?key|api[_-]?key|private[_-]?key|(?:identity|registry|access|refresh|session)[_-]?token`;
const weakName = String.raw`auth|secret|authorization|token|pass|access[_-]?key(?:[_-]?id)?|credentials?|signature`;
const name = String.raw`[\w-]{0,40}(?:${strongName}|${weakName})`;
const inJson = new RegExp(
  String.raw`(["']${name}["']\s{0,3}:\s{0,3})(?:"[^"\\]*(?:\\[^][^"\\]*)*"?|'[^'\n]*'?|\d[\d.]*)`,
  "gi",
);
const inEscapedJson = new RegExp(
  String.raw`(\\{1,9}["']${name}\\{1,9}["']\s{0,3}:\s{0,3}\\{1,9}["'])(?!\[hidden\])[^"'\n]*?(?=\\*["']|\n|$)`,
  "gi",
);
const assigned = new RegExp(String.raw`(?<![\w-])(${name}=\\{0,9}["']?)(?!\[hidden\])[^\s"'&,;\\]+`, "gi");
const spokenStrong = new RegExp(
  String.raw`(?<![\w/-])([\w-]{0,40}(?:${strongName})\s{0,3}:\s{0,3}["']?)([^\s"',;[\]]{4,})`,
  "gi",
);
const spokenWeak = new RegExp(
  String.raw`(?<![\w/-])([\w-]{0,40}(?:${weakName})\s{0,3}:\s{0,3}["']?)([\w+=~-]{12,})(?![\w./:])`,
  "gi",
);

/** Values of keys that hold secrets: whatever stands there in JSON and behind `=`; behind a colon all but prose ("token: unexpected status") and tags ("shop/auth:3f2a9c1d7e8b"). */
function namedValues(text: string): string {
  return text
    .replace(inJson, `$1"${hidden}"`)
    .replace(inEscapedJson, `$1${hidden}`)
    .replace(assigned, `$1${hidden}`)
    .replace(spokenStrong, (whole, lead: string, value: string) => (isProse(value) ? whole : lead + hidden))
    .replace(spokenWeak, (whole, lead: string, value: string) =>
      isProse(value) || !/\d/.test(value) ? whole : lead + hidden,
    );
}

/** A word, a status or a package's name as they stand behind a colon in an error: `failed`, `Get`, `EOF`, `x509:`, `401`. */
const isProse = (value: string): boolean =>
  /^(?:[A-Z]?[a-z_]{0,40}|[A-Z_]{1,40}|x509|http2?|net\/http|[1-5]\d\d)[.:)!?]*$/.test(value);

const tokenForms = [
  /eyJ[\w+/=-]{17,}/, // JSON in base64: JWTs, ECR's passwords
  /xox[a-z][.-][\w-]{6,}|xapp-[\w-]{6,}/, // Slack
  /gh[oprsu]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}/, // Git hosts
  /dckr_[a-z]{3}_[\w-]{10,}|do[opr]_v1_\w{20,}|npm_\w{20,}|hvs\.[\w-]{20,}/, // Docker Hub, DigitalOcean, npm, Vault
  /ya29\.[\w-]{10,}|AIza[\w-]{30,}/, // Google
  /(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{12,}/, // AWS access keys
];
const token = new RegExp(tokenForms.map((form) => form.source).join("|"));

/** Runs of the characters that tokens are made of. Each is looked at once, which keeps the time linear. */
function tokens(text: string): string {
  return text.replace(/[\w.~+/=-]{10,}/g, (run) => {
    const at = run.search(token);
    return at < 0
      ? run.replace(/[\w+/-]{40,}/g, (piece) => (looksRandom(piece) ? hidden : piece))
      : run.slice(0, at) + hidden;
  });
}

/** AWS's secret keys are 40 characters of base64, and 80 of them are no name. Digests, paths and names have no upper case, as a rule. */
const looksRandom = (piece: string): boolean =>
  (piece.length === 40 || piece.length >= 80) && /[A-Z]/.test(piece) && /[a-z]/.test(piece) && /\d/.test(piece);

/** How long the text is without the punctuation at its end. */
function withoutPunctuation(text: string): number {
  let length = text.length;
  while (length > 0 && ".,;:'!)]}".includes(text.charAt(length - 1)) && !text.endsWith(hidden, length)) length -= 1;
  return length;
}

function cut(text: string, at: string | RegExp): [before: string, after: string | null] {
  const index = typeof at === "string" ? text.indexOf(at) : text.search(at);
  return index < 0 ? [text, null] : [text.slice(0, index), text.slice(index + 1)];
}
