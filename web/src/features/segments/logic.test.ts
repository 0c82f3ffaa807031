import { describe, expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import {
  isFiltered,
  readSearch,
  readViews,
  sortingOf,
  telling,
  viewShown,
  withTags,
  withView,
} from './logic';

describe('the address', () => {
  it('gives only what makes sense', () => {
    expect(
      readSearch({ search: 'vip', tag: 7, freshness: 'mouldy', order: 'size', page: '3', view: 1 }),
    ).toEqual({ search: 'vip', tag: '7', order: 'size', page: 3 });
  });

  it('lists by name upwards unless it says otherwise, and sizes downwards', () => {
    expect(sortingOf({})).toEqual({ by: 'name', descending: false });
    expect(sortingOf({ order: 'size' })).toEqual({ by: 'size', descending: true });
  });

  it('filters by what hides segments, not by order or page', () => {
    expect(isFiltered({ order: 'size', page: 2, view: 'cards' })).toBe(false);
    expect(isFiltered({ freshness: 'stale' })).toBe(true);
  });
});

describe('saved views', () => {
  const large = { name: 'Large', search: { order: 'size' } as const };

  it('are kept by name, without the page', () => {
    const views = withView(withView([], { name: 'Zoo', search: { tag: 'a', page: 4 } }), large);
    expect(views).toEqual([large, { name: 'Zoo', search: { tag: 'a' } }]);
  });

  it('of a name that is taken are replaced', () => {
    expect(withView([large], { name: 'Large', search: { tag: 'a' } })).toHaveLength(1);
  });

  it('are found again by what they show', () => {
    expect(viewShown([large], { order: 'size', page: 2 })).toBe(large);
    expect(viewShown([large], {})).toBeUndefined();
  });

  it('survive whatever else was kept there', () => {
    expect(readViews([{ name: 'Ok', search: { tag: 'a', junk: 1 } }, { name: 3 }, null])).toEqual([
      { name: 'Ok', search: { tag: 'a' } },
    ]);
    expect(readViews({ old: 'shape' })).toEqual([]);
  });
});

it.each([
  [
    'Profiles matching all of: Age is 3; and x. Days are days in Australia/Sydney.',
    'Age is 3; and x.',
  ],
  ['Users matching this: total spend is 1. Days are days in UTC.', 'Total spend is 1.'],
  ['Users matching any of: a; or b.', 'Users matching any of: a; or b.'],
])('says what is telling of %s', (sentence, words) => expect(telling(sentence)).toBe(words));

describe('a rule with other tags', () => {
  const rule = {
    rule_name: 'VIP',
    name: 'vip',
    conditions: [{ field: 'spend' }],
    where: null,
    depends_on: [],
    operation: null,
    tags: ['a'],
    has_draft: false,
    status: 'published',
    id: 4,
    size: 12,
  } as unknown as Schemas['RuleDetailBody'];

  it('keeps its content and sends nothing that the server made', () => {
    const sent = withTags(rule, ['a', 'b']);
    expect(sent).toMatchObject({ conditions: [{ field: 'spend' }], tags: ['a', 'b'] });
    expect(sent).not.toHaveProperty('where');
    expect(sent).not.toHaveProperty('depends_on');
    expect(sent).not.toHaveProperty('size');
  });

  it('publishes no draft by the way', () => {
    expect(withTags({ ...rule, has_draft: true }, []).status).toBe('draft');
    expect(withTags(rule, []).status).toBe('published');
  });
});
