import { describe, expect, it } from 'vitest';
import type { Audience, Group, Json, Leaf, Node } from '../tree/types';
import { asksSomething, countable, whole } from './complete';

const leaf = (id: string, value: Json, kind = 'attribute'): Leaf =>
  ({ kind, id, negated: false, value }) as Leaf;
const group = (id: string, children: Node[], match: Group['match'] = 'all'): Group => ({
  kind: 'group',
  id,
  match,
  negated: false,
  children,
});
const audience = (include: Node[], exclude: Node[] = []): Audience => ({
  include: group('in', include),
  exclude: group('out', exclude, 'any'),
  around: {
    universe: null,
    limit: null,
    tz: null,
    ttl: null,
    start_date: null,
    end_date: null,
    depends_on: [],
    operation: null,
    others: {},
  },
});
const done = leaf('done', { field: 'tier', op: '=', value: 1 });
const open = leaf('open', { field: 'tier', op: '=', value: '' });

describe('what a condition must say', () => {
  it.each<[Json, boolean]>([
    [{ field: 'tier', op: '=', value: 0 }, true],
    [{ field: 'tier', op: '=', value: false }, true],
    [{ field: 'tier', op: 'missing' }, true],
    [{ field: 'tier', op: '>', value_field: 'other' }, true],
    [{ field: 'tier', op: '=' }, false],
    [{ field: '', op: '=', value: 1 }, false],
    [{ field: 'tier', value: 1 }, false],
    [{ field: 'tier', operator: 'in', value: [] }, false],
    [{ field: 'tier', op: 'in', value: [''] }, false],
    [{ field: 'tier', op: 'between', value: [1] }, false],
    [{ field: 'tier', op: 'between', value: [1, null] }, false],
    [{ field: 'tier', op: 'between', value: [1, 2] }, true],
    [{ did: 'view' }, true],
    [{ did: '' }, false],
    [{ did: [] }, false],
    [{ did: 'view', where: { field: 'genre', op: '=', value: '' } }, false],
    [{ did: 'view', where: { all: [{ field: 'genre', op: '=', value: 'sports' }] } }, true],
    [{ metric: 'spend', op: '>', value: '' }, false],
    [{ metric: 'spend', op: '>', value: '10.00' }, true],
    [{ metric: { agg: 'sum', of: 'amount', on: [] }, op: '>', value: 1 }, false],
    [{ sequence: [] }, false],
    [{ sequence: [{ did: 'view' }, { did: '' }] }, false],
    [{ sequence: [{ did: 'view' }, { did: 'click', absent: true }] }, true],
    [{ segment: '' }, false],
    [{ segment: 3 }, true],
    [{ list: 'staff' }, true],
    [{ near: { field: 'home', place: '' } }, false],
    [{ near: { field: 'home', lat: 0, lon: 0, km: 5 } }, true],
    [{ near: { field: 'home', lat: 0, lon: null, km: 5 } }, false],
    [
      {
        near: {
          field: 'home',
          polygon: [
            [1, 1],
            [2, 2],
          ],
        },
      },
      false,
    ],
    [{ bucket: { salt: '' } }, false],
    [{ age_bands: [] }, false],
    [{ age_bands: ['25-34'] }, true],
    [{ demographics: { gender: [] } }, false],
    [{ interests: { any: ['sports'] } }, true],
    [{ not: { segment: '' } }, false],
    [{}, false],
  ])('%j: %s', (value, expected) => expect(whole(value)).toBe(expected));
});

describe('what can be counted', () => {
  it('is everything, unchanged, when all is said', () => {
    const all = audience([done, group('g', [done], 'any')]);
    expect(countable(all)).toEqual({ audience: all, left: [] });
    expect(countable(all).audience).toBe(all);
  });

  it('leaves out what is not complete, and says which', () => {
    const { audience: rest, left } = countable(audience([done, open], [open]));
    expect(rest.include.children).toEqual([done]);
    expect(rest.exclude.children).toEqual([]);
    expect(left).toEqual(['open', 'open']);
  });

  it('leaves out a group that has nothing to ask any more, or too little', () => {
    expect(countable(audience([done, group('g', [open])])).audience.include.children).toEqual([
      done,
    ]);
    const two = group('g', [done, open], { op: '>=', n: 2 });
    expect(countable(audience([done, two])).audience.include.children).toEqual([done]);
    expect(countable(audience([done, group('new', [])])).left).toEqual(['new']);
  });

  it.each<[Record<string, Json>, boolean]>([
    [{ where: [] }, false],
    [{}, false],
    [{ where: [{ segment: 'vip' }] }, true],
    [{ where: { any: [] } }, true],
    [{ depends_on: ['vip'], operation: 'UNION' }, true],
  ])('knows whether %j asks anything', (definition, expected) =>
    expect(asksSomething(definition)).toBe(expected),
  );
});
