// What each action does to the audience, where the focus goes, and how it is told.
import { depthOf, find, levelOf, placeOf } from './find';
import { change, changeGroup, copyOf, insert, moveBy, put, remove, ungroup, wrap } from './group';
import { nameOf } from './names';
import { newGroup } from './read';
import type { Around, Audience, Group, Json, Leaf, Match, Node } from './types';
import { isGroup } from './types';

/** Groups in groups, at most. */
export const MOST_DEEP = 6;

export type Action =
  /** `part`: what of it is being typed; changes of one part are one step of undo. */
  | { type: 'set'; id: string; value: Json; part?: string }
  | { type: 'match'; id: string; match: Match; negated: boolean }
  | { type: 'negate'; id: string }
  | { type: 'add'; parent: string; nodes: Node[]; at?: number }
  /** `quiet`: the focus stays where it is. */
  | { type: 'replace'; id: string; node: Node; quiet?: boolean }
  | { type: 'remove'; ids: string[] }
  | { type: 'duplicate'; ids: string[] }
  | { type: 'wrap'; ids: string[] }
  | { type: 'ungroup'; id: string }
  | { type: 'move'; id: string; by: number }
  | { type: 'put'; ids: string[]; parent: string; at: number }
  | { type: 'around'; said: Partial<Around>; part: string };

/** Which part of a node to focus: what had it, its row, its first field, its Add, its match. */
export type Wish = { id: string; part: 'kept' | 'row' | 'first' | 'add' | 'match' };

export type Outcome = { audience: Audience; wish: Wish | null; words: string; typing?: string };

export const rootsOf = ({ include, exclude, around }: Audience): Group[] =>
  typeof around.universe === 'object' && around.universe
    ? [include, exclude, around.universe]
    : [include, exclude];

const mapRoots = (audience: Audience, by: (root: Group) => Group): Audience => {
  const { universe } = audience.around;
  const among = typeof universe === 'object' && universe ? by(universe) : universe;
  const around = among === universe ? audience.around : { ...audience.around, universe: among };
  return { include: by(audience.include), exclude: by(audience.exclude), around };
};

export const findIn = (audience: Audience, id: string): Node | null =>
  rootsOf(audience).reduce<Node | null>((found, root) => found ?? find(root, id), null);

export const placeIn = (audience: Audience, id: string) =>
  rootsOf(audience).reduce<ReturnType<typeof placeOf>>(
    (found, root) => found ?? placeOf(root, id),
    null,
  );

const named = (audience: Audience, ids: string[]): string => {
  const node = ids.length === 1 && ids[0] !== undefined ? findIn(audience, ids[0]) : null;
  return node ? nameOf(node) : `${ids.length} conditions`;
};

/** After a removal: the next sibling, else the one before, else the group's Add. */
const neighbour = (audience: Audience, ids: string[]): Wish | null => {
  const place = ids[0] === undefined ? null : placeIn(audience, ids[0]);
  if (!place) return null;
  const left = place.parent.children;
  const after = left.slice(place.at).find((node) => !ids.includes(node.id));
  const near = after ?? left.slice(0, place.at).findLast((node) => !ids.includes(node.id));
  return near ? { id: near.id, part: 'row' } : { id: place.parent.id, part: 'add' };
};

/** Whether nodes may go into a group: neither into themselves nor too deep. */
export const mayGo = (audience: Audience, ids: string[], parent: string): boolean => {
  const root = rootsOf(audience).find((one) => find(one, parent));
  if (!root) return false;
  const level = 1 + levelOf(root, parent);
  return ids.every((id) => {
    const node = findIn(audience, id);
    if (!node || (isGroup(node) && find(node, parent))) return false;
    return level + depthOf(node) <= MOST_DEEP;
  });
};

const carry = (audience: Audience, ids: string[], parent: string, at: number): Audience => {
  const target = rootsOf(audience).find((root) => find(root, parent));
  if (!target || !mayGo(audience, ids, parent)) return audience;
  return ids.reduceRight((before, id) => {
    const root = rootsOf(before).find((one) => find(one, parent)) as Group;
    const inside = find(root, id) !== null;
    if (inside)
      return mapRoots(before, (one) => (one === root ? (put(one, id, parent, at) ?? one) : one));
    const node = findIn(before, id);
    if (!node) return before;
    return mapRoots(before, (one) =>
      one === root ? insert(one, parent, at, [node]) : remove(one, id),
    );
  }, audience);
};

const OUTCOMES: {
  [T in Action['type']]: (audience: Audience, action: Extract<Action, { type: T }>) => Outcome;
} = {
  set: (audience, { id, value, part }) => ({
    audience: mapRoots(audience, (root) =>
      change(root, id, (node) => [{ ...node, value } as Leaf]),
    ),
    wish: null,
    words: `change of ${named(audience, [id])}`,
    typing: part && `${id}:${part}`,
  }),
  match: (audience, { id, match, negated }) => ({
    audience: mapRoots(audience, (root) =>
      changeGroup(root, id, (group) => ({ ...group, match, negated })),
    ),
    wish: null,
    words: 'change of how many must match',
    typing: `${id}:match`,
  }),
  negate: (audience, { id }) => ({
    audience: mapRoots(audience, (root) =>
      change(root, id, (node) => [{ ...node, negated: !node.negated }]),
    ),
    wish: { id, part: 'kept' },
    words: `negation of ${named(audience, [id])}`,
  }),
  add: (audience, { parent, nodes, at }) => {
    const group = findIn(audience, parent) as Group | null;
    const place = at ?? group?.children.length ?? 0;
    return {
      audience: mapRoots(audience, (root) => insert(root, parent, place, nodes)),
      wish: nodes[0] ? { id: nodes[0].id, part: isGroup(nodes[0]) ? 'add' : 'first' } : null,
      words: `addition of ${nodes[0] && nodes.length === 1 ? nameOf(nodes[0]) : `${nodes.length} conditions`}`,
    };
  },
  replace: (audience, { id, node, quiet }) => ({
    audience: mapRoots(audience, (root) => change(root, id, () => [{ ...node, id }])),
    wish: quiet ? null : { id, part: 'first' },
    words: `change of ${named(audience, [id])}`,
  }),
  remove: (audience, { ids }) => ({
    audience: ids.reduce((left, id) => mapRoots(left, (root) => remove(root, id)), audience),
    wish: neighbour(audience, ids),
    words: `removal of ${named(audience, ids)}`,
  }),
  duplicate: (audience, { ids }) => {
    const copies = new Map<string, Node>();
    const next = ids.reduce(
      (before, id) =>
        mapRoots(before, (root) =>
          change(root, id, (node) => {
            const copy = copyOf(node);
            copies.set(id, copy);
            return [node, copy];
          }),
        ),
      audience,
    );
    const first = ids[0] === undefined ? undefined : copies.get(ids[0]);
    return {
      audience: next,
      wish: first ? { id: first.id, part: 'row' } : null,
      words: `copy of ${named(audience, ids)}`,
    };
  },
  wrap: (audience, { ids }) => {
    const parent = ids[0] === undefined ? null : placeIn(audience, ids[0])?.parent;
    // Brackets that say the same as what they stand in change nothing.
    const match = parent && typeof parent.match === 'string' ? parent.match : 'all';
    const group = newGroup(match);
    return {
      audience: mapRoots(audience, (root) => wrap(root, ids, group)),
      wish: { id: group.id, part: 'match' },
      words: `grouping of ${named(audience, ids)}`,
    };
  },
  ungroup: (audience, { id }) => {
    const group = findIn(audience, id);
    const first = group && isGroup(group) ? group.children[0] : undefined;
    return {
      audience: mapRoots(audience, (root) => ungroup(root, id)),
      wish: first ? { id: first.id, part: 'row' } : neighbour(audience, [id]),
      words: 'ungrouping',
    };
  },
  move: (audience, { id, by }) => ({
    audience: mapRoots(audience, (root) => moveBy(root, id, by)),
    wish: { id, part: 'kept' },
    words: `move of ${named(audience, [id])}`,
  }),
  put: (audience, { ids, parent, at }) => ({
    audience: carry(audience, ids, parent, at),
    wish: ids[0] === undefined ? null : { id: ids[0], part: 'row' },
    words: `move of ${named(audience, ids)}`,
  }),
  around: (audience, { said, part }) => ({
    audience: { ...audience, around: { ...audience.around, ...said } },
    wish: null,
    words: `change of ${part}`,
    typing: `around:${part}`,
  }),
};

/** What becomes of the audience. */
export const reduce = (audience: Audience, action: Action): Outcome =>
  (OUTCOMES[action.type] as (audience: Audience, action: Action) => Outcome)(audience, action);
