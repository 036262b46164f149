import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Texts by path; paths start at the repository's root and have forward slashes. */
export type SourceTree = ReadonlyMap<string, string>;

/** One import or re-export of a file; `to` is a path of the tree, or else a package or `node:` module. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  /** Whether it is gone once types are stripped. */
  readonly typeOnly: boolean;
  readonly reExports: boolean;
  /** Whether it is loaded when that line is run, and not with the file. */
  readonly dynamic: boolean;
}

/** Every source file below the folders, whose names end with one of the endings. */
export function readTree(folders: readonly string[], endings: readonly string[]): SourceTree {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => endings.some((ending) => name.endsWith(ending)))
      .map((name) => `${folder}/${name.split(sep).join("/")}`),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

/** One file of the repository as text. */
export function readRepositoryFile(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const COMMENT_OR_TEXT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;

/** The text with comments blanked, line by line as long as before. */
function withoutComments(text: string): string {
  return text.replace(COMMENT_OR_TEXT, (found) => (/^\/[/*]/.test(found) ? blank(found) : found));
}

/** The text with comments and quoted texts blanked; code inside `${…}` of a template is blanked with it. */
export function codeOnly(text: string): string {
  return text.replace(COMMENT_OR_TEXT, blank);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

const IMPORT =
  /^[ \t]*(import|export)\b([^;"'`]*?)\bfrom\s*["']([^"']+)["']|^[ \t]*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

/** Every import of a file: static, for its effect, dynamic, as a type, and re-exports. */
export function importsOf(path: string, text: string): readonly Import[] {
  const code = withoutComments(text);
  return [...code.matchAll(IMPORT)].map((found) => {
    const [, keyword, names = "", named, forEffect, dynamic] = found;
    const target = named ?? forEffect ?? dynamic ?? "";
    return {
      from: path,
      to: target.startsWith(".")
        ? normalize(join(dirname(path), target))
            .split(sep)
            .join("/")
        : target,
      line: lineAt(code, found.index),
      typeOnly: /^\s*type\b/.test(names),
      reExports: keyword === "export",
      dynamic: dynamic !== undefined,
    };
  });
}

/** The number of the line, from 1, that holds the character. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
