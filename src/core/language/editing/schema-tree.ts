import eventSchema from "../../../../schemas/event.schema.json" with { type: "json" };
import ruleoverlaySchema from "../../../../schemas/ruleoverlay.schema.json" with { type: "json" };
import rulepackSchema from "../../../../schemas/rulepack.schema.json" with { type: "json" };
import ruletestSchema from "../../../../schemas/ruletest.schema.json" with { type: "json" };
import type { Place } from "../yaml-tree.ts";

/** What a rule file can be. */
export type RuleFileKind = "RulePack" | "RuleOverlay" | "RuleTest";

/** What a schema says of one value. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

const SCHEMAS: Readonly<Record<RuleFileKind | "event", SchemaNode>> = {
  RulePack: rulepackSchema,
  RuleOverlay: ruleoverlaySchema,
  RuleTest: ruletestSchema,
  event: eventSchema,
};

/** What the schema of a kind of file says of the value at a place; `undefined` where it says nothing. */
export function schemaAt(kind: RuleFileKind | "event", place: Place): SchemaNode | undefined {
  let at: Located | undefined = { node: SCHEMAS[kind], schema: SCHEMAS[kind] };
  for (const hop of place) at = at === undefined ? undefined : below(at, hop);
  return at?.node;
}

interface Located {
  readonly node: SchemaNode;
  /** The schema that its references lead into. */
  readonly schema: SchemaNode;
}

function below({ node, schema }: Located, hop: string | number): Located | undefined {
  const own = Object.hasOwn(node.properties ?? {}, hop) ? node.properties?.[hop] : undefined;
  const others = typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
  const next = typeof hop === "number" ? node.items : (own ?? others);
  return next === undefined ? undefined : resolve(next, schema);
}

/** Follows a reference; what stands beside it says more than what it leads to. */
function resolve(node: SchemaNode, schema: SchemaNode): Located {
  if (node.$ref === undefined) return { node, schema };
  const target = node.$ref.startsWith("#") ? schema : SCHEMAS.RulePack;
  const { $ref, ...beside } = node;
  const name = $ref.slice($ref.lastIndexOf("/") + 1);
  return { node: { ...target.$defs?.[name], ...beside }, schema: target };
}
