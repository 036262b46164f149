import type { Severity } from "../model/event.ts";
import type { Category, Operator, Role } from "../model/rule.ts";

/** A value as it stands in `where` and `conditions`; a text may be a `$list`. */
export type RawScalar = string | number | boolean;
export type RawFieldTest =
  | RawScalar
  | readonly RawScalar[]
  | { readonly [operator in Operator]?: RawScalar | readonly RawScalar[] };

/** `where` as written: field paths, and `all`, `any`, `not`. */
export interface RawWhere {
  readonly [path: string]: RawFieldTest | RawWhere | readonly RawWhere[];
}

export interface RawEventTest {
  readonly type?: string | readonly string[];
  readonly use?: string;
  readonly where?: RawWhere;
}

export interface RawStep extends RawEventTest {
  readonly as: string;
  readonly role?: Role;
  readonly after?: string | readonly string[];
  readonly within?: string;
  readonly optional?: boolean;
  readonly pick?: "first" | "last";
  readonly count?: { readonly atLeast: number; readonly distinct?: string };
}

export interface RawAbsence extends RawEventTest {
  readonly as: string;
  readonly from: string;
  readonly to?: string;
  readonly requireSource?: string;
  readonly onUnknown?: "hold" | "tell" | "drop";
}

export interface RawJoin {
  readonly as: string;
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
  readonly ignore?: readonly string[];
  readonly maxFanOut?: number;
}

export interface RawRule {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly priority?: number;
  readonly within?: string;
  readonly skew?: string;
  readonly settle?: string;
  readonly mode?: "active" | "shadow";
  readonly standalone?: boolean;
  readonly minConfidence?: number;
  readonly minEvents?: number;
  readonly steps: readonly RawStep[];
  readonly join?: string | readonly RawJoin[];
  readonly absent?: readonly RawAbsence[];
  readonly conditions?: Readonly<Record<string, unknown>>;
  readonly supersedes?: readonly string[];
  readonly resolve?: readonly RawEventTest[];
  readonly story: {
    readonly summary: string;
    readonly detail?: string;
    readonly actions?: readonly string[];
    readonly runbook?: string;
  };
}

/** A rule pack as written, after its shape was found right (schemas/rulepack.schema.json). */
export interface RawPack {
  readonly apiVersion: "tapio.dev/v1";
  readonly kind: "RulePack";
  readonly metadata: {
    readonly name: string;
    readonly version: string;
    readonly owner?: string;
    readonly description?: string;
  };
  readonly requires?: { readonly engine?: string };
  readonly defaults?: { readonly skew?: string; readonly settle?: string; readonly mode?: "active" | "shadow" };
  readonly lists?: Readonly<Record<string, readonly RawScalar[]>>;
  readonly patterns?: Readonly<
    Record<string, { readonly type?: string | readonly string[]; readonly where?: RawWhere }>
  >;
  readonly rules: readonly RawRule[];
}
