// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest';
import { isSingle, type Key, NOTHING_PRESSED, nameOf, press, takesText } from './keys';

const bare = { mod: false, alt: false, shift: false };
const key = (keys: string): Key => ({ keys, label: keys, area: 'Everywhere', act: () => {} });
const known = ['g h', 'g r', 'n', '?', 'h', 'mod+k'].map(key);

const after = (presses: [string, number][]): (string | undefined)[] => {
  let waiting = NOTHING_PRESSED;
  return presses.map(([pressed, now]) => {
    const outcome = press(known, waiting, pressed, now);
    waiting = outcome.waiting;
    return outcome.fired?.keys;
  });
};

describe('what a press is called', () => {
  it.each([
    [{ ...bare, key: '?', shift: true }, '?'],
    [{ ...bare, key: 'N', shift: true }, 'n'],
    [{ ...bare, key: 'K', mod: true }, 'mod+k'],
    [{ ...bare, key: 'z', mod: true, shift: true }, 'mod+shift+z'],
    [{ ...bare, key: 'ArrowUp', alt: true }, 'alt+ArrowUp'],
  ])('%o is %s', (pressed, name) => expect(nameOf(pressed)).toBe(name));
});

describe('presses after each other', () => {
  it.each<[string, [string, number][], (string | undefined)[]]>([
    ['one letter', [['n', 0]], ['n']],
    [
      'two letters',
      [
        ['g', 0],
        ['h', 300],
      ],
      [undefined, 'g h'],
    ], // prettier-ignore
    [
      'two letters with too long a rest are two',
      [
        ['g', 0],
        ['h', 5000],
      ],
      [undefined, 'h'],
    ],
    [
      'a wrong second letter means itself',
      [
        ['g', 0],
        ['n', 300],
      ],
      [undefined, 'n'],
    ],
    [
      'the first letter again waits anew',
      [
        ['g', 0],
        ['g', 300],
        ['r', 500],
      ],
      [undefined, undefined, 'g r'],
    ],
    ['nothing known', [['q', 0]], [undefined]],
  ])('%s', (_, presses, fired) => expect(after(presses)).toEqual(fired));

  it('lets the page that came last have the key', () => {
    const late = { ...key('n'), area: 'Runs' };
    expect(press([...known, late], NOTHING_PRESSED, 'n', 0).fired).toBe(late);
  });

  it('swallows only what means something', () => {
    expect(press(known, NOTHING_PRESSED, 'g', 0).swallow).toBe(true);
    expect(press(known, NOTHING_PRESSED, 'x', 0).swallow).toBe(false);
  });
});

it.each([
  ['n', true],
  ['g h', true],
  ['?', true],
  ['mod+k', false],
  ['alt+ArrowUp', false],
])('%s can be pressed while writing: %s', (keys, single) => expect(isSingle(keys)).toBe(single));

describe('where letters are letters', () => {
  beforeEach(() => {
    document.body.innerHTML =
      '<input id=text><input id=box type=checkbox><textarea id=area></textarea>' +
      '<div contenteditable="true"><b id=inner>b</b></div><button id=button>b</button>';
  });
  it.each([
    ['text', true],
    ['box', false],
    ['area', true],
    ['inner', true],
    ['button', false],
  ])('#%s: %s', (id, takes) => expect(takesText(document.getElementById(id))).toBe(takes));
});
