// Editing: each action, its focus, its undo; and that moves never change what a rule means.
import { describe, expect, it } from 'vitest';
import examples from './examples.json';
import { find } from './find';
import { ungroupsFreely } from './group';
import { begin, type History, turn } from './history';
import { same } from './json';
import { normal } from './normal.testing';
import { readDefinition, readNode } from './read';
import { type Action, mayGo, reduce, rootsOf } from './reduce';
import { type Audience, type Group, isGroup, type Json, type Node } from './types';
import { writeDefinition } from './write';

const RULE = {
  where: [
    { field: 'age', op: '>=', value: 18 },
    { any: [{ segment: 'a' }, { segment: 'b' }] },
    { did: 'view', window: { last: 'P30D' } },
  ],
  exclude: [{ list: 'staff' }],
};
const start = (): History => begin(readDefinition(RULE));
const act = (history: History, action: Action, at = 0): History =>
  turn(history, { type: 'act', action, at });
const json = ({ present }: History): Json => writeDefinition(present).definition;
const idOf = ({ present }: History, ...places: number[]): string => {
  let node: Node = present.include;
  for (const place of places) node = (node as Group).children[place] as Node;
  return node.id;
};

describe('actions', () => {
  it('add a condition at the end of a group, its first field focused', () => {
    const node = readNode({ list: 'vip' });
    const begun = start();
    const added = act(begun, { type: 'add', parent: idOf(begun), nodes: [node] });
    expect(added.present.include.children.at(-1)).toBe(node);
    expect(added.wish).toEqual({ id: node.id, part: 'first' });
  });
  it('remove, and focus the next row, else the one before, else Add', () => {
    const begun = start();
    const [first, second, third] = begun.present.include.children.map(({ id }) => id) as string[];
    const one = act(begun, { type: 'remove', ids: [first as string] });
    expect(one.wish).toEqual({ id: second, part: 'row' });
    const two = act(one, { type: 'remove', ids: [third as string] });
    expect(two.wish).toEqual({ id: second, part: 'row' });
    const none = act(two, { type: 'remove', ids: [second as string] });
    expect(none.wish).toEqual({ id: none.present.include.id, part: 'add' });
  });
  it('duplicate below, with ids of its own', () => {
    const begun = start();
    const next = act(begun, { type: 'duplicate', ids: [idOf(begun, 1)] });
    const [, group, copy] = next.present.include.children as [Node, Group, Group];
    expect(copy.children[0]?.id).not.toBe(group.children[0]?.id);
    expect(next.wish).toEqual({ id: copy.id, part: 'row' });
  });
  it('negate and take the "not" away again', () => {
    const begun = start();
    const once = act(begun, { type: 'negate', id: idOf(begun, 0) });
    expect((json(once) as typeof RULE).where[0]).toEqual({ not: RULE.where[0] });
    expect(json(act(once, { type: 'negate', id: idOf(begun, 0) }))).toEqual(json(begun));
  });
  it('carry rows into the exclude block: conditions become "none of", lists exclusions', () => {
    const begun = start();
    const [age, , did] = begun.present.include.children as [Node, Node, Node];
    const { id } = begun.present.exclude;
    const next = act(begun, { type: 'put', ids: [age.id, did.id], parent: id, at: 1 });
    expect(json(next)).toEqual({
      where: [RULE.where[1], { not: { any: [RULE.where[0], RULE.where[2]] } }],
      exclude: [{ list: 'staff' }],
    });
  });
  it('never put a group into itself, or deeper than is bearable', () => {
    const begun = start();
    const group = idOf(begun, 1);
    expect(mayGo(begun.present, [group], group)).toBe(false);
    expect(act(begun, { type: 'put', ids: [group], parent: group, at: 0 })).toBe(begun);
    let deep: Json = { segment: 'x' };
    for (let level = 0; level < 5; level++) deep = { any: [deep, { list: `l${level}` }] };
    const audience = readDefinition([deep, { any: [{ segment: 'a' }, { segment: 'b' }] }]);
    const [tall, flat] = audience.include.children as [Group, Group];
    expect(mayGo(audience, [tall.id], flat.id)).toBe(false);
    expect(mayGo(audience, [(flat.children[0] as Node).id], tall.id)).toBe(true);
  });
  it('change what stands around the conditions', () => {
    const limit = { n: 10, rank_by: 'views' };
    const next = act(start(), { type: 'around', said: { limit }, part: 'limit' });
    expect(json(next)).toEqual({ ...RULE, limit });
  });
});

describe('undo', () => {
  it('goes back and forth, and says what', () => {
    const begun = start();
    const moved = act(begun, { type: 'move', id: idOf(begun, 0), by: 1 });
    const back = turn(moved, { type: 'undo' });
    expect(json(back)).toEqual(RULE);
    expect(back.said).toBe('Undone: move of age');
    expect(back.wish).toEqual({ id: idOf(begun, 0), part: 'kept' });
    const forth = turn(back, { type: 'redo' });
    expect(json(forth)).toEqual(json(moved));
    expect(forth.said).toBe('Redone: move of age');
    expect(turn(begun, { type: 'undo' }).said).toBe('Nothing to undo');
  });
  it('takes typing in one field as one step, until there is a pause or another field', () => {
    const begun = start();
    const id = idOf(begun, 0);
    const set = (value: number, part: string): Action => ({
      type: 'set',
      id,
      value: { field: 'age', op: '>=', value },
      part,
    });
    const typed = act(act(begun, set(2, 'value'), 100), set(25, 'value'), 300);
    expect(typed.past).toHaveLength(1);
    expect(act(typed, set(251, 'value'), 9_000).past).toHaveLength(2);
    expect(act(typed, set(251, 'op'), 400).past).toHaveLength(2);
    expect(json(turn(typed, { type: 'undo' }))).toEqual(RULE);
  });
  it('forgets the way forth after another change', () => {
    const begun = start();
    const back = turn(act(begun, { type: 'remove', ids: [idOf(begun, 0)] }), { type: 'undo' });
    const other = act(back, { type: 'negate', id: idOf(begun, 0) });
    expect(other.future).toEqual([]);
  });
  it('takes back a rule that was loaded; loading the same is no step', () => {
    const begun = start();
    expect(turn(begun, { type: 'load', definition: RULE, at: 0 })).toBe(begun);
    const other = { where: [{ field: 'age', op: '>=', value: 21 }] };
    const loaded = turn(begun, { type: 'load', definition: other, at: 0 });
    expect(json(loaded)).toEqual(other);
    expect(idOf(loaded, 0)).toBe(idOf(begun, 0));
    expect(json(turn(loaded, { type: 'undo' }))).toEqual(RULE);
  });
  it('makes no step of what changes nothing', () => {
    const begun = start();
    expect(act(begun, { type: 'move', id: idOf(begun, 0), by: -1 })).toBe(begun);
  });
});

/** A small generator of numbers: the same each time. */
const dice = (seed: number) => {
  let state = seed;
  return (sides: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
};

const nodesOf = (audience: Audience): Node[] => {
  const all = (node: Node): Node[] =>
    isGroup(node) ? [node, ...node.children.flatMap(all)] : [node];
  return rootsOf(audience).flatMap((root) => root.children.flatMap(all));
};

describe('what keeps the meaning', () => {
  const rules = Object.values(examples).flat() as Json[];
  const keepers = (audience: Audience, roll: (sides: number) => number): Action | null => {
    const nodes = nodesOf(audience);
    const node = nodes[roll(nodes.length)];
    if (!node) return null;
    const { id } = node;
    if (roll(3) === 0) {
      const root = rootsOf(audience).find((one) => find(one, id)) as Group;
      if (isGroup(node) && ungroupsFreely(root, id)) return { type: 'ungroup', id };
    }
    const parent = rootsOf(audience)
      .map((root) => parentOf(root, id))
      .find(Boolean) as Group;
    if (roll(4) === 0 && typeof parent.match === 'string' && parent !== audience.exclude)
      return { type: 'wrap', ids: [id] };
    return { type: 'move', id, by: roll(2) ? 1 : -1 };
  };
  it.each(rules.map((rule, seed) => [(rule as { name: string }).name, rule, seed + 1] as const))(
    'moves, groups and ungroups in %s',
    (_, rule, seed) => {
      const roll = dice(seed);
      let history = begin(readDefinition(rule));
      for (let turns = 0; turns < 12; turns++) {
        const action = keepers(history.present, roll);
        if (action) history = act(history, action, turns * 10_000);
      }
      expect(normal(json(history))).toEqual(normal(rule));
      for (let steps = history.past.length; steps > 0; steps--)
        history = turn(history, { type: 'undo' });
      expect(same(history.present, begin(history.present).present)).toBe(true);
      expect(normal(json(history))).toEqual(normal(rule));
    },
  );
});

const parentOf = (root: Group, id: string): Group | null => {
  if (root.children.some((child) => child.id === id)) return root;
  for (const child of root.children) {
    const found = isGroup(child) ? parentOf(child, id) : null;
    if (found) return found;
  }
  return null;
};

it('says in words what each action does', () => {
  const { present } = start();
  const outcome = reduce(present, { type: 'remove', ids: [present.include.children[1]?.id ?? ''] });
  expect(outcome.words).toBe('removal of group: any of');
});
