import type { Channel, Person } from "./page/protocol.ts";
import type { DoubleChannel, DoubleUser } from "./slack/types.ts";

/** Who one can be, and where. The first channel is where the page begins. */
export const people: readonly Person[] = [
  { id: "U0DANA", name: "Dana Reyes", role: "developer" },
  { id: "U0ARUN", name: "Arun Mehta", role: "approver" },
];

export const workspaceName = "Harbor Lane";

const places = [
  {
    id: "C0OPS",
    name: "ops",
    topic: "Rollouts, images that do not arrive, and re-pulls to approve",
    botIsMember: true,
  },
  {
    id: "C0SHOP",
    name: "team-shop",
    topic: "imagepull is no member here: its commands work all the same",
    botIsMember: false,
  },
] as const;

export const users: readonly DoubleUser[] = people.map(({ id, name }) => ({
  id,
  name: (name.split(" ")[0] ?? name).toLowerCase(),
  real_name: name,
}));

const members = people.map(({ id }) => id);
export const doubleChannels: readonly DoubleChannel[] = places.map(({ id, name, botIsMember }) => ({
  id,
  name,
  members,
  botIsMember,
}));
export const channels: readonly Channel[] = places.map(({ id, name, topic, botIsMember }) => ({
  id,
  name,
  topic,
  members: members.length + (botIsMember ? 1 : 0),
}));
export const firstChannel = places[0].id;
