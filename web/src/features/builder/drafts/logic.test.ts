import { describe, expect, it } from 'vitest';
import { type Content, NEW_DETAILS } from '../document';
import { type Draft, draftKey, newest, offerOf, readDraft } from './logic';

const content = (title: string): Content => ({
  details: { ...NEW_DETAILS, title },
  definition: { where: [{ segment: 'vip' }] },
});
const draft = (title: string, base: number | null, at = '2026-01-01T00:00:00Z'): Draft => ({
  content: content(title),
  base,
  at,
});

it('has a key of its own for each rule', () => {
  expect(draftKey(null)).toBe('draft:new');
  expect(draftKey(12)).toBe('draft:rule:12');
});

describe('a kept value', () => {
  it('is read as it was written', () => {
    const one = draft('A', 3);
    expect(readDraft(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });

  it.each([
    null,
    1,
    [],
    {},
    { content: {}, at: 'x' },
    { content: { details: {}, definition: {} } },
  ])('is no draft if it is %j', (value) => expect(readDraft(value)).toBeNull());
});

it('goes on with the one written last', () => {
  const early = draft('early', null, '2026-01-01T00:00:00Z');
  const late = draft('late', null, '2026-01-01T00:00:01Z');
  expect(newest(early, late)).toBe(late);
  expect(newest(late, early)).toBe(late);
  expect(newest(null, early, null)).toBe(early);
  expect(newest(null, null)).toBeNull();
});

describe('an offer', () => {
  const saved = { content: content('A'), version: 3 };
  it.each<[string, Draft | null, typeof saved | null, string]>([
    ['nothing kept', null, saved, 'none'],
    ['a new rule', draft('B', null), null, 'continue'],
    ['a draft that says what is saved', draft('A', 3), saved, 'none'],
    ['an edit of the present version', draft('B', 3), saved, 'continue'],
    ['an edit of an older version', draft('B', 2), saved, 'outdated'],
    ['a draft of another page', draft('B', 2), null, 'none'],
  ])('%s', (_name, kept, rule, expected) => expect(offerOf(kept, rule)).toBe(expected));
});
