import type { KnownBlock } from "@slack/types";
import type { Candidate } from "../../core.ts";
import { actions, button, context, type Message, section, select, textMessage } from "./message.ts";
import { actLines, type Acts } from "./rights.ts";
import { bullets, codeBlock, codeSpan, cutMiddle, prose, proseWithin } from "./mrkdwn.ts";

/** Action ids of the buttons and the menu that diagnose what they name. */
export const diagnoseAction = (index: number): string => `diagnose:${index}`;
export const chooseAction = "choose";

const maxButtons = 5;
const maxButtonValue = 2_000;

function menu(texts: readonly string[], placeholder: string): readonly KnownBlock[] {
  const chosen = select(placeholder, chooseAction, texts);
  if (chosen === null) return [];
  return [
    actions([chosen.element]),
    ...(chosen.left > 0 ? [context(`… and ${chosen.left} more: name one in full, or add \`-n NAMESPACE\`.`)] : []),
  ];
}

/** The name fits several objects: a menu of them. */
export function renderChoice(sentence: string, candidates: readonly Candidate[]): Message {
  const texts = candidates.map(({ text }) => text);
  const list = bullets(
    texts.map((text) => codeSpan(text, 300)),
    { most: 20, max: 2_000 },
  );
  const heading = proseWithin(sentence, 2_900);
  return { text: heading, blocks: [section(heading), ...menu(texts, "Which one?")], plain: `${heading}\n${list}` };
}

/** The name fits nothing: the nearest ones, to press. */
export function renderNotFound(sentence: string, nearest: readonly Candidate[]): Message {
  const texts = nearest.map(({ text }) => text).filter((text) => text !== "" && text.length <= maxButtonValue);
  const heading = proseWithin(sentence, 2_900);
  const list = bullets(
    texts.map((text) => codeSpan(text, 300)),
    { most: 20, max: 2_000 },
  );
  const choices =
    texts.length > maxButtons
      ? menu(texts, "Did you mean …")
      : texts.length === 0
        ? []
        : [actions(texts.map((text, index) => button(text, diagnoseAction(index), text)))];
  return {
    text: heading,
    blocks: [section(heading), ...choices],
    plain: texts.length === 0 ? heading : `${heading}\n${list}`,
  };
}

export interface HelpLook {
  /** `/imagepull`, or `@imagepull` in a thread. */
  readonly call: string;
}

const examples = [
  "diagnose web",
  "diagnose shop/web-7d4f9c-x2k8p",
  "diagnose deploy/web -n shop",
  "diagnose -l app=web -n shop",
  'explain Failed to pull image "nginx:1.99": … not found',
  "repull deploy/web -n shop",
  "requests -n shop",
  "whoami -n shop",
];

/** What can be asked, with examples to copy. */
export const renderHelp = ({ call }: HelpLook, before = ""): Message =>
  textMessage(
    [
      ...(before === "" ? [] : [before, ""]),
      `*imagepull* says why an image does not arrive, and what to do.`,
      `• \`${call} diagnose TARGET\` looks at a pod, or at \`deploy/…\`, \`sts/…\`, \`ds/…\`, \`job/…\`, \`cronjob/…\`, \`NAMESPACE/NAME\`, \`-l app=web\``,
      `• \`${call} explain MESSAGE\` names the cause of a pull error that you paste, by its words alone`,
      `• \`${call} repull TARGET\` asks for a re-pull: it shows what would be done, and others approve it`,
      `• \`${call} requests\` lists what is asked for; \`requests show|approve|deny|cancel NAME\` looks at one, or decides it`,
      `• \`${call} whoami\` says who you are to imagepull and what you may do, with \`-n NAMESPACE\` there`,
      `• \`${call} help\` shows this`,
      `Try:\n\`\`\`\n${examples.map((example) => `${call} ${example}`).join("\n")}\n\`\`\``,
      "The command answers you alone, with a button to share. In a thread, mention `@imagepull diagnose …`: everybody there sees the answer. A message that has a pull error in it is explained from its own menu: _Explain this pull error_. What is not asked for and approved changes nothing.",
    ].join("\n"),
  );

const diagnoseButton = (target: string): readonly KnownBlock[] =>
  target.length > maxButtonValue ? [] : [actions([button(`Diagnose ${target}`, diagnoseAction(0), target)])];

/** A word that is no verb, with the nearest one and, where it looks like a target, a button for that. */
export function renderUnknownVerb(call: string, said: string, verb: string | null, target: string | null): Message {
  const meant = [
    verb === null ? null : `\`${call} ${verb}\``,
    target === null ? null : `\`${call} diagnose ${prose(cutMiddle(target, 200))}\``,
  ].filter((text) => text !== null);
  const can = "`diagnose`, `explain`, `repull`, `requests`, `whoami` and `help`";
  const text = `${codeSpan(said, 100)} is nothing that imagepull can do. ${meant.length === 0 ? `It can ${can}: type for instance \`${call} diagnose NAMESPACE/POD\`.` : `Did you mean ${meant.join(" or ")}? It can ${can}.`}`;
  return textMessage(text, ...(target === null ? [] : diagnoseButton(target)));
}

/** What is wrong with what was typed, and, where it can be told, a button for what may have been meant. */
export function renderMistyped(call: string, sentence: string, target: string | null): Message {
  const meant = target === null ? "" : ` Did you mean \`${call} diagnose ${prose(cutMiddle(target, 200))}\`?`;
  return textMessage(
    `${proseWithin(sentence, 2_000)}${meant}\n\`${call} help\` shows what can be asked.`,
    ...(target === null ? [] : diagnoseButton(target)),
  );
}

/** What Kubernetes lets a person see, where it decides. */
export interface Sight {
  readonly everywhere: boolean;
  /** Where the channel looks first, and whether they may there. */
  readonly here: {
    readonly namespace: string;
    readonly may: { readonly ok: true } | { readonly ok: false; readonly sentence: string };
  } | null;
}

export interface Whoami {
  readonly team: string;
  readonly user: string;
  /** User groups that the person is in; null where they could not be read. */
  readonly groups: readonly { readonly id: string; readonly handle: string }[] | null;
  readonly why: string | null;
  /** null: Kubernetes is not asked, members see all. */
  readonly sight: Sight | null;
  /** What they may ask for and decide; null where it could not be asked. */
  readonly acts: Acts | null;
}

const mostGroups = 12;

/** Escaped, a name can be five times as long. */
const longestRow = 600;

/** A few names in a row, the rest counted. */
function row(names: readonly string[]): string {
  const shown: string[] = [];
  let length = 0;
  for (const name of names.slice(0, mostGroups)) {
    const span = codeSpan(name, 80);
    if (length + span.length > longestRow) break;
    shown.push(span);
    length += span.length + 2;
  }
  const left = names.length - shown.length;
  return [...shown, ...(left > 0 ? [`… and ${left} more`] : [])].join(", ");
}

/** Who a person is to the bot, in Kubernetes' words, and what they may do. */
export function renderWhoami({ team, user, groups, why, sight, acts }: Whoami): Message {
  const names = [`slack:${team}`, ...(groups ?? []).map(({ id }) => `slack:${team}:${id}`)];
  const handles =
    groups === null
      ? "could not be read (scope `usergroups:read`)"
      : groups.length === 0
        ? "none"
        : row(groups.map(({ handle }) => `@${handle}`));
  return textMessage(
    [
      `To imagepull you are the user ${codeSpan(`slack:${team}:${user}`, 160)}`,
      `• groups: ${row(names)}`,
      `• user groups in Slack: ${handles}`,
      `• look (\`diagnose\`): ${why === null ? mayLook(sight, `slack:${team}:${user}`) : `no. ${proseWithin(why, 400)}`}`,
      ...(why === null ? actLines(acts, `slack:${team}:${user}`) : ["• ask for re-pulls and decide them: no"]),
    ].join("\n"),
  );
}

function mayLook(sight: Sight | null, user: string): string {
  if (sight === null) return "yes, as a full member of this workspace";
  if (sight.everywhere) return "yes, in every namespace: Kubernetes lets you `get pods`";
  const { here } = sight;
  const said =
    here === null
      ? ""
      : ` In ${codeSpan(here.namespace, 80)}: ${here.may.ok ? "yes" : `no. ${proseWithin(here.may.sentence, 300)}`}`;
  const name = `imagepull-${user.split(":").at(-1)?.toLowerCase() ?? ""}`;
  const grant = `kubectl create rolebinding ${name} --clusterrole=view --user=${user} -n ${here?.may.ok === false ? here.namespace : "NAMESPACE"}`;
  return `in each namespace where Kubernetes lets this user, or one of these groups, \`get pods\`.${said}\nWho may grant it runs, with \`--group\` for a group:\n${codeBlock(grant, 900) ?? ""}`;
}
