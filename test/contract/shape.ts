/** Paths of a JSON value with the type that stands there; all items of an array share one path, keys of maps stay what they are. */
export function shapeOf(value: unknown, path = ""): ReadonlyMap<string, string> {
  const shape = new Map<string, string>();
  const walk = (here: unknown, at: string): void => {
    if (Array.isArray(here)) {
      shape.set(at, "array");
      for (const item of here) walk(item, `${at}[]`);
    } else if (typeof here === "object" && here !== null) {
      shape.set(at, "object");
      for (const [key, child] of Object.entries(here)) walk(child, at === "" ? key : `${at}.${key}`);
    } else {
      shape.set(at, here === null ? "null" : typeof here);
    }
  };
  walk(value, path);
  return shape;
}

/** What stands in a shape and not, or as another type, in the real one. */
export const describeShape = (shape: ReadonlyMap<string, string>, real: ReadonlyMap<string, string>): string[] =>
  [...shape]
    .filter(([path, type]) => real.get(path) !== type)
    .map(
      ([path, type]) =>
        `${path} is ${type}, and ${real.has(path) ? `really ${real.get(path)}` : "the real server has none"}`,
    );
