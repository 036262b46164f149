import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { SEVERITIES } from "../../../src/core/model/event.ts";
import { CATEGORIES, OPERATORS, ROLES } from "../../../src/core/model/rule.ts";
import { SETTINGS } from "../../../src/service/config-keys.ts";

const names = ["event", "rulepack", "ruletest", "story", "config", "ruleoverlay"] as const;
type Schema = { readonly [key: string]: unknown };

function schemaOf(name: string): Schema {
  return JSON.parse(readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), "utf8")) as Schema;
}

/** A strict checker that knows the schema to which the one of overlays refers. */
function checker(name: string): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  return name === "ruleoverlay" ? ajv.addSchema(schemaOf("rulepack")) : ajv;
}

/** Every property schema of a schema, with the way to it. */
function* propertiesOf(node: unknown, way = ""): Generator<readonly [way: string, schema: Schema]> {
  if (Array.isArray(node)) for (const [at, child] of node.entries()) yield* propertiesOf(child, `${way}/${at}`);
  else if (typeof node === "object" && node !== null) {
    for (const [key, child] of Object.entries(node)) {
      if (key === "examples" || key === "enum") continue;
      if (key === "properties")
        for (const [name, schema] of Object.entries(child as Record<string, Schema>)) yield [`${way}/${name}`, schema];
      yield* propertiesOf(child, `${way}/${key}`);
    }
  }
}

test("the configuration's schema has the settings that there are", () => {
  const keys = (schema: Schema): string[] =>
    Object.entries((schema["properties"] ?? {}) as Record<string, Schema>).flatMap(([name, one]) =>
      one["properties"] === undefined ? [name] : keys(one).map((inner) => `${name}.${inner}`),
    );
  expect(keys(schemaOf("config")).sort()).toEqual(Object.keys(SETTINGS).sort());
});

describe.for(names)("%s.schema.json", (name) => {
  const schema = schemaOf(name);
  test("compiles strictly", () => {
    expect(() => checker(name).compile(schema)).not.toThrow();
  });
  test("describes every field", () => {
    const bare = [...propertiesOf(schema)].filter(
      ([, { description, $ref }]) => description === undefined && $ref === undefined,
    );
    expect(bare.map(([way]) => way)).toEqual([]);
  });
  test("its examples are valid", () => {
    const ajv = checker(name).addSchema(schema, "schema");
    for (const [way, { examples, ...rest }] of propertiesOf(schema)) {
      const validate = ajv.compile({
        $id: `https://tapio.dev/schemas/v1/${name}${way.replaceAll("/", ".")}`,
        ...rest,
        $defs: schema["$defs"] ?? {},
      });
      for (const example of (examples ?? []) as unknown[])
        expect(validate(example), `${way}: ${JSON.stringify(validate.errors)}`).toBe(true);
    }
  });
});

test("the closed lists of the schemas are those of the model", () => {
  const { rule, step, condition, fieldTest } = schemaOf("rulepack")["$defs"] as Record<
    string,
    { properties: Record<string, { enum?: unknown }> }
  >;
  expect(rule?.properties["category"]?.enum).toEqual(CATEGORIES);
  expect(rule?.properties["severity"]?.enum).toEqual(SEVERITIES);
  expect(step?.properties["role"]?.enum).toEqual(ROLES);
  expect(condition?.properties["operator"]?.enum).toEqual(OPERATORS);
  expect(Object.keys(fieldTest?.properties ?? {})).toEqual(OPERATORS);
});
