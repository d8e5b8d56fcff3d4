import * as z from "zod";

export const namespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
  error: "no namespace: small letters, digits and -, at most 63 (RFC 1123).",
});
