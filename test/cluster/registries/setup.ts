// Says in words for the shell what it has to know of the registries: setup.ts PORT_BASE
import { account, loopbackNames, places, portOf } from "./places.ts";

const at = places(Number(process.argv[2]));
console.log(`loopback_names="${loopbackNames.join(" ")}"`);
console.log(`mirrored_host="${at.mirrored}" mirror_port=${portOf(at.mirror)}`);
console.log(`proxied_host="${at.proxied}" proxy_port=${portOf(at.proxy)}`);
console.log(`open_registry="${at.open}" basic_registry="${at.basic}" control="${at.control}"`);
console.log(`registry_user="${account.user}" registry_password="${account.password}"`);
