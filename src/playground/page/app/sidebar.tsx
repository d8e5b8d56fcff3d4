import type { JSX } from "preact";
import type { Snapshot } from "./wire.ts";

interface SidebarProps {
  readonly snapshot: Snapshot;
  readonly channel: string;
  readonly onChannel: (id: string) => void;
  readonly onPerson: (id: string) => void;
}

/** The workspace: its channels, who you are, and that all of it is simulated. */
export function Sidebar({ snapshot, channel, onChannel, onPerson }: SidebarProps): JSX.Element {
  return (
    <nav class="sidebar" aria-label="Workspace">
      <div class="workspace">{snapshot.workspace}</div>
      <div class="channels">
        <h2>Channels</h2>
        <ul>
          {snapshot.channels.map(({ id, name }) => (
            <li key={id}>
              <button
                type="button"
                aria-current={id === channel ? "page" : undefined}
                onClick={() => {
                  onChannel(id);
                }}
              >
                <span class="hash" aria-hidden="true">
                  #
                </span>
                {name}
              </button>
            </li>
          ))}
        </ul>
        <h2>Apps</h2>
        <p class="app">
          <span class="presence" aria-hidden="true" />
          {snapshot.bot.name}
        </p>
      </div>
      <div class="you">
        <label for="you">You are</label>
        <select
          id="you"
          value={snapshot.you}
          onChange={(event) => {
            onPerson(event.currentTarget.value);
          }}
        >
          {snapshot.people.map(({ id, name, role }) => (
            <option key={id} value={id}>
              {name}, {role}
            </option>
          ))}
        </select>
      </div>
      <p class="simulated">
        A simulated cluster. Its words were recorded on a real node: Kubernetes {snapshot.recorded.kubernetes},{" "}
        {snapshot.recorded.containerRuntime.replace("://", " ")}.
      </p>
    </nav>
  );
}
