import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/errors';
import { type Content, type Details, NEW_DETAILS } from '../document';
import { differences, isStale, merged, missing, refused, stepOf } from './logic';

const content = (details: Partial<Details> = {}, segment = 'vip'): Content => ({
  details: { ...NEW_DETAILS, title: 'A', ...details },
  definition: { where: [{ segment }] },
});

describe('the first step of a save', () => {
  it.each<[string, Parameters<typeof stepOf>, string]>([
    ['a new rule', [null, content(), false], 'create'],
    [
      'a new title',
      [{ content: content(), published: true }, content({ title: 'B' }), false],
      'save',
    ],
    ['a new meaning', [{ content: content(), published: true }, content({}, 'x'), false], 'review'],
    ['only as a draft', [{ content: content(), published: true }, content({}, 'x'), true], 'save'],
    [
      'never published',
      [{ content: content(), published: false }, content({}, 'x'), false],
      'save',
    ],
  ])('%s', (_name, given, step) => expect(stepOf(...given)).toBe(step));
});

it.each<[Content, number, boolean, RegExp | null]>([
  [content(), 0, true, null],
  [content({ title: ' ' }), 0, true, /name/],
  [content(), 1, true, /One condition/],
  [content(), 2, true, /2 conditions/],
  [content(), 0, false, /at least one/],
])('says what is missing before sending', (given, incomplete, asks, expected) => {
  const said = missing(given, incomplete, asks);
  if (expected) expect(said).toMatch(expected);
  else expect(said).toBeNull();
});

describe('a refusal', () => {
  const fault = (path: string) => ({ code: 'X', path, sentence: `wrong: ${path}`, hint: null });

  it('goes to the fields and to the conditions', () => {
    const problems = ['$.rule_name', '$.schedule', '$.tags[0]', '$.where[0].value'].map(fault);
    const { details, faults } = refused(new ApiError(422, { problems }, null));
    expect(Object.keys(details)).toEqual(['title', 'schedule', 'tags']);
    expect(faults.map(({ path }) => path)).toEqual(['$.where[0].value']);
  });

  it('is about the title where the name is taken', () => {
    const error = new ApiError(409, { code: 'NAME_TAKEN', title: 'The name is taken.' }, null);
    expect(refused(error).details.title).toBe('The name is taken.');
  });

  it('is stale where somebody else saved', () => {
    expect(isStale(new ApiError(412, {}, null))).toBe(true);
    expect(isStale(new ApiError(409, {}, null))).toBe(false);
  });
});

describe('two edits of one rule', () => {
  const base = content();

  it('are put together where they touch different parts', () => {
    const both = merged(base, content({}, 'mine'), content({ title: 'Theirs' }));
    expect(both).toEqual(content({ title: 'Theirs' }, 'mine'));
  });

  it('are put together where they say the same', () =>
    expect(merged(base, content({ title: 'B' }), content({ title: 'B' }))).toEqual(
      content({ title: 'B' }),
    ));

  it('are left to people where both changed the conditions', () =>
    expect(merged(base, content({}, 'mine'), content({}, 'theirs'))).toBeNull());

  it('name what they say differently', () =>
    expect(differences(content({ tags: ['x'] }), content({}, 'y'))).toEqual([
      'tags',
      'definition',
    ]));
});
