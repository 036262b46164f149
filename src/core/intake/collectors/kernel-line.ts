import type { Event, Severity } from "../../model/event.ts";
import { foreignEvent, idOfParts } from "../foreign-event.ts";
import { present } from "../json.ts";
import type { WrittenTime } from "../kubernetes-object.ts";
import type { Reading } from "../reading.ts";

interface KernelSign {
  readonly pattern: RegExp;
  readonly type: string;
  readonly severity: Severity;
}

/** What the kernel says when something breaks; the groups `task`, `pid`, `device`, `rss`, `constraint` are kept. */
const SIGNS: readonly KernelSign[] = [
  {
    pattern: /oom-kill:constraint=CONSTRAINT_(?<constraint>MEMCG)\b.*?task=(?<task>[^,]{1,64}),pid=(?<pid>\d+)/,
    type: "kernel.container.oom_kill",
    severity: "error",
  },
  {
    pattern: /oom-kill:constraint=CONSTRAINT_(?<constraint>\w+).*?task=(?<task>[^,]{1,64}),pid=(?<pid>\d+)/,
    type: "kernel.node.oom_kill",
    severity: "critical",
  },
  {
    pattern:
      /Memory cgroup out of memory: Kill(?:ed)? process (?<pid>\d+) \((?<task>[^)]{1,64})\).*?anon-rss:(?<rss>\d+)kB/,
    type: "kernel.container.oom_kill",
    severity: "error",
  },
  {
    pattern: /Out of memory: Kill(?:ed)? process (?<pid>\d+) \((?<task>[^)]{1,64})\)(?:.*?anon-rss:(?<rss>\d+)kB)?/,
    type: "kernel.node.oom_kill",
    severity: "critical",
  },
  { pattern: /(?<task>\S{1,64})\[(?<pid>\d+)\]: segfault at/, type: "kernel.process.segfault", severity: "error" },
  { pattern: /fork rejected by pids controller/, type: "kernel.pids.rejected", severity: "error" },
  { pattern: /nf_conntrack: table full, dropping packet/, type: "kernel.conntrack.full", severity: "error" },
  {
    pattern: /task (?<task>\S{1,64}):(?<pid>\d+) blocked for more than \d+ seconds/,
    type: "kernel.task.hung",
    severity: "error",
  },
  { pattern: /[Rr]emounting filesystem read-only/, type: "kernel.filesystem.readonly", severity: "error" },
  {
    pattern:
      /(?:Buffer I\/O error on dev(?:ice)? |EXT4-fs error \(device |I\/O error, dev |XFS \()(?<device>[\w-]{1,32})/,
    type: "kernel.disk.error",
    severity: "error",
  },
];

/** The pod in a cgroup path, of both drivers: `pod<uid>` and `pod<uid with _>.slice`. */
const POD_UID = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/;

/** A line of the kernel, as an event about the pod of its cgroup or about its node; `undefined` for no bad news. */
export function kernelEvent(
  line: string,
  at: WrittenTime,
  node: string | undefined,
  reading: Reading,
): Event | undefined {
  const text = line.slice(0, LINE_MAX);
  for (const { pattern, type, severity } of SIGNS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const { task, pid, device, rss, constraint } = found.groups ?? {};
    const podUid = POD_UID.exec(text)?.[1]?.replaceAll("_", "-");
    const pod = podUid === undefined ? undefined : reading.memory.podsByUid.get(podUid);
    const host = { kind: "Node", namespace: undefined, name: node ?? "unknown" };
    const unseen = podUid === undefined ? host : { kind: "Pod", namespace: undefined, name: podUid };
    return foreignEvent(
      {
        id: idOfParts(type, at.text, pid, device, podUid, node),
        at,
        source: "kernel",
        type,
        severity,
        reason: type.endsWith("oom_kill") ? "OOMKilling" : undefined,
        message: text,
        about: pod ?? unseen,
        uid: podUid,
        node,
        attributes: present({
          process: task,
          pid: pid === undefined ? undefined : Number(pid),
          device,
          constraint: constraint === undefined ? undefined : `CONSTRAINT_${constraint}`,
          podUid,
          anonRssBytes: rss === undefined ? undefined : Number(rss) * 1024,
        }),
      },
      reading,
    );
  }
  return undefined;
}

const LINE_MAX = 4_096;
