import { spawn } from "node:child_process";

/** Shows an address in the browser of a desktop; does nothing where there is none to see it (CI, no display, no terminal). */
export function openBrowser(
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): void {
  const command = browserCommand(process.platform, environment, isTerminal);
  if (command === undefined) return;
  const child = spawn(command[0], [...command.slice(1), url], { stdio: "ignore", detached: true });
  // Without such a program the printed address is all there is.
  child.on("error", () => undefined);
  child.unref();
}

/** The program that opens an address, with its arguments; undefined where nobody would see it. */
export function browserCommand(
  platform: string,
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): readonly [string, ...string[]] | undefined {
  if (environment["CI"] || environment["SSH_CONNECTION"] || !isTerminal) return undefined;
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return environment["DISPLAY"] || environment["WAYLAND_DISPLAY"] ? ["xdg-open"] : undefined;
}
