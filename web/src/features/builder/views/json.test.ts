import { expect, it } from 'vitest';
import { readJson, writeJson } from './json';

it('reads what it writes', () => {
  const value = { where: [{ field: 'tier', op: '=', value: 1 }] };
  expect(readJson(writeJson(value))).toEqual({ value });
});

it.each([
  ['', /nothing here/],
  ['{"a": 1,\n  b}', /line 2, column 3/],
  ['[1, 2', /not JSON/],
])('says where %j breaks', (text, expected) => {
  const read = readJson(text);
  expect('fault' in read ? read.fault : '').toMatch(expected);
});
