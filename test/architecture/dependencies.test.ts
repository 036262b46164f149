import { expect, test } from "vitest";
import { readRepositoryFile } from "./source-tree.ts";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readRepositoryFile("package-lock.json"),
);
const locked = Object.entries(lock.packages);

// Below 11.3 jsonpath-plus, which json-rules-engine brings, can be made to execute code from a path.
test("every jsonpath-plus is at least 11.3", () => {
  const versions = locked
    .filter(([path]) => path.endsWith("node_modules/jsonpath-plus"))
    .map(([, { version }]) => version);
  expect(versions).not.toEqual([]);
  for (const version of versions) {
    const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
    expect(major * 1000 + minor, `jsonpath-plus ${version}`).toBeGreaterThanOrEqual(11_003);
  }
});

test("the lock names no registry", () => {
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test("nothing that runs in production has an install script", () => {
  const scripted = locked.filter(([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true);
  expect(scripted.map(([path]) => path)).toEqual([]);
});
