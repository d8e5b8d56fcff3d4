import { type JSX, render } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { Composer } from "./composer.tsx";
import { act, follow, lookUp } from "./connection.ts";
import { type Doing, PageContext, type PageContextValue } from "./context.ts";
import { Log } from "./log.tsx";
import { Modal } from "./modal.tsx";
import { Sidebar } from "./sidebar.tsx";
import type { Message, Snapshot } from "./wire.ts";

function useNow(): Date {
  const [now, setNow] = useState(new Date());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(new Date());
    }, 30_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}

/** The whole page: what the chosen person sees, followed live. */
function Page(): JSX.Element {
  const [person, setPerson] = useState("");
  const [snapshot, setSnapshot] = useState<Snapshot>();
  const [connected, setConnected] = useState(true);
  useEffect(() => follow(person, setSnapshot, setConnected), [person]);
  if (snapshot === undefined) return <p class="loading">Opening the channel…</p>;
  // Until the other person's picture is there, the last one stands; it says that it is about to change.
  const changing = person !== "" && person !== snapshot.you;
  return <Workspace snapshot={snapshot} connected={connected} changing={changing} onPerson={setPerson} />;
}

/** What every part of the page may ask for. */
function usePage(
  { you, people, bot, channels, shortcuts }: Snapshot,
  doing: PageContextValue["act"],
  compose: PageContextValue["compose"],
): PageContextValue {
  const now = useNow();
  return useMemo(() => {
    const names = new Map([...people, bot].map(({ id, name }) => [id, name]));
    return {
      now,
      nameOf: (id) => names.get(id),
      channelNameOf: (id) => channels.find((one) => one.id === id)?.name,
      shortcuts,
      compose,
      act: doing,
      lookUp: (asked) => lookUp({ ...asked, user: you }),
    };
  }, [now, people, bot, channels, shortcuts, compose, doing, you]);
}

interface WorkspaceProps {
  readonly snapshot: Snapshot;
  readonly connected: boolean;
  readonly changing: boolean;
  readonly onPerson: (id: string) => void;
}

function Workspace({ snapshot, connected, changing, onPerson }: WorkspaceProps): JSX.Element {
  const { you, bot, channels, views } = snapshot;
  const [chosen, setChannel] = useState<string>();
  const [text, setText] = useState("");
  const [thread, setThread] = useState<Message | null>(null);
  const [error, setError] = useState<string>();
  const [sent, setSent] = useState(0);
  const doing = useCallback(
    async (what: Doing): Promise<void> => {
      setError(await act({ ...what, user: you }));
    },
    [you],
  );
  const context = usePage(snapshot, doing, setText);
  const channel = channels.find(({ id }) => id === chosen) ?? channels[0];
  if (channel === undefined) return <p class="loading">There is no channel.</p>;
  const send = (): void => {
    if (text.trim() === "") return;
    setText("");
    setThread(null);
    setSent((count) => count + 1);
    void doing({ kind: "say", channel: channel.id, text, ...(thread === null ? {} : { thread: thread.ts }) });
  };
  const view = views.at(-1);
  return (
    <PageContext.Provider value={context}>
      <Sidebar snapshot={snapshot} channel={channel.id} onChannel={setChannel} onPerson={onPerson} />
      <main aria-busy={changing}>
        <ChannelHeader channel={channel} connected={connected} />
        <Log
          messages={snapshot.messages[channel.id] ?? []}
          botId={bot.id}
          onReply={setThread}
          channel={channel.id}
          sent={sent}
        />
        <Composer
          channel={channel.name}
          text={text}
          onText={setText}
          onSend={send}
          inThread={thread !== null}
          onLeaveThread={() => setThread(null)}
          error={error}
        />
      </main>
      {view === undefined ? null : <Modal key={view.id} view={view} />}
    </PageContext.Provider>
  );
}

interface ChannelHeaderProps {
  readonly channel: Snapshot["channels"][number];
  readonly connected: boolean;
}

function ChannelHeader({ channel, connected }: ChannelHeaderProps): JSX.Element {
  return (
    <>
      <header class="channel-header">
        <h1>
          <span aria-hidden="true">#</span> {channel.name}
        </h1>
        <p>{channel.topic}</p>
        <span class="members">{channel.members} members</span>
      </header>
      {connected ? null : (
        <p class="offline" role="status">
          The playground has stopped. Start it again with <code>npm start</code>.
        </p>
      )}
    </>
  );
}

// The token in the address has done its work: a cookie stands in for it from here on.
history.replaceState(null, "", "/");
const root = document.querySelector("#page");
if (root !== null) render(<Page />, root);
