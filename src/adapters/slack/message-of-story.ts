import type { EntityRef } from "../../core/model/event.ts";
import type { Story, StoryChange } from "../../core/model/story.ts";

/** A message's text in Slack's own markup; longer ones are cut by Slack at 40,000. */
const TEXT_MAX = 3_000;
const STATUS_WORDS = { open: "Open", resolved: "Resolved", reopened: "Open again", retracted: "Retracted" } as const;

/** The one message of a story, as it stands now. */
export function messageOfStory(story: Story): string {
  const { rootCause, impact, actions, runbook, rule, confidence } = story;
  const ended = story.status === "resolved" || story.status === "retracted";
  const summary = `*${escaped(story.summary)}*`;
  const status = `${STATUS_WORDS[story.status]}${story.statusReason === undefined ? "" : `: ${story.statusReason}`}`;
  const lines = [
    `[${story.severity}] ${ended ? `~${summary}~` : summary}`,
    ...(story.detail === undefined ? [] : [escaped(story.detail)]),
    `Root cause: ${escaped(rootCause.statement)}`,
    ...(impact.length === 0 ? [] : [`Impact: ${escaped(impact.map(nameOf).join(", "))}`]),
    ...actions.map((action) => `• ${escaped(action)}`),
    ...(runbook === undefined ? [] : [`Runbook: ${escaped(runbook)}`]),
    `_${escaped(`${status} · ${rule.pack}/${rule.id} · confidence ${confidence} · ${story.id} revision ${story.revision}`)}_`,
  ];
  return cut(lines.join("\n"));
}

/** What a change brings that is worth a word in the message's thread; `undefined` if nothing. */
export function wordOnChange({ kind, story }: StoryChange, before: Story | undefined): string | undefined {
  const words: string[] = [];
  if (kind === "resolved" || kind === "reopened" || kind === "retracted") {
    words.push(`${STATUS_WORDS[story.status]}${story.statusReason === undefined ? "" : `: ${story.statusReason}`}`);
  }
  if (before !== undefined) {
    if (before.severity !== story.severity) words.push(`Severity: ${before.severity} → ${story.severity}`);
    if (before.summary !== story.summary) words.push(`Now: ${story.summary}`);
    if (before.rootCause.statement !== story.rootCause.statement) {
      words.push(`Root cause now: ${story.rootCause.statement}`);
    }
  }
  return words.length === 0 ? undefined : cut(escaped(words.join("\n")));
}

function nameOf({ kind, namespace, name }: EntityRef): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Nothing that an event says may become a link or a mention. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1).replace(/&[a-z]{0,3}$/, "")}…`;
}
