import { seedEvents } from "../support/seed-pack.ts";

/** The seed's four events as NDJSON. */
export const SEED_LINES: string = `${seedEvents()
  .map((event) => JSON.stringify(event))
  .join("\n")}\n`;
