import type { OwnedData, OwnersData } from "../model/owners.ts";
import type { ObjectName } from "./ownership.ts";

/** Characters of names that are written; whose owner was not asked for in longest is left out. */
const CHARS_MAX = 512 * 1024;
/** What naming one more owner takes beside its name. */
const OWNER_CHARS = 32;

/** Writes owners down by the keys of what they own; `edges` has the one that was used last first. */
export function writeOwners(edges: Iterable<readonly [key: string, owner: ObjectName]>): OwnersData {
  const owned = new Map<string, { readonly data: OwnedData; readonly names: string[] }>();
  let chars = 0;
  for (const [key, { kind, namespace, name: owning }] of edges) {
    const split = key.indexOf("/", key.indexOf("/") + 1) + 1;
    const name = key.slice(split);
    // No object of Kubernetes has such a name: here it would stand for another one.
    if (name.startsWith("-")) continue;
    const short = name.startsWith(owning) && name[owning.length] === "-" ? name.slice(owning.length) : name;
    const where = key.slice(0, split);
    const group = `${where}\n${kind}\n${namespace === undefined ? "" : `/${namespace}`}\n${owning}`;
    const known = owned.get(group);
    chars += short.length + (known === undefined ? owning.length + OWNER_CHARS : 0);
    if (CHARS_MAX < chars) break;
    if (known === undefined) {
      const names = [short];
      owned.set(group, { names, data: [where, [kind, namespace ?? null, owning], names] });
    } else known.names.push(short);
  }
  for (const { names } of owned.values()) names.reverse();
  return [...owned.values()].map(({ data }) => data).reverse();
}

/** Reads them again, the one that was used last at the end. */
export function* readOwners(data: OwnersData): Generator<readonly [key: string, owner: ObjectName]> {
  for (const [where, [kind, namespace, name], names] of data) {
    const owner = { kind, namespace: namespace ?? undefined, name };
    for (const short of names) yield [`${where}${short.startsWith("-") ? name : ""}${short}`, owner];
  }
}
