/**
 * Who owns whom, as it is kept over restarts, in few words: what has one owner stands together, and a name
 * that begins with the owner's is the rest of it, from the hyphen on. What was used last stands last.
 */
export type OwnersData = readonly OwnedData[];

/** What one object owns, of one kind and in one namespace (`Pod/shop/`); an owner in none has `null`. */
export type OwnedData = readonly [
  where: string,
  owner: readonly [kind: string, namespace: string | null, name: string],
  names: readonly string[],
];
