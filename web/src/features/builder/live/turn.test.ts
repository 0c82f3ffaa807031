import { expect, it } from 'vitest';
import type { Json, Leaf } from '../tree/types';
import { type End, turned } from './turn';

it.each<[string, string, Json, End, number | string, Json]>([
  ['a number', 'attribute', { field: 'age', op: '>', value: 3 }, 'value', 5, { value: 5 }],
  [
    'a span',
    'attribute',
    { field: 'age', op: 'between', value: [1, 3] },
    'high',
    5,
    { value: [1, 5] },
  ],
  [
    'its lower end',
    'attribute',
    { field: 'age', op: 'between', value: [1, 3] },
    'low',
    0,
    { value: [0, 3] },
  ],
  [
    'a length',
    'attribute',
    { field: 'at', op: 'in_last', value: 'P30D' },
    'value',
    7,
    { value: 'P7D' },
  ],
  [
    'an amount',
    'metric',
    { metric: 'spend', op: '>', value: '1.00' },
    'value',
    2.5,
    { value: '2.5' },
  ],
  [
    'a day',
    'attribute',
    { field: 'd', op: '>', value: '2026-01-01' },
    'value',
    '2026-02-01',
    { value: '2026-02-01' },
  ],
  ['events, unsaid', 'did', { did: 'view' }, 'value', 3, { times: { op: '>=', n: 3 } }],
  [
    'events',
    'did',
    { did: 'view', times: { op: '<', n: 1 } },
    'value',
    3,
    { times: { op: '<', n: 3 } },
  ],
  ['events, short', 'did', { did: 'view', times: 2 }, 'value', 3, { times: 3 }],
  [
    'events between',
    'did',
    { did: 'view', times: { op: 'between', n: [1, 2] } },
    'high',
    3,
    { times: { op: 'between', n: [1, 3] } },
  ],
])('turns %s', (_name, kind, value, end, number, expected) =>
  expect(turned({ kind, id: 'x', negated: false, value } as Leaf, end, number)).toEqual({
    ...(value as object),
    ...(expected as object),
  }),
);

it('turns nothing else', () =>
  expect(
    turned({ kind: 'facets', id: 'x', negated: false, value: { age_bands: '65+' } }, 'value', 3),
  ).toBeNull());
