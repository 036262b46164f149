/** A note on a line of a file, as GitHub Actions reads it from the output of a step. */
export function githubNote(
  level: "error" | "warning",
  at: { readonly file: string; readonly line: number; readonly column?: number; readonly title: string },
  text: string,
): string {
  const column = at.column === undefined ? "" : `,col=${at.column}`;
  return `::${level} file=${property(at.file)},line=${at.line}${column},title=${property(at.title)}::${message(text)}\n`;
}

function message(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return message(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
