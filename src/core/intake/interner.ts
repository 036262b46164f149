import type { EntityRef } from "../model/event.ts";

/** Entities kept at once; events name the same few thousand objects again and again. */
const KEPT_MAX = 20_000;

/**
 * Keeps one copy of the entities that many events repeat, in two generations: full, the younger one
 * becomes the older one, which is dropped. Forgetting costs memory only, never a difference.
 */
export class Interner {
  #young = new Map<string, EntityRef>();
  #old = new Map<string, EntityRef>();

  /** An equal entity, or this one. */
  entity(entity: EntityRef): EntityRef {
    const key = entity.uid ?? entity.name;
    const young = this.#young.get(key);
    const kept = young ?? this.#old.get(key);
    if (kept !== undefined && areEqual(kept, entity)) {
      if (young === undefined) this.#keep(key, kept);
      return kept;
    }
    if (hasOnlyKnown(entity)) this.#keep(key, entity);
    return entity;
  }

  #keep(key: string, entity: EntityRef): void {
    if (KEPT_MAX <= this.#young.size) [this.#old, this.#young] = [this.#young, new Map()];
    this.#young.set(key, entity);
  }
}

function areEqual(a: EntityRef, b: EntityRef): boolean {
  return (
    a.name === b.name &&
    a.kind === b.kind &&
    a.namespace === b.namespace &&
    a.uid === b.uid &&
    a.node === b.node &&
    a.cluster === b.cluster &&
    hasOnlyKnown(b)
  );
}

const KNOWN = new Set(["kind", "name", "namespace", "uid", "node", "cluster"]);

function hasOnlyKnown(entity: EntityRef): boolean {
  for (const key in entity) if (!KNOWN.has(key)) return false;
  return true;
}
