// Looking things up in a group: a node, its parent, its place, what is near it.
import type { Group, Node } from './types';
import { isGroup } from './types';

export type Place = { parent: Group; at: number; node: Node };

/** The node with this id: the group itself, or one inside it. */
export const find = (root: Group, id: string): Node | null => {
  if (root.id === id) return root;
  for (const child of root.children) {
    const found = isGroup(child) ? find(child, id) : child.id === id ? child : null;
    if (found) return found;
  }
  return null;
};

/** Where a node stands; null for the root itself, and for what is not there. */
export const placeOf = (root: Group, id: string): Place | null => {
  for (const [at, node] of root.children.entries()) {
    if (node.id === id) return { parent: root, at, node };
    const found = isGroup(node) ? placeOf(node, id) : null;
    if (found) return found;
  }
  return null;
};

/** How many groups deep a node goes: 0 for a condition, 1 for a group of conditions. */
export const depthOf = (node: Node): number =>
  isGroup(node) ? 1 + Math.max(0, ...node.children.map(depthOf)) : 0;

/** How many groups lie around a node, the root included. */
export const levelOf = (root: Group, id: string): number => {
  const place = placeOf(root, id);
  return place ? 1 + levelOf(root, place.parent.id) : 0;
};

export const conditionsOf = (node: Node): Node[] =>
  isGroup(node) ? node.children.flatMap(conditionsOf) : [node];
