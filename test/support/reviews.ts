import type { IncomingMessage, ServerResponse } from "node:http";
import type { Behaviour } from "./fake-api.ts";

export const reviewPath = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

/** What a review asks, as it came over the wire. */
export interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: {
    readonly user: string;
    readonly groups: readonly string[];
    readonly resourceAttributes: { readonly namespace: string; readonly verb: string; readonly resource: string };
  };
}

/** An API server's reviews: `decide` gives its word, or a status for which there is none. */
export const reviewing = (
  decide: (review: Review) => boolean | object | number,
): NonNullable<Behaviour["answers"]> => ({
  [reviewPath]: (request: IncomingMessage, response: ServerResponse) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const review = JSON.parse(text) as Review;
      const word = request.method === "POST" ? decide(review) : 405;
      const status = typeof word === "boolean" ? { allowed: word } : word;
      const code = typeof word === "number" ? word : 201;
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify({ ...review, status }));
    });
  },
});

/** Get pods in these namespaces; `""` is all. */
export const mayGetPodsIn = (...namespaces: readonly string[]): NonNullable<Behaviour["answers"]> =>
  reviewing(({ spec: { resourceAttributes: asked } }) => namespaces.includes(asked.namespace));
