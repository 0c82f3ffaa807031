import { describe, expect, it } from 'vitest';
import {
  cursorAt,
  frameOf,
  nearest,
  type Series,
  said,
  spanOf,
  spoken,
  summary,
  zoomed,
} from './data';

const DAYS: Series[] = [
  {
    name: 'Members',
    points: [
      { at: '2026-11-03T00:00:00Z', y: 30 },
      { at: '2026-11-01T00:00:00Z', y: 10 },
    ],
  },
  { name: 'Entered', points: [{ at: '2026-11-02T00:00:00Z', y: 4 }] },
];
const days = frameOf(DAYS, 'time');
const parts = frameOf(
  [{ name: 'n', points: [0, 1, 2, 3, 4, 5, 6, 7].map((y) => ({ x: `part ${y}`, y })) }],
  'category',
);

describe('a frame', () => {
  it('holds the places of all series, in order, with gaps where one has none', () => {
    expect(days.labels).toEqual(['1 Nov 2026', '2 Nov 2026', '3 Nov 2026']);
    expect(days.series.map((one) => one.values)).toEqual([
      [10, null, 30],
      [null, 4, null],
    ]);
  });

  it('says the time of day where two places are on one day', () => {
    const points = ['2026-11-01T01:00:00Z', '2026-11-01T05:00:00Z'].map((at) => ({ at, y: 1 }));
    expect(frameOf([{ name: 'n', points }], 'time').labels[0]).toMatch(/\d\d:00/);
  });

  it('keeps the order of categories', () =>
    expect(parts.xs.slice(0, 2)).toEqual(['part 0', 'part 1']));
});

describe('spans', () => {
  it('are the places nearest to what was brushed, whichever way', () => {
    const [from, to] = [Date.parse('2026-11-02T20:00:00Z'), Date.parse('2026-10-20T00:00:00Z')];
    expect(spanOf(days, from, to)).toEqual([0, 2]);
    expect(nearest(parts, 2.4)).toBe(2);
  });

  it.each([
    [[0, 7], 0.5, [2, 6]],
    [[2, 6], 2, null],
    [[0, 2], 2, [0, 4]],
    [[6, 7], 0.5, [5, 7]],
  ] as const)('zoom from %s by %s to %s', (from, factor, to) =>
    expect(zoomed(parts, from, factor)).toEqual(to),
  );

  it.each([
    [null, 'ArrowRight', 2],
    [null, 'ArrowLeft', 6],
    [6, 'ArrowRight', 6],
    [4, 'Home', 2],
    [4, 'x', null],
  ] as const)('the cursor at %s with %s goes to %s', (at, key, to) =>
    expect(cursorAt(at, key, [2, 6])).toBe(to),
  );
});

describe('words', () => {
  it('say what stands at a place, without what is hidden', () => {
    expect(spoken(days, 1, { unit: 'people' }, new Set())).toBe(
      '2 Nov 2026: Members –; Entered 4 people',
    );
    expect(spoken(days, 1, {}, new Set(['Members']))).toBe('2 Nov 2026: Entered 4');
  });

  it('sum a chart up', () =>
    expect(summary('Size', days, {})).toBe(
      'Size: 3 points, 1 Nov 2026 to 3 Nov 2026. Members: lowest 10 (1 Nov 2026), highest 30 ' +
        '(3 Nov 2026). Entered: lowest 4 (2 Nov 2026), highest 4 (2 Nov 2026).',
    ));

  it('bear a chart without data', () =>
    expect(summary('Size', frameOf([], 'time'), {})).toBe('Size: no data.'));

  it('say money as money', () => expect(said(12.5, { currency: 'AUD' })).toBe('$12.50'));
});
