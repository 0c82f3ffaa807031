import { expect, it } from 'vitest';
import { wordDiff } from './word-diff';

const shown = (before: string, after: string): string =>
  wordDiff(before, after)
    .map(
      ({ kind, text }) =>
        ({ same: text, added: `[+${text.trim()}]`, removed: `[-${text.trim()}]` })[kind],
    )
    .join('');

it.each([
  ['Age is 3.', 'Age is 3.', 'Age is 3.'],
  ['Age is 3.', 'Age is 4.', 'Age is [-3.][+4.]'],
  [
    'State is "NSW"; and x',
    'State is "New South Wales"; and x',
    'State is [-"NSW"][+"New South Wales"]; and x',
  ],
  ['', 'New rule', '[+New rule]'],
  ['Gone', '', '[-Gone]'],
  ['a b d', 'a b c d', 'a b [+c]d'],
])('from %j to %j', (before, after, pieces) => expect(shown(before, after)).toBe(pieces));

it('loses no word of either', () => {
  const [before, after] = ['all of: a is 1; and b is 2', 'any of: b is 2; or a is 1'];
  const pieces = wordDiff(before, after);
  const of = (left_out: string) =>
    pieces
      .filter(({ kind }) => kind !== left_out)
      .map(({ text }) => text)
      .join('')
      .replace(/\s/g, '');
  expect(of('added')).toBe(before.replace(/\s/g, ''));
  expect(of('removed')).toBe(after.replace(/\s/g, ''));
});
