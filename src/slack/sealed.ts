import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

/** Texts that travel through Slack and back, and that only this app may read. */
export interface Seals {
  seal(text: string): string;
  /** Null for what this app has not sealed. */
  open(sealed: string): string | null;
}

const cipher = "aes-256-gcm";
const ivLength = 12;
const tagLength = 16;

/** Every process that has the secret opens what another has sealed. */
export function createSeals(secret: string): Seals {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "imagepull seals", 32));
  return {
    seal(text) {
      // From the text itself: the same text is sealed alike, and no two others share it.
      const iv = createHmac("sha256", key).update(text).digest().subarray(0, ivLength);
      const sealing = createCipheriv(cipher, key, iv, { authTagLength: tagLength });
      const body = Buffer.concat([sealing.update(text, "utf8"), sealing.final()]);
      return Buffer.concat([iv, sealing.getAuthTag(), body]).toString("base64url");
    },
    open(sealed) {
      const all = Buffer.from(sealed, "base64url");
      if (all.length <= ivLength + tagLength) return null;
      try {
        const opening = createDecipheriv(cipher, key, all.subarray(0, ivLength), { authTagLength: tagLength });
        opening.setAuthTag(all.subarray(ivLength, ivLength + tagLength));
        return Buffer.concat([opening.update(all.subarray(ivLength + tagLength)), opening.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}
