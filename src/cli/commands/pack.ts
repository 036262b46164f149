import type { Command } from "commander";
import type { RuleSet } from "../../core/model/rule.ts";
import { ExitCode } from "../exit-code.ts";
import { loadRules } from "../load-rules.ts";
import type { RunVerb, Shell } from "../shell.ts";
import { addOutputOption } from "../story-output.ts";
import { table } from "../text-layout.ts";
import { addNewPack } from "./new.ts";
import { addPackVersions } from "./pack-versions.ts";

interface PackOptions {
  readonly output?: "text" | "json";
}

/** Adds `pack list` and `pack digest`, which rules these are, and `pack init`, which is `new pack`. */
export function addPack(program: Command, run: RunVerb): void {
  const pack = program.command("pack").description("look at rule packs");
  const add = (name: string, description: string, text: (rules: RuleSet) => string): void => {
    const command = pack
      .command(name)
      .description(description)
      .argument("[path...]", "files and folders; the rules that ship if left out");
    addOutputOption(command, ["text", "json"], "form of the answer; text if left out").action(
      (paths: string[], options: PackOptions) =>
        run(async (shell) => print(await loadRules(paths, shell), { text, options, shell })),
    );
  };
  add("list", "print name, version, rules and digest of each pack", asTable);
  add("digest", "print the digest of a pack, or of several together", digestOf);
  addNewPack(pack.command("init"), run);
  addPackVersions(pack, run);
}

async function print(
  rules: RuleSet,
  { text, options, shell }: { text: (rules: RuleSet) => string; options: PackOptions; shell: Shell },
): Promise<ExitCode> {
  const plain = {
    digest: digestOf(rules).trim(),
    packs: rules.packs.map((pack) => ({ ...pack, rules: pack.rules.map(({ id }) => id) })),
  };
  const asJson = (): string => `${JSON.stringify(plain, undefined, 2)}\n`;
  await shell.stdout.write(options.output === "json" ? asJson() : text(rules));
  return ExitCode.ok;
}

function asTable({ packs }: RuleSet): string {
  const rows = packs.map(({ name, version, rules, digest, file }) => [name, version, `${rules.length}`, digest, file]);
  return table([["PACK", "VERSION", "RULES", "DIGEST", "FILE"], ...rows]);
}

function digestOf({ packs, digest }: RuleSet): string {
  const [only] = packs;
  return `${only !== undefined && packs.length === 1 ? only.digest : digest}\n`;
}
