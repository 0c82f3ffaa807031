import { expect, it } from 'vitest';
import { byArea, spelled } from './keyNames';
import { nameFrom } from './nameFrom';

it.each([
  ['Loyal Customers', 'loyal_customers'],
  ['Große Kunden 2026', 'grosse_kunden_2026'],
  ['2026: Café!', 'cafe'],
  ['…', ''],
])('names "%s" %s', (title, name) => expect(nameFrom(title)).toBe(name));

it.each([
  ['mod+k', false, ['Ctrl', 'K']],
  ['mod+k', true, ['Cmd', 'K']],
  ['alt+ArrowUp', false, ['Alt', 'Up']],
  ['n', false, ['n']],
])('spells %s (Mac: %s) as %s', (keys, mac, parts) => expect(spelled(keys, mac)).toEqual(parts));

it('lists the keys of the page before those of everywhere, each once', () => {
  const key = (keys: string, area: string) => ({ keys, area, label: keys });
  const areas = byArea([
    key('?', 'Everywhere'),
    key('g h', 'Places'),
    key('e', 'Segment'),
    key('e', 'Segment'),
  ]);
  expect(areas.map(([area, keys]) => [area, keys.length])).toEqual([
    ['Segment', 1],
    ['Everywhere', 1],
    ['Places', 1],
  ]);
});
