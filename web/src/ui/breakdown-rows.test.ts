import { describe, expect, it } from 'vitest';
import type { OwnAttribute } from './breakdown-rows';
import { leaning, longest, partLabel, rowsOf, shortened } from './breakdown-rows';

const part = (
  kind: 'value' | 'range' | 'other' | 'missing',
  label: string | null,
  share = 0.1,
) => ({
  kind,
  label,
  above: null,
  to: null,
  members: share * 1000,
  everyone: 100,
  share,
  share_of_everyone: 0.2,
  index: share * 500,
});
const attribute = (...parts: OwnAttribute['parts']): OwnAttribute => ({
  name: 'a',
  label: 'A',
  several: false,
  parts,
});

describe('the name of a part', () => {
  const range = (above: number | string | null, to: number | string | null) =>
    partLabel({ kind: 'range', label: null, above, to });
  it.each([
    [range(null, 1000), 'up to 1,000'],
    [range(1000, 2000), 'over 1,000 to 2,000'],
    [range('2026-01-01', null), 'over 2026-01-01'],
    [range(null, null), 'Any'],
    [partLabel(part('missing', null)), 'Not known'],
    [partLabel(part('other', null)), 'All others'],
    [partLabel(part('value', 'NSW')), 'NSW'],
  ])('%s', (label, expected) => expect(label).toBe(expected));
});

describe('the rows', () => {
  it('have the most frequent first, the rest and the unknown last', () => {
    const rows = rowsOf(
      attribute(
        part('missing', null, 0.9),
        part('value', 'few', 0.1),
        part('other', null, 0.8),
        part('value', 'many', 0.5),
      ),
    );
    expect(rows.map((row) => row.label)).toEqual(['many', 'few', 'All others', 'Not known']);
  });

  it('leave ranges in their order', () => {
    const rows = rowsOf(attribute(part('range', '18-24', 0.1), part('range', '25-34', 0.6)));
    expect(rows.map((row) => row.label)).toEqual(['18-24', '25-34']);
  });

  it('have a cell for each of several segments', () => {
    const shared = {
      ...part('value', 'x'),
      members: [5, 9],
      shares: [0.1, 0.4],
      indexes: [50, null],
    };
    const [row] = rowsOf({ name: 'a', label: 'A', several: false, parts: [shared] });
    expect(row?.cells).toEqual([
      { members: 5, share: 0.1, index: 50 },
      { members: 9, share: 0.4, index: null },
    ]);
    expect(longest([row as never])).toBe(0.4);
  });

  it('are cut short, but never by one alone, and never the unknown', () => {
    const values = ['a', 'b', 'c', 'd', 'e'].map((label) => part('value', label));
    const rows = rowsOf(attribute(...values, part('missing', null)));
    expect(shortened(rows, 4).more).toBe(0);
    const { shown, more } = shortened(rows, 3);
    expect([shown.length, shown.at(-1)?.label, more]).toEqual([4, 'Not known', 2]);
  });
});

it.each([
  [500, 140, 'more'],
  [500, 60, 'less'],
  [500, 105, 'same'],
  [10, 400, 'few'],
  [0, 0, 'less'],
  [5, null, 'few'],
] as const)('%s members with the index %s are read as %s', (members, index, expected) =>
  expect(leaning({ members, share: 0, index })).toBe(expected),
);
