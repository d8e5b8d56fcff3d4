import { createSign, generateKeyPairSync, randomBytes } from "node:crypto";

/** Key and certificate of a TLS server, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** One value of DER: tag, length, content. Source: ITU-T X.690, 8.1. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts);
const hex = (tag: number, digits: string): Buffer => der(tag, Buffer.from(digits, "hex"));
const text = (value: string): Buffer => der(0x0c, Buffer.from(value));
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
/** UTCTime: `YYMMDDhhmmssZ`. */
const time = (at: Date): Buffer => der(0x17, Buffer.from(at.toISOString().replace(/^..|[-:T]|\.\d+/g, "")));

const commonName = hex(0x06, "550403");
const subjectAltName = hex(0x06, "551d11");
const ecdsaWithSha256 = sequence(hex(0x06, "2a8648ce3d040302"));

/** A certificate that a server has signed itself, for one host name: nobody trusts it. Made of bytes, since Node can only read them. Source: RFC 5280, 4.1. */
export function selfSigned(host: string, now: Date): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(set(sequence(commonName, text(host))));
  const day = 86_400_000;
  const validity = sequence(time(new Date(now.getTime() - 30 * day)), time(new Date(now.getTime() + 335 * day)));
  const names = sequence(der(0x82, Buffer.from(host)));
  const extensions = der(0xa3, sequence(sequence(subjectAltName, der(0x04, names))));
  // A serial number is positive.
  const serial = der(0x02, Buffer.from([1]), randomBytes(8));
  const version3 = der(0xa0, hex(0x02, "02"));
  const key = publicKey.export({ type: "spki", format: "der" });
  const signed = sequence(version3, serial, ecdsaWithSha256, name, validity, name, key, extensions);
  const signature = createSign("SHA256").update(signed).sign(privateKey);
  const cert = sequence(signed, ecdsaWithSha256, bits(signature));
  const lines = cert.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
