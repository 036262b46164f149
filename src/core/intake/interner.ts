import type { EntityRef } from "../model/event.ts";

/** Texts and entities kept at once; events name the same few thousand objects again and again. */
const KEPT_MAX = 20_000;

/**
 * Keeps one copy of what many events repeat: trace IDs, types, entities. What was not used for a
 * while is forgotten; forgetting costs memory only, never a difference.
 */
export class Interner {
  readonly #texts = new Generations<string>();
  readonly #entities = new Generations<EntityRef>();

  /** An equal text; the same one while it is kept. */
  text(text: string): string {
    const kept = this.#texts.get(text);
    if (kept !== undefined) return kept;
    this.#texts.set(text, text);
    return text;
  }

  /** An equal entity, or this one. */
  entity(entity: EntityRef): EntityRef {
    const key = entity.uid ?? entity.name;
    const kept = this.#entities.get(key);
    if (kept !== undefined && areEqual(kept, entity)) return kept;
    if (!hasOnlyKnown(entity)) return entity;
    this.#entities.set(key, entity);
    return entity;
  }
}

/** A map in two generations: full, the younger one becomes the older one, which is dropped. */
class Generations<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (KEPT_MAX <= this.#young.size) [this.#old, this.#young] = [this.#young, new Map()];
    this.#young.set(key, value);
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
