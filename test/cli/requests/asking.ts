import { requestWith, type Shelf, type ShelfOptions, shelfWith, statusWith } from "../../approvals/shelf.ts";
import { read } from "../../support/evidence.ts";
import { type Call, call, restart, type Scene } from "../repull-harness.ts";

export const target = ["deploy/checkout", "--strategy", "restart"];
const dana = () => Promise.resolve(read({ user: "dana", groups: ["devs", "system:authenticated"] }));

/** Asks in such a scene, as dana. */
export async function ask(
  args: readonly string[],
  options: ShelfOptions = {},
  over: Partial<Scene> = {},
): Promise<Call & { readonly shelf: Shelf }> {
  const shelf = shelfWith(options);
  const scene: Scene = { case: restart, approvals: { store: shelf, whoAmI: dana, expiresAfterSeconds: 1800 }, ...over };
  return { ...(await call([...args, "--request"], scene)), shelf };
}

/** The fingerprint of what `target` asks for. */
export const fingerprint = await (async () => {
  const { shelf } = await ask(target);
  const [first] = shelf.kept.requests;
  if (first === undefined) throw new Error("nothing was asked");
  return first.spec.fingerprint;
})();
export const name = `checkout-${fingerprint}-1`;
/** The same as somebody has asked for it. */
export const there = (status: Parameters<typeof statusWith>[0], by = "erin") =>
  requestWith({ name, spec: { fingerprint, requestedBy: by }, status: statusWith(status) });
