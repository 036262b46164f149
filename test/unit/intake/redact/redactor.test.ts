import { describe, expect, test } from "vitest";
import { Redactor } from "../../../../src/core/intake/redact/redactor.ts";
import type { Event } from "../../../../src/core/model/event.ts";
import type { Predicate } from "../../../../src/core/model/rule.ts";
import { event, path, rule, step } from "../../../support/engine-kit.ts";

const redactor = new Redactor("key", []);

function oomWith(attributes: Record<string, unknown>): Event {
  return event("e1", "k8s.pod.oomkilled", 0, { attributes });
}

describe("what belongs together does so still", () => {
  // The name of a workload, and of what it owns or serves: some are words that every cluster has.
  test.for([
    ["ledger", "ledger-7f9c5d4b8-x2k4p"],
    ["api", "api-7f9c5d4b8-x2k4p"],
    ["shop-api", "shop-api-7f9c5d4b8-x2k4p"],
    ["kube-proxy", "kube-proxy-x2k4p"],
    ["coredns", "coredns-7f9c5d4b8-x2k4p"],
  ])("%s owns %s", ([owner, owned]) => {
    const [shown, rest] = [redactor.text(owner as string), redactor.text(owned as string)];
    expect(rest.startsWith(`${shown}-`)).toBe(true);
    expect(rest).not.toContain("x2k4p");
    expect(rest.slice(shown.length)).toMatch(/^(-[a-z0-9]{9})?-[a-z0-9]{5}$/);
  });

  test.for([
    ["ledger", "bank"],
    ["ledger", "default"],
    ["ledger", "kube-system"],
    ["api", "shop-api"],
  ])("the host of %s in %s", ([service, namespace]) => {
    const [name, space] = [redactor.text(service as string), redactor.text(namespace as string)];
    const host = `${service}.${namespace}.svc.cluster.local`;
    expect(redactor.text(host)).toBe(`${name}.${space}.svc.cluster.local`);
    expect(redactor.text(`dial tcp: lookup ${host}`)).toContain(`${name}.${space}.svc.cluster.local`);
  });
});

test("moments stay as they are, in texts too, and what only begins as one does not", () => {
  for (const time of ["2026-11-23T09:48:30Z", "2026-11-23T09:48:30.123456Z", "2026-11-23T09:48:30+02:00"]) {
    expect(redactor.text(time)).toBe(time);
    expect(redactor.text(`ledger at ${time}, ledger`)).toContain(` ${time}, `);
  }
  expect(redactor.text("2026-11-23T09:48:30Zledger")).not.toContain("ledger");
});

test("addresses stay addresses, numbers numbers, and nobody's name is left", () => {
  const text = redactor.text(
    "alice@corp.example from 203.0.113.7:8443 and 2001:db8::7, 3 of 512Mi, v1.34.0, ledger-7f9",
  );
  for (const name of ["alice", "corp", "203.0.113", "2001:db8", "ledger"]) expect(text).not.toContain(name);
  expect(text).toMatch(/ 10\.\d+\.\d+\.\d+:8443 \w+ fd00::[0-9a-f:]+, 3 \w+ 512Mi, v1\.34\.0, /);
  expect(redactor.text("127.0.0.1 and ::1")).toContain("127.0.0.1");
  expect(new Redactor("other", []).text("ledger")).not.toBe(redactor.text("ledger"));
});

describe("addresses inside of longer words", () => {
  const address = redactor.text("203.0.113.77");

  test.for([
    ["a node that is called after its address", "ip-203-0-113-77.internal", `ip-${address.replaceAll(".", "-")}.`],
    ["a host of a resolver that takes addresses", "203.0.113.77.nip.io", `${address}.`],
    [
      "a pod's own name in DNS",
      "203-0-113-77.default.pod.cluster.local",
      `${address.replaceAll(".", "-")}.default.pod.`,
    ],
  ])("%s", ([, text, shown]) => {
    expect(redactor.text(text as string).startsWith(shown as string)).toBe(true);
  });

  test("of hardware, however it is written", () => {
    const shown = redactor.text("from 00:1a:2b:3c:4d:5e");
    expect(shown).toMatch(/ 02(:[0-9a-f]{2}){5}$/);
    expect(redactor.text("from 00:1A:2B:3C:4D:5E")).toBe(shown);
    expect(redactor.text("10:00:00")).toBe("10:00:00");
  });
});

describe("words that rules look for", () => {
  const looking = (pattern: string): Redactor => {
    const where: Predicate = { kind: "test", path: path("message"), operator: "matches", value: pattern };
    return new Redactor("key", [rule("r", [step("s", "a.b", { where })])]);
  };

  // Without them a recording tells other stories than what was recorded.
  test.for([
    ["pull(ing)? image", "Back-off pulling image"],
    ["Kill(ed)? process", "Killed process"],
    ["(?i)creat(e|ing)", "Creating"],
    ["(?:un|dis)mount", "unmount"],
  ])("%s is found in %s still", ([pattern, text]) => {
    const shown = looking(pattern as string).text(text as string);
    expect(shown).toMatch(new RegExp((pattern as string).replace("(?i)", ""), "i"));
  });
});

test("a single letter names nobody, and may be a flag that rules look for", () => {
  expect(redactor.text("ledger -c")).toMatch(/^\w+ -c$/);
});

describe("names of attributes", () => {
  test("what a collector calls a thing stays; what may be a label's name does not", () => {
    const { attributes } = redactor.event(
      oomWith({ restartCount: 3, "corp.example/team": "blue", "corp.tenant": "x" }),
    );
    expect(attributes).toHaveProperty("restartCount", 3);
    expect(Object.keys(attributes ?? {}).join(" ")).not.toMatch(/corp|team|tenant/);
  });

  test("and what the words of a story read stays", () => {
    const story = {
      summary: "{{ oom.attributes['corp.tenant'] }}",
      detail: undefined,
      actions: [],
      runbook: undefined,
    };
    const reading = rule("oom", [step("oom", "k8s.pod.oomkilled")], { story });
    const { attributes } = new Redactor("key", [reading]).event(oomWith({ "corp.tenant": "x", "corp.other": "y" }));
    expect(attributes).toHaveProperty(["corp.tenant"]);
    expect(attributes).not.toHaveProperty(["corp.other"]);
  });
});
