// Puts the image that every sandbox runs where containerd looks for it: push-pause.ts PORT_BASE
import { pause } from "./images.ts";
import { places } from "./places.ts";
import { push } from "./push.ts";

await push(pause(), { registry: places(Number(process.argv[2])).open, repository: "pause", tag: "1" });
