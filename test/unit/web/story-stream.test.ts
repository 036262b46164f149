import { afterEach, expect, test, vi } from "vitest";
import { StoryBoard } from "../../../src/web/story-board.ts";
import { StoryStream, type StoryStreamOptions } from "../../../src/web/story-stream.ts";
import { changeOf } from "../../support/story-kit.ts";

afterEach(() => vi.useRealTimers());

interface Sent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: { readonly stories?: readonly { readonly id: string; readonly revision: number }[] };
}

/** Reads along, and keeps what comes. */
function listenerWith(waitingBytes = 0) {
  let text = "";
  let isDropped = false;
  return {
    waitingBytes,
    send: (more: string) => {
      text += more;
    },
    drop: () => {
      isDropped = true;
    },
    get isDropped() {
      return isDropped;
    },
    get sent(): Sent[] {
      return text.split("\n\n").flatMap((block) => {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
        const [event, data] = [field("event"), field("data")];
        return event === undefined || data === undefined ? [] : [{ event, id: field("id"), data: JSON.parse(data) }];
      });
    },
  };
}

const revisions = ({ data }: Sent): string[] => (data.stories ?? []).map(({ id, revision }) => `${id}-${revision}`);

async function streamOver(...ids: string[]) {
  const board = new StoryBoard();
  await board.deliver(ids.map((id) => changeOf(id)));
  const open = (more: Partial<StoryStreamOptions> = {}) =>
    new StoryStream({ board, state: () => ({ status: "ready" }), ...more });
  return { board, open };
}

test("everything at first, newest first, and then what changes, a few times a second at most", async () => {
  vi.useFakeTimers();
  const { board, open } = await streamOver("st_a", "st_b");
  const listener = listenerWith();
  const leave = open().join(listener);
  await board.deliver([changeOf("st_c"), changeOf("st_a", 2), changeOf("st_b", 1)]);
  await board.deliver([changeOf("st_a", 3)]);
  expect(listener.sent.at(-1)?.event).toBe("list");
  vi.advanceTimersByTime(200);
  const told = listener.sent.filter(({ event }) => event !== "state");
  expect(told.map((one) => [one.event, ...revisions(one)])).toEqual([
    ["list", "st_b-1", "st_a-1"],
    ["stories", "st_c-1", "st_a-3"],
  ]);
  await board.deliver([changeOf("st_d")]);
  leave();
  expect(vi.getTimerCount()).toBe(0);
  expect(listener.sent.at(-1)?.data.stories).toHaveLength(2);
});

test("who joins knows the board up to the same place as those before", async () => {
  vi.useFakeTimers();
  const { board, open } = await streamOver("st_a");
  const stream = open();
  const [first, second] = [listenerWith(), listenerWith()];
  const leaves = [stream.join(first)];
  await board.deliver([changeOf("st_b")]);
  leaves.push(stream.join(second));
  await board.deliver([changeOf("st_c")]);
  vi.advanceTimersByTime(200);
  const told = (listener: typeof first) => listener.sent.map(revisions).filter((some) => 0 < some.length);
  expect(told(first)).toEqual([["st_a-1"], ["st_b-1"], ["st_c-1"]]);
  expect(told(second)).toEqual([["st_b-1", "st_a-1"], ["st_c-1"]]);
  for (const leave of leaves) leave();
});

test("who comes back gets what changed meanwhile, or everything from another process", async () => {
  const { board, open } = await streamOver("st_a", "st_b");
  const stream = open();
  const before = listenerWith();
  stream.join(before)();
  const lastId = before.sent.at(-1)?.id;
  const back = (from: StoryStream, id: string | undefined) => {
    const listener = listenerWith();
    from.join(listener, id)();
    return listener.sent.filter(({ event }) => event !== "state").map((one) => [one.event, ...revisions(one)]);
  };
  expect(back(stream, lastId)).toEqual([]);
  await board.deliver([changeOf("st_a", 2)]);
  expect(back(stream, lastId)).toEqual([["stories", "st_a-2"]]);
  for (const [from, id] of [
    [open(), lastId],
    [stream, "nonsense"],
    [stream, `${lastId}x`],
  ] as const)
    expect(back(from, id)).toEqual([["list", "st_a-2", "st_b-1"]]);
});

test("the state comes at once and with every beat, while somebody listens", async () => {
  vi.useFakeTimers();
  const { open } = await streamOver();
  const stream = open({ beatEveryMs: 1_000 });
  const listener = listenerWith();
  const leave = stream.join(listener);
  vi.advanceTimersByTime(2_500);
  expect(listener.sent.filter(({ event }) => event === "state")).toHaveLength(3);
  leave();
  expect(vi.getTimerCount()).toBe(0);
});

test("who does not keep up is dropped, and others are not held up", async () => {
  vi.useFakeTimers();
  const { board, open } = await streamOver();
  const stream = open({ waitingBytesMax: 10 });
  const [slow, quick] = [listenerWith(11), listenerWith(10)];
  const leaves = [stream.join(slow), stream.join(quick)];
  await board.deliver([changeOf("st_a")]);
  vi.advanceTimersByTime(200);
  expect([slow.isDropped, quick.isDropped]).toEqual([true, false]);
  expect(quick.sent.map(({ event }) => event)).toContain("stories");
  for (const leave of leaves) leave();
});

test("only so many may listen", async () => {
  const { open } = await streamOver();
  const stream = open({ listenersMax: 1 });
  expect(stream.isFull).toBe(false);
  const leave = stream.join(listenerWith());
  expect(stream.isFull).toBe(true);
  leave();
  expect(stream.isFull).toBe(false);
});
