import { notFound as absentWords } from "../../support/pulls.ts";
import { found, foundIndex, helmChart, anonymously, withSecret } from "../checks.ts";
import {
  platformWords,
  schemaWords,
  fits,
  backOffOnly,
  crashing,
  uncreated,
  otherMachine,
  otherMachines,
  told,
  type Row,
} from "./situations.ts";

/** The image is there, and is not for this node. */
export const formatRows: readonly Row[] = [
  [
    "no variant for the node, by both",
    told(platformWords),
    anonymously(otherMachines),
    "platform-mismatch",
    "confirmed",
  ],
  [
    "absent to the node, and offered here for other machines only",
    told(absentWords),
    anonymously(otherMachines),
    "platform-mismatch",
    "confirmed",
    "offers this image for `linux/arm64`, `linux/s390x`; node `node-1` is `linux/amd64`",
  ],
  [
    "only the back-off is known, and offered for other machines only",
    backOffOnly(fits),
    withSecret(otherMachines),
    "platform-mismatch",
    "confirmed",
  ],
  [
    "only the back-off is known, and one image for another machine, which would be pulled all the same",
    backOffOnly(fits),
    withSecret(otherMachine),
    "platform-mismatch",
    "likely",
  ],
  [
    "no variant to the node, and one is offered now",
    told(platformWords),
    anonymously(foundIndex()),
    "platform-mismatch",
    "likely",
  ],
  [
    "exec format error, and the image is for another machine",
    crashing("exec /app: exec format error"),
    anonymously(otherMachine),
    "platform-mismatch",
    "confirmed",
  ],
  [
    "exec format error, and image and node agree",
    crashing("exec /app: exec format error"),
    anonymously(found()),
    "not-an-image-pull-failure",
    "confirmed",
    "the image says that it is for `linux/amd64`, as the node",
  ],
  [
    "a chart to the node, and a chart here",
    told(schemaWords),
    anonymously(helmChart),
    "unsupported-manifest",
    "confirmed",
    "has a Helm chart under this name",
  ],
  [
    "only the back-off is known, and a chart here",
    backOffOnly(fits),
    withSecret(helmChart),
    "unsupported-manifest",
    "likely",
  ],
  [
    "no container can be made of it, and it is a chart here",
    uncreated,
    anonymously(helmChart),
    "unsupported-manifest",
    "confirmed",
    "has a Helm chart under this name",
  ],
];
