// A file of its own so that it can be loaded late: bundlers give a CommonJS package's names to a static import only.
export { parseDocument } from "yaml";
