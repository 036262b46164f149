const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text as HTML shows it, also in an attribute in double quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}

/**
 * A table whose first column names its rows, with links where there are some; it scrolls by itself where it is
 * wider than the page.
 */
export function htmlTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  linkOf?: (name: string) => string | undefined,
): string {
  const [first = "", ...others] = head;
  const titles = others.map((title) => `<th scope="col" class="n">${escaped(title)}</th>`).join("");
  const body = rows.map(([name = "", ...cells]) => {
    const values = cells.map((cell) => `<td class="n">${escaped(cell)}</td>`).join("");
    const link = linkOf?.(name);
    const shown = `<code>${escaped(name).replaceAll("/", "/<wbr>")}</code>`;
    return `<tr><th scope="row">${link === undefined ? shown : `<a href="${link}">${shown}</a>`}</th>${values}</tr>`;
  });
  return (
    `<div class="wide" tabindex="0"><table><thead><tr><th scope="col">${escaped(first)}</th>${titles}</tr></thead>\n` +
    `<tbody>\n${body.join("\n")}\n</tbody></table></div>`
  );
}
