import { begun } from "../../approvals/desk/sentences.ts";
import { unread } from "../../approvals/told.ts";
import type { Listed, RepullRequest } from "../../approvals/types.ts";
import type { Subject } from "../../core.ts";
import type { Read } from "../../diagnosis/evidence.ts";
import type { Asking } from "../asked.ts";
import type { Door } from "../door.ts";
import { renderMistyped } from "../render/answers.ts";
import { renderRequest } from "../render/request.ts";
import { renderList } from "../render/request-list.ts";
import { sentenceMessage } from "../render/sentence.ts";
import type { Reply } from "../reply.ts";
import { noDesk, say } from "./said.ts";
import { readRequests, type RequestsAsked } from "./words.ts";

/** `/imagepull requests`, which lists, and `requests show|approve|deny|cancel NAME`, by command or by mention. */
export async function answerRequests(door: Door, asking: Asking, reply: Reply): Promise<void> {
  const asked = readRequests(asking.text);
  if (!asked.ok) return reply.answer(renderMistyped(asking.call, asked.error.sentence, null));
  if (door.desk === null) return reply.answer(noDesk);
  const { value } = asked;
  if (value.verb === "list") return list(door, asking, value, reply);
  const found = await placeOf(door, asking, value);
  if ("sentence" in found) return reply.answer(sentenceMessage(found.sentence));
  const request = { namespace: found.namespace, name: value.name, uid: null };
  if (value.verb !== "show") {
    const { message } = await say(door, { user: asking.user, request, verb: value.verb, reason: value.reason });
    return reply.answer(message);
  }
  const read = await door.desk.find(request, door.stopping);
  return reply.answer(
    read.kind === "found" ? renderRequest(read.request, viewOf(door)) : sentenceMessage(read.sentence),
  );
}

const viewOf = (door: Door) => ({
  team: door.identity()?.team ?? "",
  cluster: door.desk?.cluster ?? "",
  now: door.clock(),
});

const askerOf = ({ verdict }: Asking): Subject | null => (verdict.ok ? verdict.asker : null);

async function list(
  door: Door,
  asking: Asking,
  { namespace: named, isAll }: Extract<RequestsAsked, { verb: "list" }>,
  reply: Reply,
): Promise<void> {
  const namespace = isAll ? null : (named ?? door.namespaces.get(asking.channel) ?? null);
  const read = await seen(door, askerOf(asking), namespace);
  if (read.status !== "ok") return reply.answer(sentenceMessage(begun(unread(read))));
  return reply.answer(renderList({ listed: read.value, namespace, isPartial: askerOf(asking) !== null }, viewOf(door)));
}

/** What is there, as far as the asker may see it: each namespace is asked for once. */
async function seen(
  { desk, core, stopping }: Door,
  asker: Subject | null,
  namespace: string | null,
): Promise<Read<Pick<Listed<RepullRequest>, "items" | "unreadable">>> {
  if (desk === null) return { status: "failed", reason: "there is no desk" };
  const read = await desk.list(namespace, stopping);
  if (read.status !== "ok" || asker === null) return read;
  const { items, unreadable } = read.value;
  const namespaces = [...new Set([...items, ...unreadable].map((one) => one.namespace))];
  const may = await Promise.all(namespaces.map(async (one) => (await core.mayGetPods(asker, one, stopping)).ok));
  const visible = new Set(namespaces.filter((_, index) => may[index]));
  return {
    status: "ok",
    value: {
      items: items.filter((one) => visible.has(one.namespace)),
      unreadable: unreadable.filter((one) => visible.has(one.namespace)),
    },
  };
}

const mostNamed = 5;

/** The namespace of the request that is meant: the one that was named, else the channel's, else the one in which there is a request of this name. */
async function placeOf(
  door: Door,
  asking: Asking,
  { namespace: named, name }: { readonly namespace: string | null; readonly name: string },
): Promise<{ readonly namespace: string } | { readonly sentence: string }> {
  const asker = askerOf(asking);
  const namespace = named ?? door.namespaces.get(asking.channel) ?? null;
  if (namespace !== null) {
    // The same words for what does not exist and for what the asker may not see.
    if (asker !== null && !(await door.core.mayGetPods(asker, namespace, door.stopping)).ok)
      return { sentence: none(name, `namespace ${namespace}`) };
    return { namespace };
  }
  const read = await seen(door, asker, null);
  if (read.status !== "ok") return { sentence: begun(unread(read)) };
  const places = [...read.value.items, ...read.value.unreadable].filter((one) => one.name === name);
  const [place, ...more] = places.map((one) => one.namespace);
  if (place === undefined) return { sentence: none(name, "any namespace") };
  if (more.length === 0) return { namespace: place };
  return {
    sentence: `${name} is the name of requests in ${places.length} namespaces (${[place, ...more].slice(0, mostNamed).join(", ")}): name one with -n.`,
  };
}

const none = (name: string, where: string): string =>
  `There is no request ${name} in ${where}. See what is there: /imagepull requests -A`;
