// Changes within one group and all inside it; nothing is ever changed in place.
import { find, placeOf } from './find';
import { newId } from './read';
import type { Group, Node } from './types';
import { isGroup } from './types';

/** Replace the node with this id by what `change` makes of it (several, or none). */
export const change = (root: Group, id: string, by: (node: Node) => Node[]): Group => {
  let touched = false;
  const children = root.children.flatMap((child): Node[] => {
    if (child.id === id) {
      touched = true;
      return by(child);
    }
    if (!isGroup(child)) return [child];
    const next = change(child, id, by);
    touched ||= next !== child;
    return [next];
  });
  return touched ? { ...root, children } : root;
};

/** The same for a group's own settings and children, the root included. */
export const changeGroup = (root: Group, id: string, by: (group: Group) => Group): Group =>
  root.id === id ? by(root) : change(root, id, (node) => [isGroup(node) ? by(node) : node]);

export const remove = (root: Group, id: string): Group => change(root, id, () => []);

export const insert = (root: Group, parent: string, at: number, nodes: Node[]): Group =>
  changeGroup(root, parent, (group) => ({
    ...group,
    children: [...group.children.slice(0, at), ...nodes, ...group.children.slice(at)],
  }));

/** Move a node among its siblings; at either end it stays where it is. */
export const moveBy = (root: Group, id: string, by: number): Group => {
  const place = placeOf(root, id);
  const to = (place?.at ?? 0) + by;
  if (!place || to < 0 || to >= place.parent.children.length) return root;
  return changeGroup(root, place.parent.id, (group) => {
    const others = group.children.filter((child) => child.id !== id);
    return { ...group, children: [...others.slice(0, to), place.node, ...others.slice(to)] };
  });
};

/** A copy with ids of its own. */
export const copyOf = (node: Node): Node =>
  isGroup(node)
    ? { ...node, id: newId(), children: node.children.map(copyOf) }
    : { ...node, id: newId() };

/** Put a node before the place `at` of a group; null if that is inside the node itself. */
export const put = (root: Group, id: string, parent: string, at: number): Group | null => {
  const from = placeOf(root, id);
  if (!from || !find(root, parent) || (isGroup(from.node) && find(from.node, parent))) return null;
  const shift = from.parent.id === parent && from.at < at ? 1 : 0;
  return insert(remove(root, id), parent, at - shift, [from.node]);
};

const matchesLike = (one: Group, other: Group): boolean =>
  one.match === other.match && typeof one.match === 'string';

/** Whether a group's conditions say the same without the brackets. */
export const ungroupsFreely = (root: Group, id: string): boolean => {
  const place = placeOf(root, id);
  if (!place || !isGroup(place.node)) return false;
  const { node, parent } = place;
  if (node.children.length === 1 && typeof node.match === 'string') return true;
  return !node.negated && matchesLike(node, parent);
};

/** Take a group's brackets away. */
export const ungroup = (root: Group, id: string): Group =>
  change(root, id, (node) => {
    if (!isGroup(node)) return [node];
    const [only] = node.children;
    if (node.negated && only && node.children.length === 1)
      return [{ ...only, negated: !only.negated }];
    return node.children;
  });

/** Put brackets around some siblings, where the first of them stands. */
export const wrap = (root: Group, ids: string[], group: Group): Group => {
  const place = ids[0] === undefined ? null : placeOf(root, ids[0]);
  if (!place) return root;
  return changeGroup(root, place.parent.id, (parent) => {
    const chosen = parent.children.filter((child) => ids.includes(child.id));
    const first = parent.children.findIndex((child) => ids.includes(child.id));
    const rest = parent.children.filter((child) => !ids.includes(child.id));
    return {
      ...parent,
      children: [...rest.slice(0, first), { ...group, children: chosen }, ...rest.slice(first)],
    };
  });
};
