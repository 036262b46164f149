import { BlockList, isIP, isIPv4 } from "node:net";

/** Parts of the IPv4 space that are not the public Internet (RFC 6890 and its successors). */
const NOT_PUBLIC_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
];

/** Of IPv6 only global unicast is public, but for documentation and tunnels to elsewhere. */
const PUBLIC_IPV6 = ["2000::/3"];
const NOT_PUBLIC_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Networks, written as `10.0.0.0/8` or as single addresses. Throws a `RangeError` for what is neither. */
export function networks(written: readonly string[]): BlockList {
  const list = new BlockList();
  for (const one of written) {
    const [address = "", prefix, more] = one.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const bits = family === "ipv6" ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (isIP(address) === 0 || more !== undefined || !(length <= bits)) {
      throw new RangeError(`${JSON.stringify(one)} is not a network such as 10.0.0.0/8`);
    }
    list.addSubnet(address, length, family);
  }
  return list;
}

const notPublicIpv4 = networks(NOT_PUBLIC_IPV4);
const publicIpv6 = networks(PUBLIC_IPV6);
const notPublicIpv6 = networks(NOT_PUBLIC_IPV6);

/** Whether an address, written as `net.isIP` takes it, lies in the public Internet. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !notPublicIpv4.check(address, "ipv4");
  const bare = address.replace(/%.*$/, "");
  return isIP(bare) === 6 && publicIpv6.check(bare, "ipv6") && !notPublicIpv6.check(bare, "ipv6");
}

/** Whether one of the networks holds the address. */
export function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}
