import { image, manifestAnswer, secretPassword } from "./scripted.ts";
import type { Said, Script } from "./scripted.ts";

/** A registry with one image, shop/web:1.2.3, as the tests script it. */
export const host = "https://registry.example.com";
export const repository = `${host}/v2/shop/web`;
export const web = "registry.example.com/shop/web:1.2.3";
export const bearer = `Bearer realm="${host}/token",service="registry.example.com",scope="repository:shop/web:pull"`;
export const challenge = (value: string): Said => ({ status: 401, headers: { "www-authenticate": value } });
export const errors = (code: string, message: string) => ({ errors: [{ code, message }] });
export const sample = image();
export const token = { status: 200, body: { token: "t0ken-0123456789" } };

/** Wants a credential; with the right header the script's `open` answers. */
export const guarded =
  (wanted: string, open: Said, value = bearer) =>
  (request: { headers: Readonly<Record<string, string>> }) =>
    request.headers["authorization"] === wanted ? open : challenge(value);
export const basicHeader = `Basic ${Buffer.from(`shop-bot:${secretPassword}`).toString("base64")}`;
export const bearerHeader = "Bearer t0ken-0123456789";

export const details: Script = {
  [`GET ${repository}/manifests/${sample.digest}`]: manifestAnswer(sample.manifest),
  [`GET ${repository}/blobs/${sample.configDigest}`]: { status: 200, body: sample.config },
};
