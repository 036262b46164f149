import { type LookupAddress, lookup } from "node:dns";
import { type BlockList, isIP, type LookupFunction } from "node:net";
import { SinkError } from "../../ports/sink.ts";
import { holds, isPublicAddress } from "./networks.ts";

/** How a name is looked up; `dns.lookup` outside of tests. */
export type Resolve = (hostname: string, done: (cause: Error | null, addresses: LookupAddress[]) => void) => void;

const resolveBySystem: Resolve = (hostname, done) => lookup(hostname, { all: true }, done);

/** Decides which addresses may be connected to: public ones, and those in `allowed`. */
export interface AddressGuard {
  /** For `http.request`: every connection is made to the very address that was judged here. */
  readonly lookup: LookupFunction;
  /** Throws {@link SinkError} where the URL names an address that may not be connected to. */
  check(url: URL): void;
}

/**
 * Guards against requests to private networks. Names are judged by what they resolve to when the
 * connection is made, so a name that changes its address meanwhile (DNS rebinding) gains nothing.
 */
export function guardAddresses(allowed: BlockList, resolve: Resolve = resolveBySystem): AddressGuard {
  const refusal = (address: string): SinkError | undefined =>
    isPublicAddress(address) || holds(allowed, address)
      ? undefined
      : new SinkError(`${address} is not a public address, and not in an allowed network`, { retryable: false });
  return {
    lookup(hostname, options, done) {
      resolve(hostname, (cause, addresses) => {
        const wrong = cause ?? refusalOf(addresses, refusal);
        const [first] = addresses ?? [];
        if (wrong !== undefined) done(wrong, "");
        else if (options.all === true) done(null, addresses);
        else done(null, first?.address ?? "", first?.family);
      });
    },
    check({ hostname }) {
      // Node looks up names only, never addresses.
      const address = hostname.replace(/^\[|\]$/g, "");
      const refused = isIP(address) === 0 ? undefined : refusal(address);
      if (refused !== undefined) throw refused;
    },
  };
}

/** One address that is refused is enough: what would be tried in its place is up to the name's owner. */
function refusalOf(
  addresses: readonly LookupAddress[],
  refusal: (address: string) => SinkError | undefined,
): SinkError | undefined {
  for (const { address } of addresses) {
    const refused = refusal(address);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
