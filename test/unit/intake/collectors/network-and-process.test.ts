import { describe, expect, test } from "vitest";
import { Decoder } from "../../../../src/core/intake/decoder.ts";
import { decode, decodeSingle, linksOf } from "../decode.ts";
import { coreEvent, type Json } from "../payloads.ts";

const TIME = "2026-03-01T10:00:00.123456789Z";

describe("Hubble", () => {
  const flow = (more: Json = {}): Json => ({
    flow: {
      time: TIME,
      verdict: "FORWARDED",
      IP: { source: "10.1.0.5", destination: "10.1.0.9" },
      l4: { TCP: { source_port: 40_000, destination_port: 5432, flags: { SYN: true } } },
      source: { namespace: "shop", pod_name: "web-7d9c8b6f54-q8v2c" },
      destination: { namespace: "shop", pod_name: "db-0", workloads: [{ kind: "StatefulSet", name: "db" }] },
      traffic_direction: "EGRESS",
      ...more,
    },
    node_name: "cluster-1/node-1",
    time: TIME,
  });

  test("a drop by a policy, field by field", () => {
    const policies = [{ name: "deny-all", namespace: "shop", kind: "NetworkPolicy" }];
    const event = decodeSingle(
      flow({ verdict: "DROPPED", drop_reason_desc: "POLICY_DENIED", egress_denied_by: policies }),
    );
    expect(event).toMatchObject({
      traceId: "derived:/shop/Deployment/web",
      source: "network",
      type: "network.flow.dropped",
      severity: "warning",
      reason: "POLICY_DENIED",
      message: "shop/web-7d9c8b6f54-q8v2c -> shop/db-0:5432 DROPPED (POLICY_DENIED)",
      entity: { kind: "Pod", name: "web-7d9c8b6f54-q8v2c", node: "node-1" },
      attributes: {
        verdict: "DROPPED",
        dropReason: "POLICY_DENIED",
        protocol: "TCP",
        port: 5432,
        direction: "egress",
        flags: ["SYN"],
        from: "shop/web-7d9c8b6f54-q8v2c",
        to: "shop/db-0",
        toWorkload: "db",
        deniedBy: ["NetworkPolicy shop/deny-all"],
      },
    });
    expect(linksOf(event)).toEqual([
      "owner Deployment web",
      "node Node node-1",
      "target Pod db-0",
      "target StatefulSet db",
      "target NetworkPolicy deny-all",
    ]);
  });

  test.for<{ name: string; more: Json; type: string; attributes?: Json }>([
    { name: "let through", more: {}, type: "network.flow.forwarded" },
    {
      name: "a reset",
      more: { l4: { TCP: { destination_port: 1, flags: { RST: true } } } },
      type: "network.flow.reset",
    },
    {
      name: "a reason by its number",
      more: { verdict: "DROPPED", drop_reason: 181 },
      type: "network.flow.dropped",
      attributes: { dropReason: "POLICY_DENY" },
    },
    {
      name: "a name that is not there",
      more: { l7: { type: "RESPONSE", dns: { query: "dbb.shop.svc.cluster.local.", rcode: 3 } } },
      type: "network.dns.nxdomain",
      attributes: { query: "dbb.shop.svc.cluster.local", rcode: "NXDOMAIN" },
    },
    {
      name: "an answer that failed",
      more: {
        l7: {
          type: "RESPONSE",
          latency_ns: "2000000",
          http: { code: 503, method: "GET", url: "http://api/x?token=abc123def" },
        },
      },
      type: "network.http.5xx",
      attributes: { status: 503, method: "GET", url: "http://api/x", latencyMs: 2 },
    },
    {
      name: "to the world",
      more: { destination: { labels: ["reserved:world"] } },
      type: "network.flow.forwarded",
      attributes: { to: "10.1.0.9" },
    },
  ])("$name", ({ more, type, attributes = {} }) => {
    expect(decodeSingle(flow(more))).toMatchObject({ type, attributes });
  });

  test("an answer is told of who asked", () => {
    const [asked, answers] = [
      { namespace: "shop", pod_name: "web-1" },
      { namespace: "kube-system", pod_name: "coredns-1", labels: ["k8s:k8s-app=kube-dns"] },
    ];
    const l7 = { type: "RESPONSE", dns: { query: "dbb.shop.svc.cluster.local.", rcode: 3 } };
    const ends = { source: asked, destination: answers, destination_names: ["dns.example"] };
    const back = { source: answers, destination: asked, source_names: ["dns.example"] };
    const there = flow({ l7, ...ends, l4: { UDP: { source_port: 40_000, destination_port: 53 } } });
    const reply = { is_reply: true, IP: { source: "10.1.0.9", destination: "10.1.0.5" } };
    const here = flow({ l7, ...back, ...reply, l4: { UDP: { source_port: 53, destination_port: 40_000 } } });
    const [told, toldOfAnswer] = [decodeSingle(there), decodeSingle(here)];
    expect(toldOfAnswer).toMatchObject({
      entity: { kind: "Pod", namespace: "shop", name: "web-1" },
      message: told.message,
      related: told.related,
      attributes: { ...told.attributes, reply: true },
    });
    expect(told.attributes).toMatchObject({ port: 53, toName: ["dns.example"] });
  });

  test.for<{ name: string; value: Json }>([
    { name: "a router's solicitation", value: flow({ verdict: "DROPPED", drop_reason_desc: "INVALID_SOURCE_IP" }) },
    {
      name: "a request whose answer follows",
      value: flow({ l7: { type: "REQUEST", http: { method: "GET", url: "/" } } }),
    },
    { name: "flows that were lost", value: { lost_events: { num_events_lost: 3 } } },
  ])("$name tells nothing", ({ value }) => {
    expect(decode(value)).toEqual([]);
  });
});

describe("Tetragon", () => {
  const process = {
    exec_id: "x1",
    pid: 42,
    uid: 0,
    cwd: "/",
    binary: "/usr/bin/nsenter",
    arguments: "-t 1 -m bash",
    pod: {
      namespace: "shop",
      name: "tool-x",
      workload: "tool",
      workload_kind: "DaemonSet",
      container: { name: "app", image: { name: "tools:1" } },
    },
    cap: { effective: ["CAP_CHOWN", "CAP_SYS_ADMIN"] },
    ns: { pid: { inum: 1, is_host: true }, net: { inum: 2 } },
  };
  const parent = { binary: "/bin/sh", arguments: "-c x" };

  test("a process in a pod, field by field", () => {
    const decoder = new Decoder();
    expect(decodeSingle({ process_exec: { process, parent }, node_name: "node-1", time: TIME }, decoder)).toMatchObject(
      {
        traceId: "derived:/shop/DaemonSet/tool",
        source: "security",
        type: "security.process.exec",
        severity: "info",
        message: "exec: /usr/bin/nsenter -t 1 -m bash",
        entity: { kind: "Pod", namespace: "shop", name: "tool-x", node: "node-1" },
        attributes: {
          tool: "tetragon",
          binary: "/usr/bin/nsenter",
          process: "nsenter",
          command: "/usr/bin/nsenter -t 1 -m bash",
          parent: "/bin/sh",
          parentCommand: "/bin/sh -c x",
          container: "app",
          image: "tools:1",
          capabilities: ["CAP_SYS_ADMIN"],
          hostNamespaces: ["pid"],
        },
      },
    );
    const involvedObject = { kind: "Pod", namespace: "shop", name: "tool-x" };
    expect(decodeSingle(coreEvent({ involvedObject }), decoder).traceId).toBe("derived:/shop/DaemonSet/tool");
  });

  test.for<{ name: string; value: Json; told: Json }>([
    {
      name: "a file that was opened, and stopped",
      value: {
        process_kprobe: {
          process,
          function_name: "fd_install",
          policy_name: "files",
          action: "KPROBE_ACTION_SIGKILL",
          args: [{ int_arg: 3 }, { file_arg: { path: "etc/shadow" } }],
        },
      },
      told: {
        type: "security.process.kprobe",
        severity: "error",
        reason: "files",
        attributes: { file: "/etc/shadow", function: "fd_install", action: "sigkill" },
      },
    },
    {
      name: "a connection",
      value: {
        process_kprobe: {
          process,
          function_name: "tcp_connect",
          args: [{ sock_arg: { daddr: "1.2.3.4", dport: 443 } }],
        },
      },
      told: { attributes: { destination: "1.2.3.4:443" } },
    },
    {
      name: "an end",
      value: { process_exit: { process, signal: "SIGKILL", status: 9 } },
      told: { type: "security.process.exit", attributes: { signal: "SIGKILL", exitCode: 9 } },
    },
    {
      name: "a process of the host",
      value: { process_exec: { process: { binary: "/bin/sh", pid: 1 } } },
      told: { entity: { kind: "Node", name: "node-1" } },
    },
  ])("$name", ({ value, told }) => {
    expect(decodeSingle({ ...value, node_name: "node-1", time: TIME })).toMatchObject(told);
  });
});

describe("Falco", () => {
  const alert = (fields: Json, more: Json = {}): Json => ({
    rule: "Terminal shell in container",
    priority: "Notice",
    output: "A shell was spawned",
    time: TIME,
    hostname: "node-1",
    tags: ["shell"],
    output_fields: fields,
    ...more,
  });

  test("a shell in a container", () => {
    const fields = {
      "k8s.ns.name": "shop",
      "k8s.pod.name": "api-7d9c8b6f54-q8v2c",
      "container.id": "abc",
      "container.image.repository": "shop/api",
      "container.image.tag": "1",
      "proc.name": "sh",
      "proc.cmdline": "sh -c id",
      "proc.pname": "<NA>",
      "user.name": "root",
      "fd.name": "/etc/shadow",
    };
    const event = decodeSingle(alert(fields));
    expect(event).toMatchObject({
      traceId: "derived:/shop/Deployment/api",
      source: "security",
      type: "security.falco.terminal-shell-in-container",
      severity: "warning",
      reason: "Terminal shell in container",
      message: "A shell was spawned",
      entity: { kind: "Pod", namespace: "shop", node: "node-1" },
      attributes: {
        tool: "falco",
        rule: "Terminal shell in container",
        priority: "Notice",
        tags: ["shell"],
        process: "sh",
        command: "sh -c id",
        user: "root",
        container: "abc",
        image: "shop/api:1",
        file: "/etc/shadow",
      },
    });
    expect(event.attributes?.["parent"]).toBeUndefined();
  });

  test("a request to the API server", () => {
    const fields = {
      "ka.user.name": "alice",
      "ka.verb": "create",
      "ka.response.code": "403",
      "ka.target.name": "api-0",
      "ka.target.namespace": "shop",
      "ka.target.resource": "pods",
      "ka.target.subresource": "exec",
      "ka.uri.param[command]": "sh",
    };
    expect(decodeSingle(alert(fields, { source: "k8s_audit", rule: "Attach/Exec Pod" }))).toMatchObject({
      type: "security.falco.attach-exec-pod",
      entity: { kind: "Pod", namespace: "shop", name: "api-0" },
      related: [{ role: "subject", kind: "User", name: "alice" }],
      actor: { user: "alice" },
      attributes: {
        verb: "create",
        resource: "pods",
        subresource: "exec",
        code: 403,
        allowed: false,
        execCommand: "sh",
      },
    });
  });

  test.for([
    ["Critical", "critical"],
    ["Error", "error"],
    ["Informational", "info"],
  ] as const)("priority %s is %s, about the host where nothing else is named", ([priority, severity]) => {
    expect(decodeSingle(alert({}, { priority }))).toMatchObject({ severity, entity: { kind: "Node", name: "node-1" } });
  });
});
