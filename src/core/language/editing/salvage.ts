import { Findings } from "../findings.ts";
import { parseLeniently } from "../parse-yaml.ts";
import { SourceText } from "../source-text.ts";
import type { YamlNode } from "../yaml-tree.ts";
import { cutPieces, fragmentOf, type Piece } from "./pieces.ts";

/** What could be read of a text, and how much was wrong with it. */
export interface Salvage {
  /** `undefined` where nothing could be. */
  readonly root: YamlNode | undefined;
  readonly errors: number;
}

/** A piece of a file with what could be read of it. Spans in its tree are off by `shift`. */
export interface ReadPiece {
  readonly piece: Piece;
  readonly root: YamlNode | undefined;
  readonly shift: number;
}

/** Reads what can be read of a text, whatever is wrong with it. Never throws. */
export function salvage(text: string): Salvage {
  return parseLeniently(new Findings(new SourceText("", text)));
}

/** Most trees remembered; over it all are forgotten. */
const TREES_MAX = 5_000;

/** Reads files piece by piece, and remembers what came of each text: between two keystrokes one piece changes. */
export class PieceReader {
  readonly #trees = new Map<string, YamlNode | undefined>();

  /** The pieces of a file, each read on its own. */
  read(text: string): readonly ReadPiece[] {
    return cutPieces(text).map((piece) => {
      const { text: own, shift } = fragmentOf(text, piece);
      return { piece, root: this.#tree(own), shift };
    });
  }

  #tree(text: string): YamlNode | undefined {
    if (this.#trees.has(text)) return this.#trees.get(text);
    if (TREES_MAX <= this.#trees.size) this.#trees.clear();
    const { root } = salvage(text);
    this.#trees.set(text, root);
    return root;
  }
}
