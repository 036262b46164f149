import { isRecord } from "../core/expression/read-path.ts";
import type { Answer } from "../core/testing/answer.ts";
import { askEngine, engineUrl, READ_BACK_TIMEOUT_MS } from "./engine-url.ts";
import { CommandError } from "./failure.ts";
import { checkStoryId } from "./find-story.ts";
import type { Shell } from "./shell.ts";

/** What to ask a running engine. */
export interface LiveQuestion {
  readonly url: string;
  readonly rule?: string | undefined;
  readonly trace?: string | undefined;
  readonly since?: string | undefined;
  /** Ids of stories. */
  readonly stories: readonly string[];
}

/** What a running engine answers, as if its log were a file; and why that was not all. */
export async function explainLive(
  { url, rule, trace, since, stories }: LiveQuestion,
  { signal }: Shell,
): Promise<{ readonly answer: Answer; readonly incomplete: string | undefined }> {
  for (const id of stories) checkStoryId("explain", id);
  if ((rule === undefined) === (stories.length === 0))
    throw new CommandError("explain: of a running engine ask for stories by their ids, or for a --rule");
  const base = engineUrl("explain", url);
  const asked = new URLSearchParams({ rule: rule ?? "" });
  if (trace !== undefined) asked.set("trace", trace);
  if (since !== undefined) asked.set("since", since);
  const paths =
    rule === undefined ? stories.map((id) => `api/v1/stories/${id}/explanation`) : [`api/v1/explain?${asked}`];
  const answers: EngineAnswer[] = [];
  for (const path of paths) {
    const given = await askEngine("explain", base, path, { signal, timeoutMs: READ_BACK_TIMEOUT_MS });
    if (!isAnswer(given)) throw new CommandError(`explain: what answers at ${base.origin} is not tapio; use --url`);
    answers.push(given);
  }
  return {
    answer: { stories: answers.flatMap((each) => each.stories), rules: answers.flatMap((each) => each.rules) },
    incomplete: answers.find((each) => each.incomplete !== undefined)?.incomplete,
  };
}

type EngineAnswer = Answer & { readonly incomplete?: string };

function isAnswer(given: unknown): given is EngineAnswer {
  return isRecord(given) && Array.isArray(given["stories"]) && Array.isArray(given["rules"]);
}
