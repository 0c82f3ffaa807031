import { describe, expect, it } from 'vitest';
import { changes } from './changes';
import { asked, isFiltered, NO_FILTERS, readFilters, writeFilters } from './filters';

const FILLED = {
  actor: 'ada@example.org',
  action: 'rule.',
  subject: 'rule/vip',
  text: '42',
  since: '2026-11-01',
  until: '2026-11-21',
  page: 3,
};

describe('filters and the address', () => {
  it('come back from the address as they were', () => {
    expect(readFilters(writeFilters(FILLED))).toEqual(FILLED);
    expect(readFilters(writeFilters(NO_FILTERS))).toEqual(NO_FILTERS);
  });

  it('leave out of the address what is as usual', () => {
    expect(Object.values(writeFilters(NO_FILTERS)).filter((it) => it !== undefined)).toEqual([]);
  });

  it.each([
    ['a day that is none', { since: 'yesterday' }],
    ['a page that is none', { page: -2 }],
    ['a list', { actor: ['a'] }],
  ])('read nothing out of %s', (_, search) => expect(readFilters(search)).toEqual(NO_FILTERS));

  it('read digits as text', () => expect(readFilters({ text: 42 }).text).toBe('42'));
});

describe('what the server is asked for', () => {
  it('is whole days of the browser', () => {
    const { since, until } = asked({ ...NO_FILTERS, since: '2026-11-21', until: '2026-11-21' });
    const hours = (Date.parse(until ?? '') - Date.parse(since ?? '')) / 3_600_000;
    expect(hours).toBe(24);
    expect(new Date(since ?? '').getHours()).toBe(0);
  });

  it('is nothing of an empty field', () => {
    expect(isFiltered({ ...NO_FILTERS, text: '  ', page: 4 })).toBe(false);
    expect(isFiltered({ ...NO_FILTERS, text: 'x' })).toBe(true);
  });
});

describe('what an entry changed', () => {
  it.each([
    ['a field', { a: 1, b: 2 }, { a: 1, b: 3 }, [{ path: 'b', before: '2', after: '3' }]],
    ['inside', { a: { b: 'x' } }, { a: { b: 'y' } }, [{ path: 'a.b', before: 'x', after: 'y' }]],
    ['what is new', null, { a: true }, [{ path: 'a', before: null, after: 'true' }]],
    ['what is gone', { a: 'x' }, null, [{ path: 'a', before: 'x', after: null }]],
    ['a text', 'draft', 'live', [{ path: 'value', before: 'draft', after: 'live' }]],
    [
      'a list as a whole',
      [1],
      [1, 2],
      [{ path: 'value', before: '[\n 1\n]', after: '[\n 1,\n 2\n]' }],
    ],
    ['nothing', { a: [1] }, { a: [1] }, []],
  ])('finds %s', (_, before, after, found) => expect(changes(before, after)).toEqual(found));
});
