import { describe, expect, it } from 'vitest';
import { lineOfPath, personalWord, spanWord, typeWord, valueWord } from './logic';

describe('words', () => {
  it.each([
    [true, 'yes'],
    [1234, '1,234'],
    [0.5, '0.5'],
    ['NSW', 'NSW'],
    [null, '–'],
  ])('%s is "%s"', (value, word) => expect(valueWord(value)).toBe(word));

  it('says spans only where there is one', () => {
    expect(spanWord(18, 90)).toBe('18 to 90');
    expect(spanWord(null, null)).toBe('');
  });

  it('has a word for types and keeps those it does not know', () => {
    expect(typeWord('enum')).toBe('One of a list');
    expect(typeWord('new')).toBe('new');
    expect(personalWord('none')).toBe('');
  });
});

describe('the line of a fault', () => {
  const text = [
    'version: 1',
    'entity:',
    '  name: user',
    'attributes:',
    '  age: {type: intger}',
    '',
    '  name:',
    '    type: txt',
  ].join('\n');

  it.each([
    ['$.entity.name', 3],
    ['$.attributes.name.type', 8],
    ['$.attributes.age.type', 5],
    ['$.attributes.town', 4],
    ['$.version', 1],
    ['$', null],
    ['$.nothing', null],
  ])('%s is in line %s', (path, line) => expect(lineOfPath(text, path)).toBe(line));
});
