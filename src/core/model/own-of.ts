/** What a table has under a name that came from outside: nothing under `constructor`, as every object has. */
export function ownOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
