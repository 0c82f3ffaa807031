import { describe, expect, it } from 'vitest';
import type { ExplainedCondition, ExplainedGroup } from './logic';
import {
  evidenceWords,
  groupWords,
  lapseWords,
  metWords,
  reasonOf,
  stretches,
  unwrapped,
  verdictOf,
} from './logic';

const condition = (truth: boolean | null, sentence = 'Age is 3'): ExplainedCondition => ({
  kind: 'condition',
  path: '$.where',
  sentence,
  truth,
  found: '2',
  needed: 'is 3',
  evidence: null,
  flip: null,
  no_flip_because: null,
  turns_at: null,
  turns_to: null,
});
const group = (
  kind: ExplainedGroup['kind'],
  ...children: ExplainedGroup['children']
): ExplainedGroup => ({ kind, n: kind === 'at_least' ? 2 : null, truth: true, children });

describe('the verdict', () => {
  it.each([
    [true, true, 'in'],
    [false, false, 'out'],
    [false, true, 'out'],
    [null, null, 'unknown'],
    [false, null, 'unknown'],
  ] as const)('of member %s and truth %s is %s', (member, truth, verdict) =>
    expect(verdictOf({ member, truth })).toBe(verdict),
  );

  const out = {
    member: false,
    truth: false,
    in_universe: true,
    qualifies: false,
    exclude: [],
    segment: null,
  };
  it.each([
    [out, 'Not everything'],
    [{ ...out, in_universe: false }, 'Not among those'],
    [{ ...out, qualifies: true, truth: true }, 'others rank higher'],
    [{ ...out, exclude: [condition(true, 'In the list staff')] }, 'In the list staff'],
    [{ ...out, truth: null }, 'unknown counts as out'],
    [{ ...out, member: true, truth: true }, 'is met'],
  ])('says why (%#)', (found, words) => expect(reasonOf(found)).toContain(words));
});

describe('the tree', () => {
  it('drops groups of one that say nothing', () => {
    const only = condition(true);
    expect(unwrapped(group('all', group('any', only)))).toBe(only);
  });

  it('keeps the negation of one condition', () => {
    const not = group('not', condition(false));
    expect(unwrapped(group('all', not))).toBe(not);
  });

  it('counts what is met', () => {
    const some = group('at_least', condition(true), condition(false), condition(null));
    expect([groupWords(some), metWords(some)]).toEqual(['At least 2 of these', '1 of 3 met']);
  });
});

describe('the spells', () => {
  const spell = (member: boolean | null, since: number, until: number, version: number) => ({
    member,
    first_version: version,
    last_version: version,
    since: `2026-11-${since}T00:00:00Z`,
    until: `2026-11-${until}T00:00:00Z`,
  });

  it('last until the next one begins, and fill the strip', () => {
    const parts = stretches([spell(false, 10, 11, 1), spell(true, 12, 18, 2)]);
    expect(parts.map(({ state }) => state)).toEqual(['out', 'in']);
    expect(parts.map(({ width }) => width)).toEqual([0.25, 0.75]);
    expect(parts[1]?.words).toMatch(/^Entered 12 Nov 2026.*version 2$/);
  });

  it('keeps short ones visible', () => {
    const parts = stretches([spell(false, 10, 10, 1), spell(true, 20, 20, 2)]);
    expect(parts[1]?.width).toBeCloseTo(0.08 / 1.08);
  });

  it('says what is no longer kept', () => {
    expect(stretches([spell(null, 10, 11, 1)])[0]?.words).toContain('no longer keep');
  });
});

it.each([
  [{ at: '2026-11-21T00:00:00Z', enters: false, known_until: null, not_foreseen: [] }, 'Leaves'],
  [{ at: '2026-11-21T00:00:00Z', enters: true, known_until: null, not_foreseen: [] }, 'Enters'],
  [{ at: null, enters: null, known_until: '2026-11-21T00:00:00Z', not_foreseen: [] }, 'before'],
  [{ at: null, enters: null, known_until: null, not_foreseen: [] }, 'as time goes by'],
])('says when it changes by itself (%#)', (lapse, words) =>
  expect(lapseWords(lapse)).toContain(words),
);

it('says how many events there are, and how many of them are shown', () => {
  const row = { at: '', source: '', id: 1, fields: {}, steps: [] };
  expect(evidenceWords({ total: 1, rows: [row] })).toBe('1 event');
  expect(evidenceWords({ total: 12, rows: [row] })).toBe('12 events, 1 shown');
});
