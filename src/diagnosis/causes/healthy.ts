import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { subject } from "./words.ts";

/** Nothing to do. */
export const healthy = cause({
  id: "healthy",
  title: "Nothing is wrong with the images",
  headline: (context) => say`${subject(context)} is well: every image is there`,
  explain: () => say`Every container has its image and runs, or has ended as it should.`,
  fixes: () => [],
  recognised: "Every container runs or has finished, and no pull is failing.",
});
