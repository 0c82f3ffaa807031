import { describe, expect, it } from 'vitest';
import { EVERYTHING } from './query';
import {
  chosenCount,
  isChosen,
  isNothing,
  NOTHING_CHOSEN,
  type Selection,
  selectBody,
  toggled,
  withAll,
} from './selection';

const ALL: Selection = { all: true, except: new Set() };

describe('a selection', () => {
  it('is of some, by number', () => {
    const some = withAll(toggled(NOTHING_CHOSEN, 3), [4, 5]);
    expect([3, 4, 5, 6].map((id) => isChosen(some, id))).toEqual([true, true, true, false]);
    expect(chosenCount(some, null)).toBe(3);
    expect(selectBody(toggled(some, 4), EVERYTHING)).toEqual({ order_ids: [3, 5] });
    expect(isNothing(NOTHING_CHOSEN)).toBe(true);
  });

  it('is of all that match, but some', () => {
    const most = toggled(ALL, 3);
    expect(isChosen(most, 3)).toBe(false);
    expect(isChosen(most, 4)).toBe(true);
    expect(chosenCount(most, 100)).toBe(99);
    expect(chosenCount(most, null)).toBe(null);
    expect(isChosen(withAll(most, [3]), 3)).toBe(true);
    expect(selectBody(ALL, EVERYTHING)).toEqual({ query: EVERYTHING });
    const left = { field: 'order_id', op: 'not_in', value: [3] };
    expect(selectBody(most, EVERYTHING)).toEqual({ query: { ...EVERYTHING, filter: left } });
    const filter = { field: 'note', op: 'empty' as const };
    expect(selectBody(most, { ...EVERYTHING, filter })).toEqual({
      query: { ...EVERYTHING, filter: { all: [filter, left] } },
    });
  });
});
