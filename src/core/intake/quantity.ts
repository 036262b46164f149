const QUANTITY = /^(\d+(?:\.\d+)?)(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$/;
const FACTOR: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Reads a Kubernetes quantity of bytes, such as `64Mi` or `128974848`; `undefined` where it is none. */
export function bytesOf(quantity: string): number | undefined {
  const [, amount, unit] = QUANTITY.exec(quantity) ?? [];
  if (amount === undefined) return undefined;
  return Math.round(Number(amount) * (unit === undefined ? 1 : (FACTOR[unit] ?? Number.NaN)));
}
