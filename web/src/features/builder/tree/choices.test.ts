// What can be added, and what is found by typing.
import { describe, expect, it } from 'vitest';
import type { Vocabulary } from '@/api/queries';
import { choicesFor, matching } from './choices';
import { kindOf } from './shapes';
import { isGroup } from './types';

const field = (name: string, label: string, type: string) => ({
  ...{ name, label, type, description: '', pii: 'none', currency: null, scale: null },
  ...{ fold: 'none', values: [], top_values: [], operators: [] },
});
const vocabulary = {
  entity: 'profile',
  entity_label: 'Profiles',
  attributes: [
    field('age', 'Age', 'integer'),
    field('home', 'Home', 'geo'),
    field('languages', 'Languages', 'list'),
  ],
  events: [
    {
      name: 'view',
      label: 'Views',
      sources: ['view'],
      at: 'at',
      fields: [field('genre', 'Genre', 'enum')],
    },
  ],
  metrics: [
    {
      name: 'views',
      label: 'Number of views',
      description: '',
      type: 'integer',
      on: ['view'],
      of: null,
      aggregate: 'count',
      currency: null,
    },
  ],
  places: [{ name: 'sydney', latitude: -33.9, longitude: 151.2, km: 50 }],
  lists: ['staff'],
  facets: {
    age: 'age',
    locations: [],
    demographics: [],
    interests: null,
    interest_source: 'view',
    interest_field: 'genre',
  },
} as unknown as Vocabulary;
const entity = choicesFor(vocabulary, { about: 'entity' }, true);
const labels = (search: string) => matching(entity, search).map(({ label }) => label);

describe('the menu', () => {
  it('offers what the data model has, and only facets that it maps', () => {
    const sections = new Set(entity.map(({ section }) => section));
    expect([...sections]).toEqual([
      'Profile',
      'Behaviour',
      'Place',
      'Audience',
      'Facets',
      'Advanced',
    ]);
    expect(entity.filter(({ section }) => section === 'Facets').map(({ label }) => label)).toEqual([
      'Age bands',
      'Interests',
    ]);
  });
  it.each(entity.map((choice) => [choice.label, choice] as const))(
    '%s makes a condition',
    (_, choice) => {
      const node = choice.make();
      if (isGroup(node)) expect(node.children).toEqual([]);
      else expect(kindOf(node.value)).toBe(node.kind);
      expect(choice.make().id).not.toBe(node.id);
    },
  );
  it('finds what begins with the letters first', () => {
    expect(labels('age').slice(0, 2)).toEqual(['Age', 'Age bands']);
    expect(labels('number views')).toEqual(['Number of views']);
    expect(labels('in a segment')).toEqual(['In a segment']);
    expect(labels('zebra')).toEqual([]);
  });
  it('has only the fields of events inside where, and no groups where they would be too deep', () => {
    const inside = choicesFor(vocabulary, { about: 'event', events: ['view'] }, false);
    expect(inside.map(({ label }) => label)).toEqual(['Genre', 'Condition in JSON']);
  });
});
