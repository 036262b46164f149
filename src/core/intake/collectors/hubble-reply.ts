import { asObject, type JsonObject } from "../json.ts";

/**
 * An answer with its ends as its question had them: Hubble's source of an answer is who answers, and what is told
 * of a flow is told of who asked.
 */
export function asAsked(flow: JsonObject): JsonObject {
  const { source_names, source_service, destination_names, destination_service } = flow;
  return {
    ...flow,
    source: flow["destination"],
    destination: flow["source"],
    source_names: destination_names,
    destination_names: source_names,
    source_service: destination_service,
    destination_service: source_service,
    IP: exchanged(asObject(flow["IP"]), "source", "destination"),
    l4: Object.fromEntries(
      Object.entries(asObject(flow["l4"]) ?? {}).map(([protocol, body]) => [
        protocol,
        exchanged(asObject(body), "source_port", "destination_port"),
      ]),
    ),
  };
}

function exchanged(object: JsonObject | undefined, one: string, other: string): JsonObject {
  return { ...object, [one]: object?.[other], [other]: object?.[one] };
}
