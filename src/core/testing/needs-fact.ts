import { isRecord } from "../expression/read-path.ts";

type Tree = Readonly<Record<string, unknown>>;

/** Whether conditions can't hold where a step is not bound: a missing field makes each test false, under `not` too. */
export function needsFact(tree: Tree, name: string): boolean {
  const { all, any, not, fact, value, operator } = tree;
  const under = (trees: readonly unknown[]): boolean[] => trees.filter(isRecord).map((each) => needsFact(each, name));
  if (Array.isArray(all)) return under(all).some(Boolean);
  if (Array.isArray(any)) return under(any).every(Boolean);
  if (isRecord(not)) return not["fact"] !== undefined && needsFact(not, name);
  return operator !== "exists" && (fact === name || (isRecord(value) && value["fact"] === name));
}
