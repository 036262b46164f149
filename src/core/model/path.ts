/** One hop of a {@link FieldPath}. */
export type PathSegment =
  | { readonly kind: "key"; readonly name: string }
  /** `[*]`: any element of an array. */
  | { readonly kind: "each" }
  /** `[role=mounts]`: elements whose field equals the text. */
  | { readonly kind: "select"; readonly key: string; readonly value: string }
  /** `[0]`: one element. */
  | { readonly kind: "index"; readonly at: number };

/** A dotted field path such as `related[role=mounts].name`, as written and as read. */
export interface FieldPath {
  readonly text: string;
  readonly segments: readonly PathSegment[];
}

const HOP = /\.?([^.[\]]+)|\[\*\]|\[([A-Za-z0-9_.-]+)=([^\]]*)\]|\[(\d+)\]/y;

/** Reads a field path; `undefined` where it is not one (empty, an unclosed bracket, `..`). */
export function parsePath(text: string): FieldPath | undefined {
  const segments: PathSegment[] = [];
  HOP.lastIndex = 0;
  while (HOP.lastIndex < text.length) {
    const start = HOP.lastIndex;
    const hop = HOP.exec(text);
    if (hop === null) return undefined;
    const [whole, name, key, value, at] = hop;
    if (name !== undefined) {
      if ((start === 0) === whole.startsWith(".")) return undefined;
      segments.push({ kind: "key", name });
    } else if (start === 0) return undefined;
    else if (key !== undefined) segments.push({ kind: "select", key, value: value as string });
    else if (at !== undefined) segments.push({ kind: "index", at: Number(at) });
    else segments.push({ kind: "each" });
  }
  return segments.length === 0 ? undefined : { text, segments };
}
