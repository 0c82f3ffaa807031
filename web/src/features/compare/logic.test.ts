import { describe, expect, it } from 'vitest';
import type { Overlap } from './logic';
import {
  choiceOfRegion,
  choicesOf,
  comparedOf,
  definitionOf,
  namesOf,
  regionsOf,
  shortcuts,
  suggestions,
} from './logic';

const segment = (name: string, row_count: number, id: number) => ({
  id,
  name,
  version: 1,
  as_of: '2026-11-21T00:00:00Z',
  row_count,
});
const overlap = {
  segments: [segment('a', 100, 1), segment('b', 60, 2), segment('c', 10, 3)],
  intersections: [
    [100, 40, 0],
    [40, 60, 10],
    [0, 10, 10],
  ],
  jaccard: [
    [1, 1 / 3, 0],
    [1 / 3, 1, 1 / 6],
    [0, 1 / 6, 1],
  ],
  regions: [
    { segments: ['a'], row_count: 60 },
    { segments: ['b', 'a'], row_count: 40 },
    { segments: ['b', 'c'], row_count: 10 },
    { segments: ['b'], row_count: 10 },
  ],
} as unknown as Overlap;
const titles = new Map([['a', 'Alpha']]);
const compared = comparedOf(overlap, titles);
const regions = regionsOf(overlap);

it.each([
  ['a,b, a ,', ['a', 'b']],
  [undefined, []],
  ['a,b,c,d,e,f,g', ['a', 'b', 'c', 'd', 'e', 'f']],
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [7, ['7']],
])('the address %s names %s', (asked, names) => expect(namesOf(asked)).toEqual(names));

describe('regions', () => {
  it('know what they lie outside of, in the order of the segments', () => {
    expect(regions[1]).toEqual({ key: 'in:a+b', inside: ['a', 'b'], outside: ['c'], size: 40 });
  });

  it('are said by titles', () => {
    const choice = choiceOfRegion(compared, regions[1] as (typeof regions)[0]);
    expect(choice.sentence).toBe('are in Alpha and b, but not in c');
    expect(choice.title).toBe('Alpha and b, not c');
  });
});

describe('the rule that says the same', () => {
  it.each([
    [['a'], [], { where: { segment: 'a' } }],
    [
      ['a', 'b'],
      ['c'],
      {
        where: { all: [{ segment: 'a' }, { segment: 'b' }] },
        exclude: [{ segment: 'c' }],
      },
    ],
  ] as const)('of what is in %s and not in %s', (inside, outside, definition) =>
    expect(definitionOf([...inside], [...outside])).toEqual(definition),
  );

  it('of everyone in any', () => {
    const [any] = shortcuts(compared, regions);
    expect(any?.size).toBe(120);
    expect(any?.definition).toEqual({
      where: { any: [{ segment: 'a' }, { segment: 'b' }, { segment: 'c' }] },
    });
  });

  it('of those in all, though there are none, and of those in one alone', () => {
    const sizes = shortcuts(compared, regions).map((choice) => choice.size);
    expect(sizes).toEqual([120, 0, 60, 10, 0]);
  });

  it('of a pair, whatever the others say', () => {
    const pair = choicesOf(overlap, compared, regions).get('pair:b+c');
    expect(pair?.size).toBe(10);
    expect(pair?.definition.exclude).toBeUndefined();
  });
});

describe('suggestions', () => {
  it('begin with the pairs that are most alike, and leave out those that share nobody', () =>
    expect(suggestions(overlap, []).map((pair) => pair.first + pair.second)).toEqual(['ab', 'bc']));
  it('go with what is chosen already', () =>
    expect(suggestions(overlap, ['c']).map((pair) => pair.first + pair.second)).toEqual(['bc']));
});
