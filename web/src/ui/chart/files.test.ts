import { describe, expect, it } from 'vitest';
import { frameOf } from './data';
import { cell, csv, fileName, rowsOf } from './files';

describe('cells', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['=1+1', `"'=1+1"`],
    ['+61 2', `"'+61 2"`],
    ['-x', `"'-x"`],
    ['@sum', `"'@sum"`],
    ['\tx', `"'\tx"`],
    [-5, '-5'],
    [null, ''],
  ])('%j becomes %s', (value, text) => expect(cell(value)).toBe(text));
});

it('writes what is shown: the window, without hidden series', () => {
  const points = [1, 2, 3].map((d) => ({ at: `2026-11-0${d}T00:00:00Z`, y: d }));
  const frame = frameOf(
    [
      { name: 'a', points },
      { name: 'b', points },
    ],
    'time',
  );
  expect(csv(rowsOf(frame, [1, 2], new Set(['b'])))).toBe(
    'Time,a\r\n2026-11-02T00:00:00.000Z,2\r\n2026-11-03T00:00:00.000Z,3\r\n',
  );
});

it.each([
  ['Size by day', 'size-by-day'],
  ['Größe: 2026!', 'größe-2026'],
  ['…', 'chart'],
])('names the file of %s %s', (title, name) => expect(fileName(title)).toBe(name));
