import { describe, expect, test } from "vitest";
import { type Sink, SinkError } from "../../src/ports/sink.ts";
import { changeOf } from "../support/story-kit.ts";

/** A sink, a look at what it holds, and ways to disturb it. */
export interface OpenedSink extends AsyncDisposable {
  readonly sink: Sink;
  /** `id-revision` of everything held, in the order in which it came. */
  held(): Promise<readonly string[]>;
  /** Makes the world refuse for a while, where it can; called with `false` it takes again. */
  disturb?(away: boolean): Promise<void>;
}

export interface SinkTraits {
  /** Shows the last revision of a story only. */
  readonly lastOnly?: boolean;
}

/** What every {@link Sink} owes the service. Each adapter's test calls this once. */
export function describeSink(
  name: string,
  open: () => Promise<OpenedSink>,
  { lastOnly = false }: SinkTraits = {},
): void {
  /** What is held of these, if the sink shows only the last revisions. */
  const shown = (...all: readonly string[]): string[] => {
    const last = new Map(all.map((one) => [one.slice(0, one.lastIndexOf("-")), one]));
    return (lastOnly ? [...last.values()] : [...all]).sort();
  };
  const heldBy = async (opened: OpenedSink): Promise<string[]> => [...(await opened.held())].sort();

  describe(`${name} is a Sink`, () => {
    test("holds what it is given, the revisions of a story in order", async () => {
      await using opened = await open();
      await opened.sink.deliver([changeOf("st_a"), changeOf("st_b"), changeOf("st_a", 2)]);
      await opened.sink.deliver([changeOf("st_a", 3, "resolved")]);
      expect(await heldBy(opened)).toEqual(shown("st_a-1", "st_a-2", "st_a-3", "st_b-1"));
      const ofA = (await opened.held()).filter((one) => one.startsWith("st_a"));
      expect(ofA).toEqual(lastOnly ? ["st_a-3"] : ["st_a-1", "st_a-2", "st_a-3"]);
    });

    test("takes the same change again, and holds it once", async () => {
      await using opened = await open();
      const changes = [changeOf("st_a"), changeOf("st_a", 2), changeOf("st_b")];
      await opened.sink.deliver(changes);
      await opened.sink.deliver(changes);
      await opened.sink.deliver([changeOf("st_a", 2), changeOf("st_a", 2), changeOf("st_c"), changeOf("st_c")]);
      expect(await heldBy(opened)).toEqual(shown("st_a-1", "st_a-2", "st_b-1", "st_c-1"));
    });

    test("takes nothing, and many at once", async () => {
      await using opened = await open();
      await opened.sink.deliver([]);
      const ids = Array.from({ length: 150 }, (_, at) => `st_${String(at).padStart(3, "0")}`);
      await opened.sink.deliver(ids.map((id) => changeOf(id)));
      expect(await heldBy(opened)).toEqual(ids.map((id) => `${id}-1`));
    });

    test("has a name for people", async () => {
      await using opened = await open();
      expect(opened.sink.name).toMatch(/^\S{1,100}$/);
    });

    test("throws a SinkError while its world refuses, and takes the same changes later, once", async (context) => {
      await using opened = await open();
      if (opened.disturb === undefined) return context.skip();
      const changes = [changeOf("st_a"), changeOf("st_b"), changeOf("st_a", 2)];
      await opened.sink.deliver(changes.slice(0, 1));
      await opened.disturb(true);
      const failure: unknown = await opened.sink.deliver(changes).catch((cause: unknown) => cause);
      expect(failure).toBeInstanceOf(SinkError);
      expect(failure).toMatchObject({ retryable: true });
      await opened.disturb(false);
      await opened.sink.deliver(changes);
      expect(await heldBy(opened)).toEqual(shown("st_a-1", "st_a-2", "st_b-1"));
    });
  });
}
