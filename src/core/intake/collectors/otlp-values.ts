import { formatTime } from "../../model/time.ts";
import { asList, asObject, asText, type JsonObject, objectsOf } from "../json.ts";
import type { WrittenTime } from "../kubernetes-object.ts";

/** Attributes of OTLP as plain fields; what is neither text, number nor truth is passed over. */
export type Fields = Readonly<Record<string, string | number | boolean>>;

const FIELDS_MAX = 60;

/** Reads a list of OTLP's keys and values. */
export function fieldsOf(attributes: unknown): Fields {
  const fields: Record<string, string | number | boolean> = {};
  for (const { key, value } of objectsOf(attributes).slice(0, FIELDS_MAX)) {
    const scalar = scalarOf(asObject(value));
    if (typeof key === "string" && scalar !== undefined) fields[key] = scalar;
  }
  return fields;
}

function scalarOf(value: JsonObject | undefined): string | number | boolean | undefined {
  if (value === undefined) return undefined;
  if (typeof value["stringValue"] === "string") return value["stringValue"];
  if (typeof value["boolValue"] === "boolean") return value["boolValue"];
  const number = value["intValue"] ?? value["doubleValue"];
  if (typeof number === "number") return number;
  if (typeof number === "string" && number !== "" && Number.isFinite(Number(number))) return Number(number);
  const list = asList(asObject(value["arrayValue"])?.["values"]).flatMap((one) => scalarOf(asObject(one)) ?? []);
  return list.length === 0 ? undefined : list.join(",");
}

/** A body: its text, or its fields as `name=value`. */
export function bodyOf(body: unknown): string | undefined {
  const value = asObject(body);
  const scalar = scalarOf(value);
  if (scalar !== undefined) return String(scalar);
  const fields = fieldsOf(asObject(value?.["kvlistValue"])?.["values"]);
  const said = fields["message"] ?? fields["msg"];
  if (said !== undefined) return String(said);
  const pairs = Object.entries(fields).map(([name, one]) => `${name}=${one}`);
  return pairs.length === 0 ? undefined : pairs.join(" ");
}

/** Nanoseconds since 1970, as OTLP writes them: in a text, since they outgrow a number. */
export function nanoTime(...candidates: readonly unknown[]): WrittenTime | undefined {
  for (const candidate of candidates) {
    const text = typeof candidate === "number" ? String(Math.round(candidate)) : asText(candidate);
    if (text === undefined || !/^\d{13,20}$/.test(text) || /^0+$/.test(text)) continue;
    const ms = Number(text.slice(0, -6));
    if (Number.isFinite(ms) && ms < 8.64e15) return { text: formatTime(ms), ms, precisionMs: 1 };
  }
  return undefined;
}
