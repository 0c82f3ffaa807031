// The fields a condition may speak of, in its place: attributes and metrics, or an event's fields.
import type { Schemas } from '@/api/client';
import type { Vocabulary } from '@/api/queries';
import type { Scope } from '../tree/context';
import { eventFields, labelsOf, sourceOf } from '../tree/events';
import type { Names } from './NameSelect';
import type { Field, Lookup } from './suggestions';

export type Metric = Schemas['MetricBody'];

/** `user.age` is `age`, where the entity is the user. */
export const localName = (name: string, { entity }: Vocabulary): string =>
  name.startsWith(`${entity}.`) ? name.slice(entity.length + 1) : name;

/** A metric's number as a field: its values are those of what it is made of. */
export const fieldOfMetric = (metric: Metric, vocabulary: Vocabulary): Field => {
  const made = eventFields(vocabulary, metric.on).find(({ name }) => name === metric.of);
  return {
    name: metric.name,
    label: metric.label,
    type: metric.type ?? 'number',
    currency: metric.currency,
    values: made?.values ?? [],
    top_values: made?.top_values ?? [],
    fold: made?.fold ?? 'none',
  };
};

export const lookupOfMetric = ({ of, on }: Metric): Lookup =>
  of === null ? null : { field: of, source: sourceOf(on) };

export type Found = { field: Field; lookup: Lookup; metric: Metric | null };

/** What a name means; null if nothing is called so. */
export const findField = (name: string, vocabulary: Vocabulary, scope: Scope): Found | null => {
  if (scope.about === 'event') {
    const field = eventFields(vocabulary, scope.events).find((one) => one.name === name);
    return field
      ? { field, lookup: { field: name, source: sourceOf(scope.events) }, metric: null }
      : null;
  }
  const local = localName(name, vocabulary);
  const field = vocabulary.attributes.find((one) => one.name === local);
  if (field) return { field, lookup: { field: local }, metric: null };
  const metric = vocabulary.metrics.find((one) => one.name === local);
  return metric
    ? { field: fieldOfMetric(metric, vocabulary), lookup: lookupOfMetric(metric), metric }
    : null;
};

const named = (fields: Schemas['FieldBody'][]) => {
  const labels = labelsOf(fields);
  return fields.map(({ name, label }) => ({ value: name, label: labels.get(name) ?? label }));
};

/** All names to choose from. */
export const fieldNames = (vocabulary: Vocabulary, scope: Scope): Names => {
  if (scope.about === 'event') return named(eventFields(vocabulary, scope.events));
  const metrics = vocabulary.metrics.map(({ name, label }) => ({ value: name, label }));
  return [
    { group: 'Profile', items: named(vocabulary.attributes) },
    ...(metrics.length ? [{ group: 'Numbers from events', items: metrics }] : []),
  ];
};
