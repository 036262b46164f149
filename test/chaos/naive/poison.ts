import type { EventDecoder } from "../../../src/service/log-decoder.ts";
import type { StoryEngine } from "../../../src/service/pipeline.ts";

const POISON = "x.poison";

/** Ends the process at a poisoned event as running out of memory does: nobody gets to say anything. */
export function abortAtPoison(decoder: EventDecoder): EventDecoder {
  return {
    decodeText(text, hints) {
      if (text.includes(POISON)) process.abort();
      return decoder.decodeText(text, hints);
    },
  };
}

/** Fails at a poisoned event, as a fault in the engine does. */
export function throwAtPoison(engine: StoryEngine): StoryEngine {
  return {
    accept(event, at) {
      if (event.type === POISON) throw new RangeError("no such window");
      return engine.accept(event, at);
    },
    advance: (logTimeMs) => engine.advance(logTimeMs),
    end: () => engine.end(),
    take: () => engine.take(),
    snapshot: (position, ledger) => engine.snapshot(position, ledger),
    restore: (snapshot) => engine.restore(snapshot),
    endRestore: () => engine.endRestore(),
    noteGap: (gap) => engine.noteGap(gap),
  };
}
