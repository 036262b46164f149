import { stringify } from "yaml";

const LINE_COLUMNS = 120;

/** A value in YAML's flow style, as rule tests are written. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object" || value === null)
    return stringify([value], { collectionStyle: "flow", lineWidth: 0 }).trim().slice(1, -1).trim();
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  if (fields.length === 0) return "{}";
  return `{ ${fields.map(([key, each]) => `${flow(key)}: ${flow(each)}`).join(", ")} }`;
}

/** An item of a list: on one line, or a field a line where that has no room. */
export function listItem(fields: Readonly<Record<string, unknown>>, indent: string): string {
  const line = `${indent}- ${flow(fields)}`;
  if (line.length <= LINE_COLUMNS) return line;
  const lines = Object.entries(fields).map(([field, value]) => `${flow(field)}: ${flow(value)}`);
  return `${indent}- ${lines.join(`\n${indent}  `)}`;
}
