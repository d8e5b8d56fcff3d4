import { CannotStart } from "./cannot-start.ts";
import { openBrowser } from "./desktop.ts";
import { bundlePage } from "./page/bundle.ts";
import type { Snapshot } from "./page/protocol.ts";
import { startPage } from "./page/server.ts";
import { channels, people, workspaceName } from "./people.ts";
import { whenOrphaned } from "./orphan.ts";
import { type Recording, readRecordings } from "./recording.ts";
import type { SlackDouble } from "./slack/types.ts";
import { type Defer, type End, newToken, startStage } from "./start.ts";

export interface PlaygroundOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Whether to show the page in a browser, where there is a desktop. */
  readonly open: boolean;
  /** Stops the playground. */
  readonly signal: AbortSignal;
  /** The folder of the recordings; by default those that come with imagepull. */
  readonly recordings?: URL;
}

const ownRecordings = new URL("recordings/", import.meta.url);

/** `npm start`: the page, with the real bot behind it against a simulated Slack, cluster and registries. Resolves once all has stopped, to the exit code. */
export async function playground({
  port = 0,
  open,
  signal,
  recordings = ownRecordings,
}: PlaygroundOptions): Promise<number> {
  const ends: End[] = [];
  try {
    const recording = readRecordings(recordings);
    const url = await start(recording, port, (end) => ends.unshift(end));
    process.stdout.write(`The playground is at ${url} (Ctrl+C stops it)\n`);
    if (open) openBrowser(url, process.env, process.stdout.isTTY);
    await stopped(signal);
    return 0;
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  } finally {
    for (const end of ends) await end();
  }
}

/** Resolves when the signal says so, or when nobody is left to give it. */
function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const forget = whenOrphaned(resolve, process.env["npm_lifecycle_event"] !== undefined);
    const stop = (): void => {
      forget();
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** Starts everything, says how each ends, and returns the page's address. */
async function start(recording: Recording, port: number, defer: Defer): Promise<string> {
  const bundling = bundlePage();
  // Failing early in one part must not leave the other's rejection unheard.
  bundling.catch(() => undefined);
  const { slack } = await startStage(recording, defer);
  const page = await startPage({
    slack,
    bundle: await bundling,
    port,
    token: newToken(),
    snapshot: (user) => snapshotFor(user, slack, recording),
  });
  defer(() => page.stop());
  return page.url;
}

function snapshotFor(user: string, slack: SlackDouble, recording: Recording): Snapshot {
  const you = (people.find(({ id }) => id === user) ?? people[0])?.id ?? "";
  return {
    workspace: workspaceName,
    you,
    people,
    bot: { id: slack.botUserId, name: slack.botName },
    channels,
    messages: Object.fromEntries(channels.map(({ id }) => [id, slack.messages(id, you)])),
    views: slack.views(you),
    recorded: recording.versions,
  };
}
