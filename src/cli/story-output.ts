import { type Command, Option } from "commander";
import { stringify } from "yaml";
import type { Story } from "../core/model/story.ts";
import type { Output } from "./output.ts";
import { renderStory } from "./story-text.ts";

/** The forms in which data is printed. */
export const OUTPUT_FORMS = ["text", "json", "ndjson", "yaml"] as const;
export type OutputForm = (typeof OUTPUT_FORMS)[number];

/** Adds `-o` with the forms that a command has. */
export function addOutputOption(command: Command, forms: readonly OutputForm[], description: string): Command {
  return command.addOption(new Option("-o, --output <form>", description).choices(forms));
}

/** What people read on a terminal, and programs in a pipe. */
export function formFor(output: Output, wanted: OutputForm | undefined): OutputForm {
  return wanted ?? (output.isTerminal ? "text" : "ndjson");
}

/** Prints stories: as text with a blank line between, one per line, or as one list. */
export async function writeStories(stories: readonly Story[], form: OutputForm, output: Output): Promise<void> {
  if (form === "json") return output.write(`${JSON.stringify(stories, undefined, 2)}\n`);
  if (form === "yaml") return output.write(stringify(stories, { lineWidth: 0, aliasDuplicateObjects: false }));
  for (const [at, story] of stories.entries()) {
    const text = form === "ndjson" ? `${JSON.stringify(story)}\n` : renderStory(story, output);
    await output.write(form === "text" && 0 < at ? `\n${text}` : text);
  }
}
