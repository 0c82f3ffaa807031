import { describe, expect, it } from 'vitest';
import { isFiltered, readSearch, stepsOf } from './logic';

const may = () => true;

describe('the address', () => {
  it('keeps what makes sense and leaves out the rest', () => {
    const search = { page: 3, search: 'vip', status: 'draft', scheduled: true, order: 'updated' };
    expect(readSearch({ ...search, other: 1 })).toEqual(search);
    expect(readSearch({ page: -1, search: '', status: 'gone', scheduled: 'yes' })).toEqual({});
  });

  it('is filtered by any filter, not by its page or order', () => {
    expect(isFiltered({ page: 2, order: 'name' })).toBe(false);
    expect(isFiltered({ tag: 'value' })).toBe(true);
  });
});

describe('steps of a rule', () => {
  const published = { status: 'published', has_draft: false, published_version: 1 } as const;

  it.each([
    [published, ['archive', 'delete']],
    [{ ...published, has_draft: true }, ['publish', 'discard', 'archive', 'delete']],
    [
      { status: 'draft', has_draft: true, published_version: null } as const,
      ['publish', 'archive', 'delete'],
    ],
    [{ ...published, status: 'archived' } as const, ['unarchive', 'delete']],
  ])('of %o are %s', (rule, steps) => expect(stepsOf(rule, may)).toEqual(steps));

  it('are none for who may only read', () => {
    expect(stepsOf(published, (permission) => permission === 'read')).toEqual([]);
  });
});
