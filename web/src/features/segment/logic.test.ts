import { describe, expect, it } from 'vitest';
import {
  cellText,
  comparedVersions,
  firstColumns,
  readSearch,
  type SegmentVersion,
  sizeSeries,
  sizesBy,
  timesWords,
  versionSizes,
} from './logic';

describe('the address', () => {
  it('gives only what makes sense', () => {
    expect(
      readSearch({
        tab: 'members',
        why: 42,
        change: 'died',
        at: '',
        days: '30',
        from: -1,
        to: 'x',
      }),
    ).toEqual({ tab: 'members', why: '42', days: 30 });
  });

  it('keeps an empty "why": the sheet then asks', () => {
    expect(readSearch({ why: '' }).why).toBe('');
    expect(readSearch({}).why).toBeUndefined();
  });
});

const version = (number: number, entered = 5, left = 2): SegmentVersion =>
  ({
    version: number,
    as_of: `2026-11-0${number}T00:00:00Z`,
    row_count: 100 + number,
    entered,
    left,
  }) as SegmentVersion;

describe('sizes', () => {
  it('rise to the newest, with who left below the line', () => {
    const [members, entered, left] = sizeSeries([version(3), version(2)]);
    expect(members?.points.map(({ y }) => y)).toEqual([102, 103]);
    expect(entered?.points[0]).toEqual({ at: '2026-11-02T00:00:00Z', y: 5 });
    expect(left?.points[0]?.y).toBe(-2);
  });

  it('of the first version have nobody who entered', () => {
    expect(versionSizes([version(1, 101, 0)])[0]).toMatchObject({ entered: null, left: null });
  });

  it.each([
    [2, undefined, 'days'],
    [9, undefined, 'versions'],
    [2, 'versions', 'versions'],
  ] as const)(
    'of %i versions are shown by what tells more, or as asked (%s)',
    (many, asked, by) => {
      const segment = { version: many, sizes: Array.from({ length: many }, () => 1) };
      expect(sizesBy(segment, { sizes: asked })).toBe(by);
    },
  );

  it('that were never computed are no days', () => {
    expect(sizesBy({ version: null, sizes: [] }, {})).toBe('versions');
  });
});

describe('two versions to compare', () => {
  const versions = [3, 2, 1].map((number) => version(number));
  it.each([
    [{}, { from: 2, to: 3 }],
    [{ from: 1 }, { from: 1, to: 3 }],
    [{ to: 2 }, { from: 1, to: 2 }],
    [
      { from: 9, to: 8 },
      { from: 2, to: 3 },
    ],
    [
      { from: 3, to: 1 },
      { from: 3, to: 1 },
    ],
    [
      { from: 3, to: 3 },
      { from: 2, to: 3 },
    ],
  ])('of %j are %j', (search, pair) => expect(comparedVersions(versions, search)).toEqual(pair));

  it('need two', () => expect(comparedVersions([version(1)], {})).toBeNull());
});

it('begins with columns that are not personal', () => {
  const names = ['id', 'email', 'a', 'b', 'c', 'd', 'e', 'f'];
  expect(firstColumns(names, ['email'])).toEqual(['id', 'a', 'b', 'c', 'd', 'e']);
});

it.each([
  [null, '–'],
  [true, 'Yes'],
  [['a', 'b'], 'a, b'],
  [[], '–'],
  [{ lat: 1 }, '{"lat":1}'],
  [12, '12'],
])('shows %j as %s', (value, text) => expect(cellText(value, undefined)).toBe(text));

it.each([
  [240, "2.4 times everyone's share"],
  [83, "83 % of everyone's share"],
  [0, 'hardly anybody'],
])('says an index of %i as "%s"', (index, words) => expect(timesWords(index)).toBe(words));
