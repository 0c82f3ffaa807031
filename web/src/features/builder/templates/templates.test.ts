import { describe, expect, it } from 'vitest';
import type { Vocabulary } from '@/api/queries';
import { asksSomething, whole } from '../live/complete';
import { type KnownSegment, templatesOf } from './templates';

const field = (name: string, type: string, values: string[] = []) =>
  ({ name, label: name, type, values, top_values: [] }) as unknown as Vocabulary['attributes'][0];
const event = (name: string, fields: [string, string][], sources = [name]) => ({
  name,
  label: name,
  sources,
  at: 'at',
  fields: fields.map(([one, type]) => field(one, type, type === 'enum' ? ['sports', 'news'] : [])),
});
const metric = (name: string, type: string, aggregate: string) =>
  ({ name, label: `Total ${name}`, type, aggregate, on: ['order'] }) as Vocabulary['metrics'][0];

const rich: Vocabulary = {
  entity: 'user',
  entity_label: 'Users',
  key: 'user_id',
  time_zone: 'UTC',
  currency: 'AUD',
  attributes: [
    field('home', 'geo'),
    field('created_at', 'timestamp'),
    field('changed', 'timestamp'),
  ],
  events: [
    event('all', [['genre', 'enum']], ['impression', 'order']),
    event('impression', [
      ['campaign', 'string'],
      ['cost', 'money'],
    ]),
    event('order', [
      ['total', 'money'],
      ['genre', 'enum'],
    ]),
  ],
  metrics: [metric('views', 'integer', 'sum'), metric('spend', 'money', 'sum')],
  universes: {},
  places: [{ name: 'new_york', latitude: 40, longitude: -74, km: 60 }],
  lists: [],
  facets: {
    age: 'born',
    locations: [],
    demographics: [],
    interests: 'interests',
    interest_source: 'order',
    interest_field: 'genre',
  },
  synthetic: true,
};
const poor: Vocabulary = {
  ...rich,
  attributes: [field('tier', 'integer')],
  events: [],
  metrics: [],
  places: [],
  facets: { ...rich.facets, age: null, interests: null, interest_source: null },
};
const segments: KnownSegment[] = [
  { name: 'small', title: 'Small', size: 5 },
  { name: 'large', title: 'Large', size: 50 },
  { name: 'none', title: 'None', size: null },
];
const byKey = (vocabulary: Vocabulary, known = segments) =>
  new Map(templatesOf(vocabulary, known).map((template) => [template.key as string, template]));

describe('templates', () => {
  it('are all that the data allows, each a whole rule with its own words', () => {
    const found = templatesOf(rich, segments);
    expect(found.map(({ key }) => key)).toEqual([
      'new',
      'active',
      'quiet',
      'first_time',
      'frequent',
      'top_tenth',
      'near',
      'young',
      'interests',
      'between_segments',
      'not_reached',
    ]);
    for (const { title, sentence, definition } of found) {
      expect(asksSomething(definition)).toBe(true);
      expect(whole(definition.where)).toBe(true);
      expect(`${title} ${sentence}`).not.toMatch(/undefined|null/);
    }
  });

  it('speak of what people do, not of what was shown to them', () => {
    const found = byKey(rich);
    expect(found.get('active')?.definition.where).toEqual([
      { did: 'order', window: { last: 'P30D' } },
    ]);
    expect(found.get('not_reached')?.definition.where).toMatchObject([{ did: 'impression' }]);
  });

  it('take money before other sums, a name for a place, the largest segment', () => {
    const found = byKey(rich);
    expect(found.get('top_tenth')?.definition.where).toMatchObject([{ metric: 'spend' }]);
    expect(found.get('near')?.title).toBe('Near New York');
    expect(found.get('between_segments')?.definition).toEqual({
      where: [{ segment: 'large' }],
      exclude: [{ segment: 'small' }],
    });
  });

  it('show an interest by what people did where nobody declares any', () => {
    const undeclared = { ...rich, facets: { ...rich.facets, interests: null } };
    expect(byKey(undeclared).get('interests')?.definition.where).toMatchObject([
      { did: 'order', where: { field: 'genre', value: 'sports' } },
    ]);
  });

  it('are none where there is nothing to speak of', () => {
    expect(templatesOf(poor, [])).toEqual([]);
    expect(byKey(poor, segments.slice(0, 1)).has('between_segments')).toBe(false);
  });
});
