import { describe, expect, it } from 'vitest';
import {
  conditionOn,
  EVERYTHING,
  fieldsOf,
  isFiltered,
  partsOf,
  pressed,
  readQuery,
  withCondition,
  withoutPart,
  writeQuery,
} from './query';
import type { Condition, Query } from './types';

const SHIPPED: Condition = { field: 'status', op: '=', value: 'shipped' };
const LARGE: Condition = { field: 'total_amount', op: '>', value: '100' };
const ANY = { any: [SHIPPED, LARGE] };

describe('the address', () => {
  it.each([
    ['nothing', undefined],
    ['a text', 'x'],
    ['a list', []],
    ['wrong parts', { filter: 'x', search: 3, sort: [{ field: 1 }, { field: 'a', dir: 'up' }] }],
  ])('of %s shows everything', (_, found) => {
    expect(readQuery(found)).toEqual(EVERYTHING);
  });

  it('comes back as it was written', () => {
    const query: Query = {
      filter: ANY,
      search: 'anna',
      sort: [{ field: 'status', dir: 'desc' }],
    };
    expect(readQuery(JSON.parse(JSON.stringify(writeQuery(query))))).toEqual(query);
  });

  it('says nothing where everything is shown', () => {
    expect(writeQuery(EVERYTHING)).toBe(undefined);
    expect(isFiltered(EVERYTHING)).toBe(false);
  });
});

describe('conditions', () => {
  it('are added, replaced in their place, and taken away', () => {
    const one = withCondition(EVERYTHING, 'status', SHIPPED);
    expect(one.filter).toEqual(SHIPPED);
    const two = withCondition(one, 'total_amount', LARGE);
    expect(two.filter).toEqual({ all: [SHIPPED, LARGE] });
    const other: Condition = { field: 'status', op: 'empty' };
    expect(partsOf(withCondition(two, 'status', other).filter)).toEqual([other, LARGE]);
    expect(withCondition(two, 'status', null).filter).toEqual(LARGE);
    expect(withoutPart(two, 1).filter).toEqual(SHIPPED);
    expect(withoutPart(one, 0).filter).toBe(null);
  });

  it('leave what the head of a column cannot show as it is', () => {
    const query = { ...EVERYTHING, filter: { all: [ANY, LARGE] } };
    expect(conditionOn(query, 'status')).toBe(null);
    expect(conditionOn(query, 'total_amount')).toEqual(LARGE);
    expect(partsOf(withCondition(query, 'status', SHIPPED).filter)).toEqual([ANY, LARGE, SHIPPED]);
    expect(fieldsOf({ not: query.filter })).toEqual(new Set(['status', 'total_amount']));
  });
});

describe('the sort', () => {
  it('goes up, down and away with each press', () => {
    const up = pressed([], 'status', false);
    expect(up).toEqual([{ field: 'status', dir: 'asc' }]);
    const down = pressed(up, 'status', false);
    expect(down).toEqual([{ field: 'status', dir: 'desc' }]);
    expect(pressed(down, 'status', false)).toEqual([]);
  });

  it('keeps the others with Shift, three at most', () => {
    const keys = ['a', 'b', 'c', 'd'].reduce(
      (sort, field) => pressed(sort, field, true),
      pressed([], 'z', false),
    );
    expect(keys.map(({ field }) => field)).toEqual(['b', 'c', 'd']);
    expect(pressed(keys, 'c', true).map(({ dir }) => dir)).toEqual(['asc', 'desc', 'asc']);
    expect(pressed(keys, 'x', false)).toEqual([{ field: 'x', dir: 'asc' }]);
  });
});
