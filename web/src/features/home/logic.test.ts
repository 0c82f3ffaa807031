import { describe, expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import {
  type Attention,
  draftsOf,
  type Figure,
  figureChange,
  figureText,
  type Home,
  nextStep,
  placeOf,
  trendWords,
} from './logic';

const figure = (change: Partial<Figure>): Figure => ({
  key: 'events',
  label: 'Events on Friday',
  value: 1250,
  unit: null,
  previous: 1000,
  previous_label: 'Friday 13 November',
  series: [],
  note: null,
  ...change,
});

describe('a figure', () => {
  it.each([
    [{}, '1,250'],
    [{ unit: 'AUD', value: 42.06 }, '$42.06'],
    [{ value: null }, '–'],
  ])('%j reads %s', (change, text) => expect(figureText(figure(change))).toBe(text));

  it.each([
    [{}, 'up', '+25.0 % against Friday 13 November'],
    [{ value: 500 }, 'down', '−50.0 % against Friday 13 November'],
    [{ value: 1000 }, 'same', 'The same as Friday 13 November'],
    [{ previous: 0 }, 'up', '0 Friday 13 November'],
  ])('%j goes %s', (change, direction, words) =>
    expect(figureChange(figure(change))).toEqual({ direction, words }),
  );

  it('that has nothing to be held against says nothing', () => {
    expect(figureChange(figure({ previous: null }))).toBeNull();
    expect(figureChange(figure({ value: null }))).toBeNull();
  });

  it('says its trend in words', () => {
    const series = [
      { at: '2026-11-19', value: 3 },
      { at: '2026-11-20', value: 5 },
    ];
    expect(trendWords(figure({ series }))).toBe('Events on Friday by day: 3 to 5 in 2 days');
  });
});

it('finds drafts among what is kept, the latest first, whatever they hold', () => {
  const kept = (key: string, value: unknown, updated_at: string): Schemas['KeptBody'] =>
    ({ key, value, updated_at }) as Schemas['KeptBody'];
  const drafts = draftsOf([
    kept('draft:new', { content: { details: { title: ' ' } } }, '2026-01-01'),
    kept('draft:rule:12', { content: { details: { title: 'VIP' } } }, '2026-01-02'),
    kept('draft:rule:x', {}, '2026-01-03'),
    kept('view:segments', [], '2026-01-03'),
  ]);
  expect(drafts.map(({ title, ruleId }) => [title, ruleId])).toEqual([
    ['VIP', 12],
    ['New rule', null],
  ]);
});

describe('a new workspace', () => {
  const home = (segments: number, refreshed: boolean): Home =>
    ({
      figures: [figure({ key: 'segments', value: segments })],
      recently_refreshed: refreshed ? [{ row_count: 5 }] : [],
    }) as unknown as Home;
  it.each([
    [0, false, 'build'],
    [2, false, 'check'],
    [2, true, null],
  ])('of %i segments, refreshed %s, lacks %s', (segments, done, step) =>
    expect(nextStep(home(segments, done))).toBe(step),
  );
});

it.each([
  [{ fix: 'review', rule_id: 3, run_id: 9 }, '/rules/edit/3'],
  [{ run_id: 9, segment_id: 4 }, '/runs/9'],
  [{ segment_id: 4, rule_id: 3 }, '/segments/4'],
  [{ kind: 'approval', fix: 'review', rule_id: 3 }, '/settings/approvals'],
  [{ kind: 'source' }, '/sources'],
])('leads to where %j is seen to', (some, place) => {
  const item = { run_id: null, segment_id: null, rule_id: null, kind: 'stale', fix: null, ...some };
  expect(placeOf(item as Attention)).toBe(place);
});
