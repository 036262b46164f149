import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Outline, outlineOf } from "../../core/language/editing/outline.ts";
import { PieceReader } from "../../core/language/editing/salvage.ts";
import type { OutlinedFile, Workspace } from "../../core/language/editing/workspace.ts";
import { filesOfFolder } from "../compose.ts";
import type { RuleText } from "./lint-task.ts";

const FILES_MAX = 500;
const FILE_BYTES_MAX = 1_048_576;

interface OnDisk {
  readonly stamp: string;
  /** Empty where the file is no rule file, and nobody needs its text. */
  readonly text: string;
}

/** Rule files that are loaded together, the open ones first. */
export interface FilesTogether {
  readonly texts: readonly RuleText[];
  /** Files that were not looked at, because there are too many. */
  readonly leftOut: number;
}

/**
 * The rule files of an editor: those that are open, as they are typed, and those that lie beside them. Files are
 * loaded together where they lie under one folder `rules`, or else in one folder.
 */
export class RuleFiles {
  readonly #open = new Map<string, string>();
  readonly #onDisk = new Map<string, OnDisk>();
  readonly #reader = new PieceReader();

  /** Takes the text of a file from the editor, until it is closed. */
  edit(file: string, text: string): void {
    this.#open.set(file, text);
  }

  /** From here on the file is what lies on the disk. */
  close(file: string): void {
    this.#open.delete(file);
  }

  /** The text of a file as it was last seen; empty where it never was. */
  textOf(file: string): string {
    return this.#open.get(file) ?? this.#onDisk.get(file)?.text ?? "";
  }

  /** What has a name in a file as it was last seen. */
  outline(file: string): Outline {
    return outlineOf(this.textOf(file), this.#reader);
  }

  /** Whether one of the files that are loaded together, from this folder on, is open. */
  isOpenIn(root: string): boolean {
    return [...this.#open.keys()].some((file) => this.rootOf(file) === root);
  }

  /** A file and those that are loaded with it, by name. */
  async workspace(file: string): Promise<Workspace> {
    const { texts } = await this.together(file);
    const files = texts.map((one) => this.#outlined(one)).sort((a, b) => (a.file < b.file ? -1 : 1));
    const here = files.find((one) => one.file === file) ?? this.#outlined({ file, text: this.#open.get(file) ?? "" });
    return { here, files: files.includes(here) ? files : [here, ...files] };
  }

  /** The rule files that are loaded together with one; it itself only where it is a rule file. */
  async together(file: string): Promise<FilesTogether> {
    const root = this.rootOf(file);
    const listed = await (basename(root) === "rules" ? filesOfFolder(root) : filesIn(root)).catch(() => []);
    const open = [...this.#open.keys()].filter((one) => this.rootOf(one) === root);
    const paths = [...new Set([...open, ...listed.map(slashed).sort()])].filter((path) => /\.ya?ml$/.test(path));
    const texts: RuleText[] = [];
    for (const path of paths.slice(0, FILES_MAX)) {
      const text = this.#open.get(path) ?? (await this.#read(path));
      if (text !== undefined && isRuleText(text)) texts.push({ file: path, text });
    }
    return { texts, leftOut: Math.max(0, paths.length - FILES_MAX) };
  }

  /** The folder of the files that are loaded with one: the nearest `rules` above it, or else its own. */
  rootOf(file: string): string {
    const own = dirname(file);
    for (let folder = own; folder !== dirname(folder); folder = dirname(folder)) {
      if (basename(folder) === "rules") return folder;
    }
    return own;
  }

  #outlined({ file, text }: RuleText): OutlinedFile {
    return { file, outline: outlineOf(text, this.#reader) };
  }

  /** What lies on the disk, read again only where it changed. */
  async #read(path: string): Promise<string | undefined> {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined || FILE_BYTES_MAX < info.size || !info.isFile()) return undefined;
    const stamp = `${info.ino} ${info.size} ${info.mtimeMs}`;
    const known = this.#onDisk.get(path);
    if (known?.stamp === stamp) return known.text;
    const read = await readFile(path, "utf8").catch(() => undefined);
    if (read === undefined) return undefined;
    const text = isRuleText(read) ? read : "";
    this.#onDisk.set(path, { stamp, text });
    return text;
  }
}

/** Other YAML files may lie in the same folder, and are none of our business. */
function isRuleText(text: string): boolean {
  return /^apiVersion: *["']?tapio\.dev\//m.test(text) || /^kind: *["']?Rule(Pack|Overlay|Test)\b/m.test(text);
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).map((name) => join(folder, name));
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
