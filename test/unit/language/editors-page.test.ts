import { readFileSync } from "node:fs";
import { Script } from "node:vm";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { readSchema, schemaNames } from "../../../src/cli/shipped.ts";

const PAGE = readFileSync(new URL("../../../docs/editors.md", import.meta.url), "utf8");

function blocksOf(kind: string): readonly string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);
}

test("what docs/editors.md tells people to write can be read by what reads it", () => {
  const json = blocksOf("json");
  expect(json).toHaveLength(2);
  for (const text of json) expect(() => JSON.parse(text) as unknown).not.toThrow();
  const [extension = ""] = blocksOf("js");
  expect(() => new Script(`(require, exports) => { ${extension} }`)).not.toThrow();
});

test("it names the schemas that there are, by the verb that prints them", async () => {
  const named = [...PAGE.matchAll(/^tapio schema (\w+) > schemas\/(\w+)\.schema\.json$/gm)];
  expect(named).toHaveLength(4);
  const names = await schemaNames();
  for (const [, name = "", file] of named) {
    expect(names).toContain(name);
    expect(file).toBe(name);
  }
});

// An editor has the one file: a schema that leads to another one would be half a schema, or ask the network.
test("each schema stands alone as it is printed", async () => {
  for (const name of await schemaNames()) {
    const schema = JSON.parse(await readSchema(name)) as object;
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    expect(() => ajv.compile(schema), name).not.toThrow();
  }
});
