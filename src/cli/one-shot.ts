import { config } from "zod";

/** zod compiles a parser at its first use, which pays after hundreds of objects: a command that reads each once does without. */
export const parseWithoutCompiling = (): void => void config({ jitless: true });
