import { styleText } from "node:util";

/** When to colour what is printed. */
export const COLOR_CHOICES = ["auto", "always", "never"] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];

/** The colours used. Each one only repeats what a word beside it says. */
export type Colour = "red" | "yellow" | "green" | "cyan" | "bold" | "dim" | "magenta";

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** The painter for one stream: the flag first, then FORCE_COLOR and NO_COLOR, then whether it is a terminal. */
export function choosePaint(options: {
  readonly choice: ColorChoice;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}): Paint {
  return isColourful(options) ? (colour, text) => styleText(colour, text, { validateStream: false }) : plain;
}

/** The painter that leaves everything as it is. */
export const plain: Paint = (_colour, text) => text;

function isColourful({ choice, env, isTerminal }: Parameters<typeof choosePaint>[0]): boolean {
  if (choice !== "auto") return choice === "always";
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return isTerminal && env["TERM"] !== "dumb";
}
