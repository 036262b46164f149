/**
 * Reads a glob, in which `*` stands for any run of characters, into a test of whole texts.
 * The test takes linear time for one star and never more than pattern × text.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const parts = pattern.split("*");
  const [head = "", ...rest] = parts;
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === pattern;
  if (rest.length === 0) {
    const shortest = head.length + tail.length;
    return (text) => shortest <= text.length && text.startsWith(head) && text.endsWith(tail);
  }
  return (text) => {
    if (!text.startsWith(head) || !text.endsWith(tail)) return false;
    let from = head.length;
    for (const part of rest) {
      const found = text.indexOf(part, from);
      if (found === -1) return false;
      from = found + part.length;
    }
    return from <= text.length - tail.length;
  };
}
