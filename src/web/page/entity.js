import { html } from "./html.js";

/** @import { EntityRef } from "../../core/model/event.ts" */

/**
 * `shop/api-7f9`
 *
 * @param {EntityRef} entity
 * @returns {string}
 */
export function entityName({ namespace, name }) {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * An entity as its kind and name.
 *
 * @param {{ entity: EntityRef }} props
 */
export function Entity({ entity }) {
  const where = [
    ...(entity.node === undefined ? [] : [`on node ${entity.node}`]),
    ...(entity.cluster === undefined ? [] : [`in cluster ${entity.cluster}`]),
  ];
  return html`<span class="entity" title=${where.length === 0 ? undefined : where.join(", ")}>
    <span class="kind">${entity.kind}</span> ${entityName(entity)}
  </span>`;
}
