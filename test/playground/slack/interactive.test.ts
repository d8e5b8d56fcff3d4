import { describe, expect, it } from "vitest";
import WebSocket from "ws";
import type { Delivery } from "../../../src/playground/slack/double.ts";
import {
  aSlackEach,
  buttons,
  call,
  connect,
  respond,
  skip,
  slack,
  texts,
  type Envelope,
  type Json,
} from "./support/by-hand.ts";

aSlackEach();

describe("a message shortcut", () => {
  const take = async (callbackId = "explain_message"): Promise<[Envelope, Delivery]> => {
    const envelopes = await connect();
    await slack.say("U2", "C1", "it fails");
    const delivery = await slack.messageShortcut("U1", slack.messages("C1", "U1")[0]!, callbackId);
    return [envelopes[0]!, delivery];
  };

  it("is handed on with the message, in the fields of Slack's sample", async () => {
    const [{ type, payload }, { acknowledged }] = await take();
    expect({ type, acknowledged }).toEqual({ type: "interactive", acknowledged: true });
    // Source: slackapi/java-slack-sdk, json-logs/samples/app-backend/interactive-components/MessageShortcutPayload.json
    expect(Object.keys(payload).toSorted()).toEqual(
      ["action_ts", "callback_id", "channel", "enterprise", "is_enterprise_install", "message", "message_ts"].concat([
        "response_url",
        "team",
        "token",
        "trigger_id",
        "type",
        "user",
      ]),
    );
    expect(payload).toMatchObject({
      type: "message_action",
      callback_id: "explain_message",
      user: { id: "U1" },
      channel: { id: "C1" },
      message: { type: "message", user: "U2", text: "it fails" },
    });
  });

  it("is answered by its response URL five times, to the one who took it, and replaces nothing", async () => {
    const [{ payload }] = await take();
    for (let use = 0; use < 5; use += 1)
      expect((await respond(payload["response_url"], { text: `a${use}`, replace_original: true }))[0]).toBe(200);
    expect(await respond(payload["response_url"], { text: "a5" })).toEqual([404, { ok: false, error: "used_url" }]);
    expect(texts()).toEqual(["it fails", "a0", "a1", "a2", "a3", "a4"]);
    expect(slack.messages("C1", "U2")).toHaveLength(1);
  });

  it("has a trigger that lives for three seconds", async () => {
    const [{ payload }] = await take();
    skip(3_000);
    const view = { type: "modal", title: { type: "plain_text", text: "t" }, blocks: [] };
    expect(await call("views.open", { trigger_id: payload["trigger_id"], view })).toMatchObject({
      ok: false,
      error: "expired_trigger_id",
    });
  });

  it("is none that the app does not have, and none of a message that one does not see or alone sees", async () => {
    await expect(take("other")).rejects.toThrow("the app has no message shortcut other");
    await call("chat.postEphemeral", { channel: "C1", user: "U1", text: "t" });
    const [, ephemeral] = slack.messages("C1", "U1");
    await expect(slack.messageShortcut("U1", ephemeral!, "explain_message")).rejects.toThrow("has no shortcuts");
    await expect(slack.messageShortcut("U2", ephemeral!, "explain_message")).rejects.toThrow("U2 sees no message");
  });
});

describe("a button", () => {
  const press = async (
    ephemeral: boolean,
    acknowledge?: (envelope: Envelope) => Json | null,
  ): Promise<[Envelope, Delivery]> => {
    const envelopes = await connect(acknowledge);
    if (ephemeral) await call("chat.postEphemeral", { channel: "C1", user: "U1", text: "t", blocks: [buttons] });
    else await call("chat.postMessage", { channel: "C1", text: "t", blocks: [buttons] });
    const delivery = await slack.click("U1", slack.messages("C1", "U1")[0]!, "go");
    return [envelopes[0]!, delivery];
  };

  it.each([true, false])("of a message (ephemeral: %j) is handed on", async (ephemeral) => {
    const [{ type, payload }] = await press(ephemeral);
    expect(type).toBe("interactive");
    expect(payload).toMatchObject({
      type: "block_actions",
      user: { id: "U1" },
      channel: { id: "C1" },
      container: { is_ephemeral: ephemeral },
      actions: [{ action_id: "go", value: "v", type: "button" }],
    });
    // Slack leaves an ephemeral's own text out.
    expect("message" in payload).toBe(!ephemeral);
  });

  it.each<[string, Json, readonly string[]]>([
    ["replaced", { text: "new", replace_original: true }, ["new"]],
    ["taken away", { delete_original: true }, []],
    ["kept", { text: "new" }, ["t", "new"]],
  ])("has its message %s", async (_, body, seen) => {
    const [{ payload }] = await press(true);
    expect((await respond(payload["response_url"], body))[0]).toBe(200);
    expect(texts()).toEqual(seen);
  });

  it("that is not acknowledged says so", async () =>
    expect((await press(false, () => null))[1]).toMatchObject({ acknowledged: false, outcome: "timeout" }));

  it("cannot be pressed by somebody who does not see it, nor where it is not", async () => {
    await press(true);
    await expect(slack.click("U2", slack.messages("C1", "U1")[0]!, "go")).rejects.toThrow("U2 sees no message");
    await expect(slack.click("U1", slack.messages("C1", "U1")[0]!, "stop")).rejects.toThrow(
      "the message has no stop; it has go",
    );
  });
});

it("a menu hands on the option that was chosen, and no other can be", async () => {
  const envelopes = await connect();
  const options = ["a", "b"].map((value) => ({ text: { type: "plain_text", text: value }, value }));
  await call("chat.postMessage", {
    channel: "C1",
    text: "t",
    blocks: [{ type: "actions", elements: [{ type: "static_select", action_id: "pick", options }] }],
  });
  const [message] = slack.messages("C1", "U1");
  await slack.choose("U1", message!, "pick", "b");
  expect(envelopes[0]?.payload).toMatchObject({
    actions: [{ action_id: "pick", type: "static_select", selected_option: { value: "b" } }],
  });
  await expect(slack.choose("U1", message!, "pick", "c")).rejects.toThrow("pick has no option");
});

describe("a trigger and its modal", () => {
  const modal = (over: Json = {}): Json => ({
    type: "modal",
    callback_id: "m",
    title: { type: "plain_text", text: "Plan" },
    submit: { type: "plain_text", text: "OK" },
    blocks: [
      {
        type: "input",
        block_id: "why",
        label: { type: "plain_text", text: "Why" },
        element: { type: "plain_text_input", action_id: "text" },
      },
    ],
    ...over,
  });
  const trigger = async (acknowledge?: (envelope: Envelope) => Json | null): Promise<[string, Envelope[]]> => {
    const envelopes = await connect(acknowledge);
    await slack.say("U1", "C1", "/imagepull help");
    return [String(envelopes[0]?.payload["trigger_id"]), envelopes];
  };

  it("opens once", async () => {
    const [id] = await trigger();
    expect(await call("views.open", { trigger_id: id, view: modal() })).toMatchObject({ ok: true });
    expect(await call("views.open", { trigger_id: id, view: modal() })).toMatchObject({
      error: "exchanged_trigger_id",
    });
    expect(slack.views("U1")).toMatchObject([{ title: "Plan", submit: "OK", callbackId: "m" }]);
    expect(slack.views("U2")).toEqual([]);
  });

  it("opens within three seconds", async () => {
    const [id] = await trigger();
    skip(3_000);
    expect(await call("views.open", { trigger_id: id, view: modal() })).toMatchObject({ error: "expired_trigger_id" });
  });

  it("is updated by its hash, and by no older one", async () => {
    const [id] = await trigger();
    const { view } = (await call("views.open", { trigger_id: id, view: modal() })) as {
      view: { id: string; hash: string };
    };
    expect(
      await call("views.update", {
        view_id: view.id,
        hash: view.hash,
        view: modal({ title: { type: "plain_text", text: "New" } }),
      }),
    ).toMatchObject({ ok: true });
    expect(await call("views.update", { view_id: view.id, hash: view.hash, view: modal() })).toMatchObject({
      error: "hash_conflict",
    });
    expect(slack.views("U1")[0]?.title).toBe("New");
  });

  it("is sent with its values, and closed by the acknowledgement", async () => {
    const [id, envelopes] = await trigger();
    const { view } = (await call("views.open", { trigger_id: id, view: modal({ private_metadata: "p" }) })) as {
      view: { id: string };
    };
    await slack.submit("U1", view.id, { why: { text: "because" } });
    expect(envelopes[1]?.payload).toMatchObject({
      type: "view_submission",
      view: {
        callback_id: "m",
        private_metadata: "p",
        state: { values: { why: { text: { type: "plain_text_input", value: "because" } } } },
      },
    });
    expect(slack.views("U1")).toEqual([]);
  });

  it.each<[string, Json, object[]]>([
    [
      "errors keep it open",
      { response_action: "errors", errors: { why: "say more" } },
      [{ errors: { why: "say more" } }],
    ],
    ["an update replaces it", { response_action: "update", view: modal({ callback_id: "n" }) }, [{ callbackId: "n" }]],
    [
      "a push stacks another",
      { response_action: "push", view: modal({ callback_id: "n" }) },
      [{ callbackId: "m" }, { callbackId: "n" }],
    ],
    ["clear closes all", { response_action: "clear" }, []],
  ])("%s", async (_, answer, seen) => {
    const [id] = await trigger((envelope) => (envelope.type === "interactive" ? answer : {}));
    const { view } = (await call("views.open", { trigger_id: id, view: modal() })) as { view: { id: string } };
    await slack.submit("U1", view.id, { why: { text: "because" } });
    expect(slack.views("U1")).toMatchObject(seen);
    expect(slack.views("U1")).toHaveLength(seen.length);
  });

  it("tells of its closing only where it was asked to", async () => {
    const [id, envelopes] = await trigger();
    const { view } = (await call("views.open", { trigger_id: id, view: modal({ notify_on_close: true }) })) as {
      view: { id: string };
    };
    expect(await slack.closeView("U1", view.id)).toMatchObject({ acknowledged: true });
    expect(envelopes[1]?.payload).toMatchObject({ type: "view_closed" });
  });
});

it("a ticket for a socket is good for one", async () => {
  const { url } = await call("apps.connections.open", {}, slack.appToken);
  const open = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(String(url));
      socket.on("open", () => resolve("open"));
      socket.on("error", (error) => resolve(error.message));
    });
  expect(await open()).toBe("open");
  expect(await open()).toBe("Unexpected server response: 401");
});
