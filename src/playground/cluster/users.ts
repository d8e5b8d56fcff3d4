import type { User } from "./access.ts";
import { botName } from "./custom/definitions.ts";

/** The bot, as the API server knows its ServiceAccount. What it may do, the roles say that `imagepull install` makes. */
export const bot: User = {
  name: botName,
  groups: ["system:serviceaccounts", "system:serviceaccounts:imagepull", "system:authenticated"],
  rules: [],
};
