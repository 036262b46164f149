import { expect, test } from "vitest";
import { tapio } from "./in-process.ts";
import { SEED_LINES } from "./seed-lines.ts";

const ESCAPE = "\u001b[";

test.for([
  { name: "a terminal", argv: [], terminal: true, env: {}, colour: true },
  { name: "a pipe", argv: [], terminal: false, env: {}, colour: false },
  { name: "NO_COLOR on a terminal", argv: [], terminal: true, env: { NO_COLOR: "1" }, colour: false },
  { name: "an empty NO_COLOR on a terminal", argv: [], terminal: true, env: { NO_COLOR: "" }, colour: true },
  { name: "FORCE_COLOR in a pipe", argv: [], terminal: false, env: { FORCE_COLOR: "1" }, colour: true },
  { name: "FORCE_COLOR=0 on a terminal", argv: [], terminal: true, env: { FORCE_COLOR: "0" }, colour: false },
  { name: "a dumb terminal", argv: [], terminal: true, env: { TERM: "dumb" }, colour: false },
  {
    name: "--color always and NO_COLOR",
    argv: ["--color", "always"],
    terminal: false,
    env: { NO_COLOR: "1" },
    colour: true,
  },
  {
    name: "--color never and FORCE_COLOR",
    argv: ["--color", "never"],
    terminal: true,
    env: { FORCE_COLOR: "1" },
    colour: false,
  },
])("$name: colour $colour", async ({ argv, terminal, env, colour }) => {
  const { out } = await tapio(["eval", "-o", "text", ...argv], { stdin: SEED_LINES, terminal, env });
  expect(out.includes(ESCAPE)).toBe(colour);
  expect(out).toContain("CRITICAL");
});
