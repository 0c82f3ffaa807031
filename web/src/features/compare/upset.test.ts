import { describe, expect, it } from 'vitest';
import { MOST_COLUMNS, upsetOf } from './upset';

const region = (inside: string[], size: number) => ({
  key: inside.join('+'),
  inside,
  outside: [],
  size,
});

describe('the columns', () => {
  const { columns, more } = upsetOf(
    ['a', 'b', 'c'],
    [region(['a', 'c'], 100), region(['b'], 25), region(['a'], 0)],
  );

  it('have bars in proportion, and the smallest can still be seen', () => {
    expect(columns.map((column) => column.bar.height)).toEqual([170, 42.5, 2]);
    expect(new Set(columns.map((column) => column.bar.y + column.bar.height)).size).toBe(1);
  });

  it('have dots where the region lies, joined by a line', () => {
    expect(columns[0]?.dots.map((dot) => dot.inside)).toEqual([true, false, true]);
    expect(columns[0]?.line).toEqual({
      from: columns[0]?.dots[0]?.y,
      to: columns[0]?.dots[2]?.y,
    });
    expect(columns[1]?.line).toBeNull();
  });

  it('stand beside one another', () => {
    const places = columns.map((column) => column.x);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(more).toBe(0);
  });
});

it('draws the largest regions, and says how many more there are', () => {
  const many = Array.from({ length: 40 }, (_, nth) => region([`s${nth}`], 40 - nth));
  const { columns, more } = upsetOf([], many);
  expect([columns.length, more]).toEqual([MOST_COLUMNS, 40 - MOST_COLUMNS]);
});
