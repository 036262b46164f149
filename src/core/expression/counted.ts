/** A number with its noun: `1 pod`, `2 pods`, `3 ingresses`, `2 networkpolicies`. */
export function counted(count: number, noun: string): string {
  const many = /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : noun.replace(/([^aeiou])y$/, "$1ie").concat("s");
  return `${count} ${count === 1 ? noun : many}`;
}
