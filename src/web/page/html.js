import htm from "htm";
import { h } from "preact";

/** Markup as a template; every value in it is text, whatever it holds. */
export const html = htm.bind(h);
