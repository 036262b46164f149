import { describe, expect, test } from "vitest";
import { Redactor } from "../../../../src/core/intake/redact/redactor.ts";

const redactor = new Redactor("key", []);

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

test("addresses stay addresses, numbers numbers, and nobody's name is left", () => {
  const text = redactor.text(
    "alice@corp.example from 203.0.113.7:8443 and 2001:db8::7, 3 of 512Mi, v1.34.0, ledger-7f9",
  );
  for (const name of ["alice", "corp", "203.0.113", "2001:db8", "ledger"]) expect(text).not.toContain(name);
  expect(text).toMatch(/ 10\.\d+\.\d+\.\d+:8443 \w+ fd00::[0-9a-f:]+, 3 \w+ 512Mi, v1\.34\.0, /);
  expect(redactor.text("127.0.0.1 and ::1")).toContain("127.0.0.1");
  expect(new Redactor("other", []).text("ledger")).not.toBe(redactor.text("ledger"));
});
