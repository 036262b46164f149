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

const SECRETS = /\/(password|token|secret)$/;

/** A field with what it refers to; what stands beside the reference says more. */
function followed(field: Schema, schema: Schema): Schema {
  const { $ref } = field as { readonly $ref?: string };
  if ($ref === undefined) return field;
  const defs = ($ref.startsWith("#") ? schema : schemaOf("rulepack"))["$defs"] as Record<string, Schema>;
  return { ...defs[$ref.slice($ref.lastIndexOf("/") + 1)], ...field };
}

/** Whether a field takes texts or numbers, or lists of them, that its schema does not list. */
function isOpen(field: Schema): boolean {
  const { type, items } = field as { readonly type?: string | readonly string[]; readonly items?: Schema };
  const types = [type ?? []].flat();
  if ("enum" in field || "const" in field || types.includes("boolean")) return false;
  const isOfMaps = items?.["$ref"] !== undefined || items?.["type"] === "object";
  return types.some((one) => one !== "object" && !(one === "array" && isOfMaps));
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
  const fields = [...propertiesOf(schema)].map(([way, one]) => [way, followed(one, schema)] as const);
  test("describes every field", () => {
    expect(fields.flatMap(([way, { description }]) => (description === undefined ? way : []))).toEqual([]);
  });
  test("gives an example for every field whose values are not told by its shape, but for secrets", () => {
    const bare = fields.filter(([way, one]) => one["examples"] === undefined && isOpen(one) && !SECRETS.test(way));
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
