import { describe, expect, it } from 'vitest';
import { type Block, contains, extended, isOneCell, pastedCells, rectangle, sizeOf } from './block';

const at = (row: number, column: number) => ({ row, column });
const BOUNDS = { rows: 10, columns: 4 };

describe('a block', () => {
  it('has edges wherever it began', () => {
    const block: Block = { from: at(5, 3), to: at(2, 1) };
    expect(rectangle(block)).toEqual({ top: 2, bottom: 5, left: 1, right: 3 });
    expect(sizeOf(block)).toEqual({ rows: 4, columns: 3 });
    expect(contains(block, 2, 1)).toBe(true);
    expect(contains(block, 6, 1)).toBe(false);
    expect(contains(null, 0, 0)).toBe(false);
  });

  it.each([
    ['ArrowDown', at(3, 1)],
    ['ArrowUp', at(1, 1)],
    ['ArrowLeft', at(2, 0)],
    ['ArrowRight', at(2, 2)],
  ])('grows with Shift and %s', (key, to) => {
    const block = { from: at(2, 1), to: at(2, 1) };
    expect(extended(block, key, BOUNDS)).toEqual({ from: at(2, 1), to });
  });

  it('stays in the list', () => {
    expect(extended({ from: at(9, 3), to: at(9, 3) }, 'ArrowDown', BOUNDS).to).toEqual(at(9, 3));
    expect(extended({ from: at(0, 0), to: at(0, 0) }, 'ArrowLeft', BOUNDS).to).toEqual(at(0, 0));
    expect(isOneCell({ from: at(0, 0), to: at(0, 0) })).toBe(true);
  });
});

describe('a paste', () => {
  const one = { from: at(1, 1), to: at(1, 1) };

  it('fills from the focused cell on', () => {
    expect(pastedCells([['a', 'b'], ['c']], one, BOUNDS)).toEqual([
      { row: 1, column: 1, value: 'a' },
      { row: 1, column: 2, value: 'b' },
      { row: 2, column: 1, value: 'c' },
    ]);
  });

  it('repeats over a marked multiple of it', () => {
    const cells = pastedCells([['a']], { from: at(3, 0), to: at(1, 1) }, BOUNDS);
    expect(cells).toHaveLength(6);
    expect(new Set(cells.map(({ value }) => value))).toEqual(new Set(['a']));
  });

  it('does not repeat over what is no multiple', () => {
    const block = { from: at(0, 0), to: at(2, 0) };
    expect(pastedCells([['a'], ['b']], block, BOUNDS)).toHaveLength(2);
  });

  it('leaves out what lies beyond the last row or column', () => {
    const cells = pastedCells([['a', 'b']], { from: at(9, 3), to: at(9, 3) }, BOUNDS);
    expect(cells).toEqual([{ row: 9, column: 3, value: 'a' }]);
  });

  it('of nothing fills nothing', () => {
    expect(pastedCells([], one, BOUNDS)).toEqual([]);
  });
});
