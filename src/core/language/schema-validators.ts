import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import ruleoverlaySchema from "../../../schemas/ruleoverlay.schema.json" with { type: "json" };
import rulepackSchema from "../../../schemas/rulepack.schema.json" with { type: "json" };
import ruletestSchema from "../../../schemas/ruletest.schema.json" with { type: "json" };

/** Everything that a schema finds wrong with some data; empty where nothing is. */
export type SchemaCheck = (data: unknown) => readonly ErrorObject[];

/** Checks the shape of a rule pack. */
export const checkRulePack: SchemaCheck = lazily(rulepackSchema);

/** Checks the shape of a rule overlay. */
export const checkRuleOverlay: SchemaCheck = lazily(ruleoverlaySchema, rulepackSchema);

/** Checks the shape of a rule test. */
export const checkRuleTest: SchemaCheck = lazily(ruletestSchema);

const { rule, step, absence } = rulepackSchema.$defs;

/** The fields of rules, steps and absences. */
export const RULE_FIELDS: ReadonlySet<string> = new Set(
  [rule, step, absence].flatMap(({ properties }) => Object.keys(properties)),
);

/**
 * That the schemas are schemas is a matter of our tests, and what ajv makes of one is run a few times:
 * to look it over, and to make it shorter, would take longer than it saves.
 */
const OPTIONS: Options = {
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  verbose: true,
  meta: false,
  validateSchema: false,
  code: { optimize: false },
};

/** Compiles a schema, and those it refers to, when it is first needed, and once. */
function lazily(schema: object, ...others: readonly object[]): SchemaCheck {
  let validate: ValidateFunction | undefined;
  return (data) => {
    validate ??= new Ajv2020(OPTIONS).addSchema([...others]).compile(schema);
    return validate(data) ? [] : (validate.errors ?? []);
  };
}
