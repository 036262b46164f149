/** Path of a nats-server ≥ 2.10: TAPIO_NATS_SERVER, else PATH, else this checkout's cache; throws if the variable names none. */
export function findNatsServer(): string | undefined;

/** As findNatsServer; else fetches the pinned one into the cache. Throws, saying what was tried, if it can not. */
export function ensureNatsServer(): string;
