import { watchPacks } from "./file/watch-packs.ts";
import { onHangup } from "./system.ts";

/** When to load the rules anew. */
export interface ReloadTriggers {
  /** Files and folders of packs. */
  readonly paths: readonly string[];
  /** Whether to watch them; SIGHUP is heard in any case. */
  readonly watch: boolean;
  /** Loads the rules anew; never rejects. */
  readonly reload: () => Promise<unknown>;
  /** Hears why the packs cannot be watched any more. */
  readonly onTrouble: (message: string) => void;
}

/** Has the rules loaded anew at each SIGHUP and at each change of the packs, until disposed of. */
export function openReloadTriggers({ paths, watch, reload, onTrouble }: ReloadTriggers): AsyncDisposable {
  const stop = new AbortController();
  const hangup = onHangup(() => void reload());
  const watching = async (): Promise<void> => {
    for await (const _ of watchPacks({ paths, signal: stop.signal })) await reload();
  };
  const watched = !watch
    ? Promise.resolve()
    : watching().catch((cause: unknown) => onTrouble(`rules are not watched any more: ${String(cause)}; use SIGHUP`));
  return {
    async [Symbol.asyncDispose]() {
      hangup[Symbol.dispose]();
      stop.abort();
      await watched;
    },
  };
}
