// Where a new rule may start from, made of what the workspace's data has; each is a whole rule.
import type { Vocabulary } from '@/api/queries';
import type { Definition } from '../document';

export type TemplateKey =
  | 'new'
  | 'active'
  | 'quiet'
  | 'first_time'
  | 'frequent'
  | 'top_tenth'
  | 'near'
  | 'young'
  | 'interests'
  | 'between_segments'
  | 'not_reached';

export type Template = {
  key: TemplateKey;
  title: string;
  /** What it finds, in the workspace's own words. */
  sentence: string;
  definition: Definition;
};

export type KnownSegment = { name: string; title: string; size: number | null };

type Field = Vocabulary['attributes'][number];
type Event = Vocabulary['events'][number];

const MONTH = { last: 'P30D' };
const QUARTER = { last: 'P90D' };
const LIKELY_NEW = /joined|created|signed|registered|first_seen/i;
const REACH = /campaign|message|newsletter|mailing/i;

const people = (vocabulary: Vocabulary): string => vocabulary.entity_label;

/** The one source of events that tells most of what people do: single, with most fields. */
const mainEvent = ({ events }: Vocabulary): Event | undefined =>
  events
    .filter((event) => event.sources.length === 1)
    .reduce<Event | undefined>(
      (best, event) => (best && score(best) >= score(event) ? best : event),
      undefined,
    );

const score = (event: Event): number => {
  const money = event.fields.some((field) => field.type === 'money') ? 1 : 0;
  const reach = event.fields.some((field) => REACH.test(field.name)) ? -2 : 0;
  return money + reach;
};

const joined = ({ attributes }: Vocabulary): Field | undefined =>
  attributes.find((field) => field.type === 'timestamp' && LIKELY_NEW.test(field.name));

const newcomers = (vocabulary: Vocabulary): Definition | undefined => {
  const field = joined(vocabulary);
  return field && { where: [{ field: field.name, op: 'in_last', value: 'P30D' }] };
};

const topTenth = (vocabulary: Vocabulary) => {
  const { metrics } = vocabulary;
  const metric =
    metrics.find((one) => one.type === 'money' && one.aggregate === 'sum') ??
    metrics.find((one) => one.aggregate === 'sum');
  if (!metric) return undefined;
  const source = metric.on[0];
  return {
    label: metric.label,
    definition: {
      ...(source && { universe: { did: source } }),
      where: [{ metric: metric.name, op: '>=', value: 90, rank: 'percentile' }],
    },
  };
};

const placed = ({ attributes, places }: Vocabulary) => {
  const field = attributes.find((one) => one.type === 'geo');
  const place = places[0];
  if (!field || !place) return undefined;
  const { name, latitude: lat, longitude: lon, km } = place;
  const shown = name.replace(/_/g, ' ').replace(/\b\w/g, (letter) => letter.toUpperCase());
  return {
    where: shown,
    km,
    definition: { where: [{ near: { field: field.name, lat, lon, km } }] },
  };
};

/** One frequent interest: as people declared it, else as their events show it. */
const interested = ({ facets, events }: Vocabulary) => {
  const source = events.find((event) => event.name === facets.interest_source);
  const field = source?.fields.find((one) => one.name === facets.interest_field);
  const value = field?.values[0] ?? field?.top_values[0];
  if (!source || !field || value === undefined) return undefined;
  if (facets.interests)
    return {
      sentence: `Interested in ${value}; choose your own.`,
      definition: { where: [{ interests: [value] }] },
    };
  const where = { field: field.name, op: '=', value };
  return {
    sentence: `${source.label} with ${field.label} “${value}”: three or more in the last 90 days.`,
    definition: {
      where: [{ did: source.name, where, window: QUARTER, times: { op: '>=', n: 3 } }],
    },
  };
};

const apart = (segments: KnownSegment[]) => {
  const filled = segments
    .filter((segment) => (segment.size ?? 0) > 0)
    .sort((one, other) => (other.size ?? 0) - (one.size ?? 0));
  const [first] = filled;
  const second = filled[Math.ceil(filled.length / 2)];
  if (!first || !second || first === second) return undefined;
  return {
    first,
    second,
    definition: { where: [{ segment: first.name }], exclude: [{ segment: second.name }] },
  };
};

const reach = ({ events }: Vocabulary): Event | undefined =>
  events.find(
    (event) => event.sources.length === 1 && event.fields.some((one) => REACH.test(one.name)),
  );

/** Every start that the workspace's data allows. */
export const templatesOf = (vocabulary: Vocabulary, segments: KnownSegment[]): Template[] => {
  const all = people(vocabulary);
  const found: Template[] = [];
  const add = (
    key: TemplateKey,
    title: string,
    sentence: string,
    definition: Definition | undefined,
  ): void => {
    if (definition) found.push({ key, title, sentence, definition });
  };

  add('new', 'New in 30 days', `${all} who joined in the last 30 days.`, newcomers(vocabulary));
  const event = mainEvent(vocabulary);
  if (event) {
    const { name: did, label } = event;
    add('active', 'Active', `${label}: at least one in the last 30 days.`, {
      where: [{ did, window: MONTH }],
    });
    add('quiet', 'Gone quiet', `${label} in the year before, none in the last 90 days.`, {
      where: [{ did, window: QUARTER, pattern: 'stopped', stopped: { active: 'P1Y' } }],
    });
    add('first_time', 'First time', `${label}: the first one ever, in the last 30 days.`, {
      where: [{ did, window: MONTH, pattern: 'first_time' }],
    });
    add('frequent', 'Frequent', `${label}: three or more in the last 90 days.`, {
      where: [{ did, window: QUARTER, times: { op: '>=', n: 3 } }],
    });
  }
  const top = topTenth(vocabulary);
  add(
    'top_tenth',
    'Top tenth',
    `The tenth with the highest ${lower(top?.label)}.`,
    top?.definition,
  );
  const near = placed(vocabulary);
  add('near', `Near ${near?.where}`, `Within ${near?.km} km of ${near?.where}.`, near?.definition);
  if (vocabulary.facets.age)
    add('young', 'Age bands', `${all} aged 18 to 34; choose your own bands.`, {
      where: [{ age_bands: ['18-24', '25-34'] }],
    });
  const interest = interested(vocabulary);
  add('interests', 'By interest', interest?.sentence ?? '', interest?.definition);
  const two = apart(segments);
  add(
    'between_segments',
    'In one segment, not in another',
    `In “${two?.first.title}” and not in “${two?.second.title}”.`,
    two?.definition,
  );
  const ad = reach(vocabulary);
  if (ad)
    add('not_reached', 'Not reached', `${ad.label}: none in the last 30 days.`, {
      where: [{ did: ad.name, window: MONTH, times: { op: '=', n: 0 } }],
    });
  return found;
};

const lower = (label: string | undefined): string =>
  label ? label.charAt(0).toLowerCase() + label.slice(1) : '';
