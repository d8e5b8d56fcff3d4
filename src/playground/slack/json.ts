import type { Block, JsonObject } from "./types.ts";

/** Looks into JSON from outside, one level at a time. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

export const objectsOf = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** The string that stands there; empty where none does. */
export const text = (value: unknown): string => (typeof value === "string" ? value : "");

const isBlock = (value: unknown): value is Block => isObject(value) && typeof value["type"] === "string";

/** Blocks that the validator has let through. */
export const blocksOf = (value: unknown): readonly Block[] => (Array.isArray(value) ? value.filter(isBlock) : []);

export function parseJson(source: string): unknown {
  try {
    const parsed: unknown = JSON.parse(source);
    return parsed;
  } catch {
    return undefined;
  }
}
