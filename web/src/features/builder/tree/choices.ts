// Everything that can be added, in the words of the data model, and found by typing a few letters.
import type { Schemas } from '@/api/client';
import type { Vocabulary } from '@/api/queries';
import type { Scope } from './context';
import { eventFields } from './events';
import { newGroup, newId } from './read';
import type { Kind, LeafOf, Match, Node, Values } from './types';

export type Section =
  | 'Profile'
  | 'Behaviour'
  | 'Place'
  | 'Audience'
  | 'Facets'
  | 'Fields'
  | 'Advanced';
export type Choice = {
  key: string;
  section: Section;
  label: string;
  /** What it is, in a word or a sentence. */
  hint: string;
  make: () => Node;
};

type Field = Schemas['FieldBody'];

export const newLeaf = <K extends Kind>(kind: K, value: Values[K]): LeafOf<K> & Node =>
  ({ kind, id: newId(), negated: false, value }) as LeafOf<K> & Node;

const WORDS: Record<Field['type'], string> = {
  string: 'text',
  enum: 'one of a few',
  integer: 'whole number',
  number: 'number',
  decimal: 'exact number',
  money: 'amount',
  boolean: 'yes or no',
  date: 'day',
  timestamp: 'date and time',
  list: 'several values',
  geo: 'place',
};

/** The operator one most likely wants, with a value where there is a sensible one. */
export const startOf = (field: Field): Values['attribute'] => {
  switch (field.type) {
    case 'boolean':
      return { field: field.name, op: 'true' };
    case 'date':
    case 'timestamp':
      return { field: field.name, op: 'in_last', value: 'P30D' };
    case 'list':
      return { field: field.name, op: 'has_any' };
    case 'enum':
      return { field: field.name, op: 'in' };
    case 'string':
      return { field: field.name, op: '=' };
    case 'geo':
      return { field: field.name, op: 'exists' };
    default:
      return { field: field.name, op: '>=' };
  }
};

const NUMBERS = ['integer', 'number', 'decimal', 'money'];

export const startOfMetric = (name: string, type: string | null): Values['metric'] => {
  const op = type === null || NUMBERS.includes(type) ? '>=' : type === 'timestamp' ? 'after' : '=';
  // The value is still to be given: the server says so, and the row shows it.
  return { metric: name, op } as Values['metric'];
};

const fieldChoice = (field: Field, section: Section): Choice => ({
  key: `field ${field.name}`,
  section,
  label: field.label,
  hint: field.description || WORDS[field.type],
  make: () => newLeaf('attribute', startOf(field)),
});

const nearChoice = (field: Field, { places }: Vocabulary): Choice => ({
  key: `near ${field.name}`,
  section: 'Place',
  label: `${field.label} near a place`,
  hint: 'within so many kilometres, or in an area',
  make: () => {
    const [first] = places;
    return newLeaf('near', {
      near: first
        ? { field: field.name, place: first.name }
        : { field: field.name, lat: 0, lon: 0, km: 50 },
    });
  },
});

const behaviour = ({ events, metrics }: Vocabulary): Choice[] => {
  const first = events[0]?.name ?? '';
  const choices: Choice[] = events.map((event) => ({
    key: `did ${event.name}`,
    section: 'Behaviour',
    label: event.label,
    hint: 'happened, how often, when; or did not',
    make: () => newLeaf('did', { did: event.name, window: { last: 'P30D' } }),
  }));
  if (!events.length) return choices;
  choices.push({
    key: 'sequence',
    section: 'Behaviour',
    label: 'Events in order',
    hint: 'first this, then that; or then nothing',
    make: () =>
      newLeaf('sequence', {
        sequence: [{ did: first }, { did: first, within: 'P7D' }],
        window: { last: 'P90D' },
      }),
  });
  for (const metric of metrics)
    choices.push({
      key: `metric ${metric.name}`,
      section: 'Behaviour',
      label: metric.label,
      hint: metric.description || 'metric',
      make: () => newLeaf('metric', startOfMetric(metric.name, metric.type)),
    });
  choices.push({
    key: 'measure',
    section: 'Behaviour',
    label: 'Number made from events',
    hint: 'sum, average, most, different values… of your own',
    make: () =>
      newLeaf('metric', {
        metric: { agg: 'count', on: first, window: { last: 'P90D' } },
        op: '>=',
        value: 1,
      }),
  });
  return choices;
};

const audience = ({ lists }: Vocabulary): Choice[] => [
  {
    key: 'segment',
    section: 'Audience',
    label: 'In a segment',
    hint: 'or not, or just entered or left it',
    make: () => newLeaf('segment', { segment: '' }),
  },
  ...lists.map(
    (list): Choice => ({
      key: `list ${list}`,
      section: 'Audience',
      label: `On the list ${list}`,
      hint: 'a list of keys in the warehouse',
      make: () => newLeaf('list', { list }),
    }),
  ),
];

const facets = ({ facets: mapped }: Vocabulary): Choice[] => {
  const made: [boolean, string, string, Values['facets']][] = [
    [mapped.age !== null, 'Age bands', '18-24, 25-34, …', { age_bands: [] }],
    [mapped.demographics.length > 0, 'Demographics', 'several at once', { demographics: {} }],
    [mapped.locations.length > 0, 'Locations', 'states, cities, named places', { locations: [] }],
    [
      mapped.interests !== null || mapped.interest_source !== null,
      'Interests',
      'declared, or shown by what one does',
      { interests: [] },
    ],
  ];
  return made
    .filter(([isMapped]) => isMapped)
    .map(([, label, hint, value]) => ({
      key: `facet ${label}`,
      section: 'Facets',
      label,
      hint,
      make: () => newLeaf('facets', structuredClone(value)),
    }));
};

const groupChoice = (label: string, hint: string, match: Match, negated = false): Choice => ({
  key: `group ${label}`,
  section: 'Advanced',
  label,
  hint,
  make: () => newGroup(match, [], negated),
});

const GROUPS: Choice[] = [
  groupChoice('Group: any of', 'at least one must match', 'any'),
  groupChoice('Group: all of', 'every one must match', 'all'),
  groupChoice('Group: none of', 'not one may match', 'any', true),
  groupChoice('Group: at least so many of', 'e.g. 2 of 4', { op: '>=', n: 2 }),
];
const LAST: Choice[] = [
  {
    key: 'bucket',
    section: 'Advanced',
    label: 'Random share',
    hint: 'a stable part of everyone, for tests',
    make: () => newLeaf('bucket', { bucket: { salt: 'split_1', from: 0, to: 0.5 } }),
  },
];
const JSON_CHOICE: Choice = {
  key: 'json',
  section: 'Advanced',
  label: 'Condition in JSON',
  hint: 'as the rule language spells it',
  make: () => newLeaf('raw', {}),
};

/** What can be added to a group: about the entity, or inside `where` about one event. */
export const choicesFor = (vocabulary: Vocabulary, scope: Scope, mayNest: boolean): Choice[] => {
  const groups = mayNest ? GROUPS : [];
  const fields =
    scope.about === 'entity' ? vocabulary.attributes : eventFields(vocabulary, scope.events);
  const places = fields
    .filter((field) => field.type === 'geo')
    .map((field) => nearChoice(field, vocabulary));
  if (scope.about === 'event')
    return [
      ...fields.map((field) => fieldChoice(field, 'Fields')),
      ...places,
      ...groups,
      JSON_CHOICE,
    ];
  return [
    ...fields.map((field) => fieldChoice(field, 'Profile')),
    ...behaviour(vocabulary),
    ...places,
    ...audience(vocabulary),
    ...facets(vocabulary),
    ...groups,
    ...LAST,
    JSON_CHOICE,
  ];
};

const SMALL_WORDS = ['a', 'an', 'the', 'in', 'on', 'of'];

/** The choices that have every sought word, those whose label begins with it first. */
export const matching = (choices: Choice[], search: string): Choice[] => {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word && !SMALL_WORDS.includes(word));
  if (!words.length) return choices;
  const rank = (choice: Choice): number => {
    const label = choice.label.toLowerCase();
    const all = `${label} ${choice.hint} ${choice.key} ${choice.section}`.toLowerCase();
    if (!words.every((word) => all.includes(word))) return 0;
    if (label.startsWith(words[0] as string)) return 3;
    return words.every((word) => label.includes(word)) ? 2 : 1;
  };
  return choices
    .map((choice) => ({ choice, rank: rank(choice) }))
    .filter((one) => one.rank > 0)
    .sort((one, other) => other.rank - one.rank)
    .map((one) => one.choice);
};
