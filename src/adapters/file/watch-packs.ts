import { type FSWatcher, watch } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { packFolders, packPrint } from "./pack-snapshot.ts";

export interface WatchOptions {
  /** Files and folders of packs; asked for anew at every look. */
  readonly paths: readonly string[] | (() => readonly string[]);
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** How often to look, whatever the system tells; 5 s by default. */
  readonly pollMs?: number | undefined;
  /** How long nothing may change before a change is told; 200 ms by default. */
  readonly quietMs?: number | undefined;
}

const POLL_MS = 5_000;
const QUIET_MS = 200;
/** Changes without a pause are told after so many times `quietMs` all the same. */
const PAUSES_MAX = 5;

/**
 * Yields when the packs have changed, and editors and mounts are done with it. What has changed is
 * seen by looking; the system's hints only make it look earlier, so a missed one costs `pollMs`.
 */
export async function* watchPacks(options: WatchOptions): AsyncGenerator<void> {
  const { signal, pollMs = POLL_MS, quietMs = QUIET_MS } = options;
  const paths = (): readonly string[] => (typeof options.paths === "function" ? options.paths() : options.paths);
  let seen = await packPrint(paths());
  using hints = new Hints();
  while (!signal.aborted) {
    hints.listen(await packFolders(paths()));
    await hints.next(pollMs, signal);
    let print = await packPrint(paths());
    if (print === seen) continue;
    for (let pause = 0; pause < PAUSES_MAX && !signal.aborted; pause++) {
      await delay(quietMs, undefined, { signal }).catch(() => undefined);
      const later = await packPrint(paths());
      const quiet = later === print;
      print = later;
      if (quiet) break;
    }
    if (signal.aborted) return;
    const changed = print !== seen;
    seen = print;
    if (changed) yield;
  }
}

/** The system's word that something may have happened in some folders. */
class Hints implements Disposable {
  readonly #watchers = new Map<string, FSWatcher>();
  #hint: AbortController = new AbortController();

  /** Listens to these folders, and to no others. A folder that cannot be listened to gives no hints. */
  listen(folders: readonly string[]): void {
    for (const [folder, watcher] of this.#watchers) if (!folders.includes(folder)) this.#close(folder, watcher);
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#hint.abort());
        watcher.on("error", () => this.#close(folder, watcher));
        this.#watchers.set(folder, watcher);
      } catch {
        // It may come back; until then the poll looks.
      }
    }
  }

  /** Resolves at the next hint, which may have come already, or after this long. */
  async next(longestMs: number, signal: AbortSignal): Promise<void> {
    await delay(longestMs, undefined, { signal: AbortSignal.any([signal, this.#hint.signal]) }).catch(() => undefined);
    this.#hint = new AbortController();
  }

  [Symbol.dispose](): void {
    for (const [folder, watcher] of this.#watchers) this.#close(folder, watcher);
  }

  #close(folder: string, watcher: FSWatcher): void {
    this.#watchers.delete(folder);
    watcher.close();
  }
}
