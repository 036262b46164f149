import type { Decoded } from "../../model/event.ts";
import { foreignEvent, idOfParts } from "../foreign-event.ts";
import { asNumber, asObject, asText, at, type JsonObject, objectsOf, present, textsOf } from "../json.ts";
import { writtenTime } from "../kubernetes-object.ts";
import type { ObjectName } from "../ownership.ts";
import type { Reading } from "../reading.ts";

const PROCESS = /^process_([a-z0-9_]+)$/;

/** Whether a payload is an event of Tetragon. */
export function isTetragon(value: JsonObject): boolean {
  return whatOf(value) !== undefined;
}

function whatOf(value: JsonObject): string | undefined {
  for (const key in value) {
    const what = PROCESS.exec(key)?.[1];
    if (what !== undefined && asObject(at(value, key, "process")) !== undefined) return what;
  }
  return undefined;
}

/** Decodes what a process did: it began, ended, or made a call that is watched. */
export function decodeTetragon(value: JsonObject, reading: Reading): Decoded {
  const what = whatOf(value) ?? "unknown";
  const body = asObject(value[`process_${what}`]) ?? {};
  const process = asObject(body["process"]) ?? {};
  const parent = asObject(body["parent"]);
  const time = writtenTime(value["time"]) ?? writtenTime(process["start_time"]);
  if (time === undefined) return { outcome: "rejected", reason: "process event: time is no time" };
  const node = asText(value["node_name"])?.split("/").at(-1);
  const pod = asObject(process["pod"]);
  const about = podOf(pod, reading) ?? { kind: "Node", namespace: undefined, name: node ?? "unknown" };
  const command = commandOf(process);
  const action = asText(body["action"])
    ?.replace(/^KPROBE_ACTION_/, "")
    .toLowerCase();
  const stopped = action === "sigkill" || action === "override" || action === "signal";
  const call = callOf(body);
  const event = foreignEvent(
    {
      id: idOfParts(what, process["exec_id"] ?? process["pid"], time.text, body["function_name"], call),
      at: time,
      source: "security",
      type: `security.process.${what}`,
      severity: stopped ? "error" : "info",
      reason: asText(body["policy_name"]) ?? asText(body["function_name"]),
      message: `${what}: ${command ?? "a process"}${call["file"] === undefined ? "" : ` on ${call["file"]}`}`,
      about,
      node,
      attributes: {
        tool: "tetragon",
        ...processAttributes(process, pod),
        ...present({
          command,
          parent: asText(parent?.["binary"]),
          parentCommand: parent === undefined ? undefined : commandOf(parent),
          function: asText(body["function_name"]),
          policy: asText(body["policy_name"]),
          action: action === "post" ? undefined : action,
          signal: asText(body["signal"]),
          exitCode: asNumber(body["status"]),
        }),
        ...call,
      },
    },
    reading,
  );
  return { outcome: "events", events: [event] };
}

function podOf(pod: JsonObject | undefined, { memory }: Reading): ObjectName | undefined {
  const name = asText(pod?.["name"]);
  if (name === undefined) return undefined;
  const about = { kind: "Pod", namespace: asText(pod?.["namespace"]), name };
  const workload = asText(pod?.["workload"]);
  const kind = asText(pod?.["workload_kind"]);
  if (workload !== undefined && kind !== undefined && kind !== "Pod") {
    memory.ownership.learnOwner(about, { kind, namespace: about.namespace, name: workload });
  }
  return about;
}

function commandOf(process: JsonObject): string | undefined {
  const words = [asText(process["binary"]), asText(process["arguments"])].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join(" ");
}

/** Capabilities with which a process may leave its container, or change it from inside. */
const NOTED = /^CAP_(?:SYS_ADMIN|SYS_PTRACE|SYS_MODULE|NET_ADMIN|DAC_READ_SEARCH|BPF|SYS_RAWIO)$/;

function processAttributes(process: JsonObject, pod: JsonObject | undefined): Readonly<Record<string, unknown>> {
  const binary = asText(process["binary"]);
  const namespaces = Object.entries(asObject(process["ns"]) ?? {});
  return present({
    binary,
    process: binary?.split("/").at(-1),
    arguments: asText(process["arguments"]),
    cwd: asText(process["cwd"]),
    pid: asNumber(process["pid"]),
    uid: asNumber(process["uid"]),
    container: asText(at(pod, "container", "name")),
    image: asText(at(pod, "container", "image", "name")),
    capabilities: textsOf(at(process, "cap", "effective")).filter((capability) => NOTED.test(capability)),
    hostNamespaces: namespaces.flatMap(([name, namespace]) => (at(namespace, "is_host") === true ? [name] : [])),
  });
}

/** What a call was made on: a file or an address, from its arguments or from older events' own fields. */
function callOf(body: JsonObject): Readonly<Record<string, unknown>> {
  let file: string | undefined;
  let destination: string | undefined;
  for (const argument of objectsOf(body["args"])) {
    const path =
      asText(at(argument, "file_arg", "path")) ??
      asText(at(argument, "path_arg", "path")) ??
      asText(argument["string_arg"]) ??
      asText(at(argument, "linux_binprm_arg", "path"));
    file ??= path;
    const socket =
      asObject(argument["sock_arg"]) ?? asObject(argument["sockaddr_arg"]) ?? asObject(argument["skb_arg"]);
    const address = asText(socket?.["daddr"]) ?? asText(socket?.["addr"]);
    if (address !== undefined) destination ??= `${address}:${String(socket?.["dport"] ?? socket?.["port"] ?? "")}`;
  }
  const address = asText(body["destination_ip"]);
  if (address !== undefined) destination ??= `${address}:${String(body["destination_port"] ?? "")}`;
  return present({
    file: file !== undefined && /^[\w.-]+\//.test(file) ? `/${file}` : file,
    destination,
    destinationName: textsOf(body["destination_names"])[0],
  });
}
