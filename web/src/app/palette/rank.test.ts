import { describe, expect, it } from 'vitest';
import { type Entry, rank, refreshing, score } from './rank';
import { withRecent } from './recent';

const entry = (label: string, more: Partial<Entry> = {}): Entry => ({
  id: label,
  group: 'Places',
  label,
  ...more,
});

describe('how well an entry fits', () => {
  it('goes from the whole label down to other words', () => {
    const points = [
      entry('Runs'),
      entry('Runs of today'),
      entry('All runs'),
      entry('Overruns'),
      entry('History', { words: 'runs' }),
      entry('Home'),
    ].map((one) => score(one, 'runs'));
    expect(points).toEqual([...points].sort((a, b) => b - a));
    expect(new Set(points).size).toBe(points.length);
    expect(points.at(-1)).toBe(0);
  });

  it('keeps what the server found by other fields', () => {
    expect(score(entry('VIP', { found: true }), 'gold')).toBeGreaterThan(0);
  });

  it('takes words in any order', () => {
    expect(score(entry('Use the light theme'), 'theme light')).toBeGreaterThan(0);
    expect(score(entry('Use the light theme'), 'theme dark')).toBe(0);
  });
});

describe('rank', () => {
  const entries = [
    entry('Home'),
    entry('New rule', { group: 'Actions' }),
    entry('Rules'),
    entry('Sport rules', { group: 'Segments', found: true }),
  ];

  it('keeps the order and all groups while nothing is typed', () => {
    expect(rank(entries, '').map(([group]) => group)).toEqual(['Places', 'Actions', 'Segments']);
  });

  it('puts the group with the best entry first', () => {
    expect(rank(entries, 'rules')).toEqual([
      ['Places', [entries[2]]],
      ['Segments', [entries[3]]],
    ]);
  });
});

it.each([
  ['refresh', ''],
  ['Refresh  vip ', 'vip'],
  ['refreshing', null],
  ['vip', null],
])('"%s" asks to refresh %s', (query, wanted) => expect(refreshing(query)).toBe(wanted));

describe('recent pages', () => {
  const before = [
    { path: '/segments/1', title: 'One' },
    { path: '/segments/2', title: 'Two' },
  ];

  it('puts a page that is seen again first, once', () => {
    expect(withRecent(before, '/segments/2', 'Two · Muster').map(({ title }) => title)).toEqual([
      'Two',
      'One',
    ]);
  });

  it('leaves out places, which are always listed', () => {
    expect(withRecent(before, '/segments', 'Segments · Muster')).toBe(before);
  });

  it('keeps eight', () => {
    let kept = before;
    for (let id = 3; id < 20; id++) kept = withRecent(kept, `/segments/${id}`, `${id}`);
    expect(kept).toHaveLength(8);
  });
});
