import { type Log, reason } from "./log.ts";
import type { Posted, Poster } from "./poster.ts";
import { type Message, textMessage } from "./render/message.ts";
import type { Placement, ResponseUrls } from "./response-urls.ts";

/** Where one answer goes. */
export interface Reply {
  /** A word while it takes: mrkdwn. */
  progress(text: string): Promise<void>;
  answer(message: Message): Promise<void>;
}

/** To one person, by response URL. A command's progress stays above its answer, since Slack replaces nothing there (bolt-js#2287). */
export function privateReply(responses: ResponseUrls, url: string, placement: Placement, log: Log): Reply {
  const post = async (message: Message): Promise<void> => {
    const sent = await responses.post(url, message, {
      response_type: "ephemeral",
      replace_original: false,
      ...placement,
    });
    if (!sent.ok) log.warn({ reason: sent.error.sentence }, "an answer could not be delivered");
  };
  return { progress: (text) => post(textMessage(text)), answer: post };
}

/** In a thread, visible to all; the progress becomes the answer. */
export function threadReply(poster: Poster, channel: string, thread: string, log: Log): Reply {
  let posted: Posted | null = null;
  const undelivered = (error: unknown): void =>
    log.warn({ channel, reason: reason(error) }, "an answer could not be delivered");
  return {
    async progress(text) {
      const sent = await poster.post(channel, textMessage(text), thread);
      if (sent.ok) posted = sent.value;
    },
    async answer(message) {
      const updated = posted === null ? null : await poster.update(posted, message);
      if (updated?.ok === true) return;
      const sent = await poster.post(channel, message, thread);
      if (!sent.ok) undelivered(sent.error.sentence);
    },
  };
}
