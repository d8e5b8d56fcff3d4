import { container, evidenceOf, podWith, read, waiting } from "../../support/evidence.ts";
import { basic, notFound as absentWords } from "../../support/pulls.ts";
import { found, builtAt, notFound, rejects, anonymously, withSecret, asStranger } from "../checks.ts";
import { denied, fits, unreadable, backOffOnly, pulling, told, type Row } from "./situations.ts";

/** The image is not there, or is there again. */
export const absenceRows: readonly Row[] = [
  [
    "absent to the node, and absent here",
    told(absentWords),
    anonymously(notFound()),
    "image-not-found",
    "confirmed",
    "Nearest tags: `2.4.0`, `2.4.1-rc1`",
  ],
  [
    "only the back-off is known, and the tag is absent here",
    backOffOnly(fits),
    withSecret(notFound()),
    "image-not-found",
    "confirmed",
    "secret `ghcr`, user `shop-bot`: accepted by `ghcr.io`, which has no such tag",
  ],
  [
    "absent or private to the node, and absent here to an accepted credential",
    told(denied, fits),
    withSecret(notFound()),
    "image-not-found",
    "confirmed",
  ],
  [
    "only the back-off is known, the secrets cannot be read, and strangers are told that it is absent",
    backOffOnly(unreadable),
    asStranger(notFound()),
    "image-not-found",
    "likely",
  ],
  ["refused to the node, absent here", told(basic, fits), withSecret(notFound()), "image-not-found", "likely"],
  [
    "a pull that has begun, of an image that is absent here",
    pulling(),
    anonymously(notFound()),
    "image-not-found",
    "likely",
  ],
  [
    "absent to the node, and there now, with no sign that anything is newer",
    told(absentWords),
    anonymously(found()),
    "image-not-found",
    "likely",
    "`ghcr.io` asks for no credential just now",
  ],
  [
    "absent to the node, and built after its last try",
    told(absentWords),
    anonymously(builtAt("2026-11-24T10:30:30Z")),
    "backoff-only",
    "likely",
    "was built at 2026-11-24T10:30:30Z, after the kubelet's last try at 2026-11-24T10:30:00Z",
  ],
  [
    "absent to the node, refused here: the credential has ended since",
    told(absentWords, fits),
    withSecret(rejects("expired")),
    "image-not-found",
    "likely",
  ],
  [
    "nothing was said of a container that waits, and its image is absent here",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))]))),
    anonymously(notFound()),
    "image-not-found",
    "confirmed",
  ],
  [
    "absent to the node and to strangers, and the secrets cannot be read",
    told(absentWords, unreadable),
    asStranger(notFound()),
    "image-not-found",
    "confirmed",
  ],
];
