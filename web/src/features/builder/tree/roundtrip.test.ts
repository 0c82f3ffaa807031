// Reading and writing: nothing is lost, and nothing changes its meaning.
import { describe, expect, it } from 'vitest';
import examples from './examples.json';
import { same } from './json';
import { normal } from './normal.testing';
import { readDefinition } from './read';
import { isGroup, type Json, type Node } from './types';
import { writeDefinition } from './write';

const rules = Object.entries(examples).flatMap(([example, documents]) =>
  documents.map((rule) => ({ title: `${example} ${rule.name}`, rule: rule as Json })),
);
const again = (json: Json): Json => writeDefinition(readDefinition(json)).definition;
const leaves = (node: Node): Node[] => (isGroup(node) ? node.children.flatMap(leaves) : [node]);

describe.each(rules)('$title', ({ rule }) => {
  it('means the same after reading and writing', () => {
    expect(normal(again(rule))).toEqual(normal(rule));
  });
  it('settles: reading what was written and writing it again changes nothing', () => {
    expect(same(again(again(rule)), again(rule))).toBe(true);
  });
  it('has an editor for each of its conditions', () => {
    const { include, exclude, around } = readDefinition(rule);
    const kinds = [include, exclude].flatMap(leaves).map((leaf) => leaf.kind);
    expect(kinds).not.toContain('raw');
    expect(around.others).toEqual({});
  });
  it('writes each node to a path where its JSON stands', () => {
    const { definition, paths } = writeDefinition(readDefinition(rule));
    for (const path of paths.keys()) expect(at(definition, path), path).toBeDefined();
  });
});

/** What stands at a path such as `$.where[0].any[1]`. */
const at = (json: Json, path: string): Json =>
  [...path.matchAll(/\.([a-z_]+)|\[(\d+)\]/g)].reduce<Json>((found, [, name, place]) => {
    const key = name ?? Number(place);
    return (found as Record<string | number, Json> | undefined)?.[key];
  }, json);

describe('what the tree cannot show', () => {
  const odd: [string, Json][] = [
    ['an unknown condition', { where: [{ zodiac: 'leo' }, { field: 'age', op: '>', value: 3 }] }],
    ['an unknown member of a condition', { where: [{ did: 'view', often: true }] }],
    ['two conditions in one', { where: [{ field: 'age', op: 'exists', segment: 'vip' }] }],
    ['a number where a condition belongs', { where: [4, { segment: 'vip' }] }],
    ['an unknown part of the rule', { where: [{ segment: 'vip' }], mood: { good: true } }],
    ['a limit of another shape', { where: [{ segment: 'vip' }], limit: 'ten' }],
    [
      'an exclusion that is none',
      { where: [{ segment: 'vip' }], exclude: [{ list: 'a', in: false }] },
    ],
    ['a group with more than its list', { where: { all: [{ segment: 'vip' }], note: 'x' } }],
    ['operators given twice', { where: [{ field: 'a', op: '=', operator: '!=', value: 1 }] }],
  ];
  it.each(odd)('keeps %s', (_, json) => {
    expect(normal(again(json))).toEqual(normal(json));
  });
  it('adds exclusions to those it cannot show', () => {
    const audience = readDefinition(odd[6]?.[1]);
    audience.exclude.children.push(...readDefinition({ list: 'staff' }).include.children);
    expect(writeDefinition(audience).definition.exclude).toEqual([
      { list: 'a', in: false },
      { list: 'staff' },
    ]);
  });
});

describe('spellings', () => {
  it.each([
    ['a bare condition', { segment: 'vip' }],
    ['a list', [{ segment: 'vip' }, { segment: 'new' }]],
    ['a bare group', { any: [{ segment: 'vip' }, { list: 'staff' }] }],
    ['conditions', { conditions: [{ field: 'age', operator: '>', value: 3 }] }],
    ['not of not', { where: { not: { not: { segment: 'vip' } } } }],
    ['a list in a group', { any: [[{ segment: 'a' }, { segment: 'b' }], { segment: 'c' }] }],
    [
      'a condition on events with where',
      { did: 'view', where: [{ field: 'genre', op: 'exists' }] },
    ],
  ])('reads %s', (_, json) => {
    expect(normal(again(json))).toEqual(normal(json));
  });
  it.each([null, undefined, {}])('reads %s as nothing yet', (json) => {
    expect(again(json)).toEqual({ where: [] });
  });
});

describe('the exclude block', () => {
  it('is the last "none of", and the list of exclusions', () => {
    const rule = {
      where: [{ segment: 'a' }, { not: { any: [{ field: 'age', op: 'missing' }] } }],
      exclude: [{ list: 'staff' }],
    };
    const { include, exclude } = readDefinition(rule);
    expect(include.children.map((node) => node.kind)).toEqual(['segment']);
    expect(exclude.children.map((node) => node.kind)).toEqual(['attribute', 'list']);
    expect(again(rule)).toEqual(rule);
  });
  it('leaves a segment where it counts: before the limit', () => {
    const rule = { where: [{ segment: 'a' }, { not: { any: [{ segment: 'b' }] } }] };
    expect(readDefinition(rule).exclude.children).toEqual([]);
    expect(again(rule)).toEqual(rule);
  });
  it('stands beside an include block of any', () => {
    const rule = {
      where: [
        { any: [{ segment: 'a' }, { segment: 'b' }] },
        { not: { any: [{ field: 'age', op: 'missing' }] } },
      ],
    };
    expect(readDefinition(rule).include.match).toBe('any');
    expect(again(rule)).toEqual(rule);
  });
  it('may be all there is', () => {
    const audience = readDefinition({ where: [] });
    audience.exclude.children = readDefinition({ field: 'age', op: 'missing' }).include.children;
    expect(writeDefinition(audience).definition).toEqual({
      where: [{ not: { any: [{ field: 'age', op: 'missing' }] } }],
    });
  });
});

it('leaves empty groups out: they say nothing yet', () => {
  const rule = { where: [{ segment: 'a' }, { any: [] }, { all: [{ any: [] }] }] };
  expect(again(rule)).toEqual({ where: [{ segment: 'a' }] });
});
