import { describe, expect, it } from 'vitest';
import { asksSomething } from './live/complete';
import { BLANK, fromAddress, normal, startOf } from './start';

it.each([
  ['{"where":[{"segment":"vip"}]}', { where: [{ segment: 'vip' }] }],
  [{ where: { segment: 'vip' } }, { where: { segment: 'vip' } }],
  [[{ segment: 'vip' }], { where: [{ segment: 'vip' }] }],
  ['{"where":', null],
  [undefined, null],
  ['12', null],
])('reads %j out of an address', (text, expected) => expect(fromAddress(text)).toEqual(expected));

it('begins with nothing asked', () => expect(asksSomething(BLANK.definition)).toBe(false));

it('spells one meaning one way', () => {
  const one = normal({ where: { all: [{ segment: 'a' }, { segment: 'b' }] } });
  const other = normal({ conditions: [{ segment: 'a' }, { segment: 'b' }] });
  expect(one).toEqual(other);
});

describe('the start of a new rule', () => {
  const quiet = {
    key: 'quiet',
    title: 'Gone quiet',
    sentence: '',
    definition: { where: [{ did: 'view' }] },
  } as const;
  const draft = { ...BLANK, details: { ...BLANK.details, title: 'Mine' } };
  const known = { templates: [quiet], draft };
  it.each<[string, Record<string, unknown>, unknown]>([
    ['nothing said', {}, null],
    ['blank', { from: 'blank' }, BLANK],
    [
      'a template',
      { from: 'template', template: 'quiet' },
      { ...BLANK, definition: quiet.definition },
    ],
    ['an unknown template', { from: 'template', template: 'x' }, null],
    ['the gallery', { from: 'template' }, null],
    ['a draft', { from: 'draft' }, draft],
    [
      'a region of a comparison',
      { definition: { where: [{ segment: 'a' }] }, title: 'A' },
      { details: { ...BLANK.details, title: 'A' }, definition: { where: [{ segment: 'a' }] } },
    ],
    [
      'a whole document',
      { rule: { rule_name: 'B', name: 'b', where: [{ segment: 'a' }] } },
      { details: { ...BLANK.details, title: 'B' }, definition: { where: [{ segment: 'a' }] } },
    ],
  ])('%s', (_name, search, expected) => expect(startOf(search, known)).toEqual(expected));

  it('waits for a draft that is not known yet', () =>
    expect(startOf({ from: 'draft' }, { templates: [], draft: null })).toBeNull());
});
