import { describe, expect, it } from 'vitest';
import { readTsv, writeTsv } from './tsv';

const CASES: [string, string, string[][]][] = [
  ['nothing', '', []],
  ['one cell', 'a', [['a']]],
  [
    'a block, as Excel ends it',
    'a\tb\r\nc\td\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['old line breaks', 'a\nb\rc', [['a'], ['b'], ['c']]],
  [
    'empty cells',
    '\t\r\n\tx',
    [
      ['', ''],
      ['', 'x'],
    ],
  ],
  ['an empty row between', 'a\r\n\r\nb', [['a'], [''], ['b']]],
  ['a line break in a cell', '"a\nb"\tc', [['a\nb', 'c']]],
  ['a tab and quotes in a cell', '"say ""hi""\there"', [['say "hi"\there']]],
  ['a quote that opens nothing', '7" screen\tb', [['7" screen', 'b']]],
  ['a quote at the start that is a letter', '"big" one\tb', [['"big" one', 'b']]],
  ['a quote that never closes', '"a\tb', [['"a', 'b']]],
];

describe('the clipboard', () => {
  it.each(CASES)('reads %s', (_, text, rows) => {
    expect(readTsv(text)).toEqual(rows);
  });

  it('writes what it reads back', () => {
    const rows = [
      ['a', 'b\nc', '"'],
      ['', 'tab\there', '12.50'],
    ];
    expect(readTsv(writeTsv(rows))).toEqual(rows);
  });
});
