// Metric tests: what is compared (the number, its percentile, its rank) and the type of the number.
import type { Operators, Vocabulary } from '@/api/queries';
import { asList, eventFields, sourceOf } from '../tree/events';
import { kept } from '../tree/json';
import type { Values } from '../tree/types';
import { type Found, fieldOfMetric, lookupOfMetric } from './fields';
import { isNumber, isTime, operatorWords, takesOf, valueFor } from './operand';
import type { Field } from './suggestions';
import type { Word } from './WordSelect';

export type MetricTest = Values['metric'];
export type AdHoc = Exclude<MetricTest['metric'], string>;
export type Aggregate = AdHoc['agg'];

export const AGGREGATES: Record<Aggregate, string> = {
  count: 'number of events',
  sum: 'sum of',
  avg: 'average of',
  min: 'smallest',
  max: 'largest',
  first: 'first',
  last: 'last',
  mode: 'most frequent',
  distinct: 'number of different',
  percentile: 'percentile of',
  recency: 'days since the last event',
};
const NEEDS_NUMBER: readonly Aggregate[] = ['sum', 'avg', 'percentile'];
const NEEDS_ORDER: readonly Aggregate[] = ['min', 'max'];
export const takesField = (agg: Aggregate): boolean => agg !== 'count' && agg !== 'recency';

/** Fields that can be aggregated so. */
export const fieldsFor = (agg: Aggregate, fields: Field[]): Field[] =>
  fields.filter(({ type }) => {
    if (type === 'geo' || type === 'list') return false;
    if (NEEDS_NUMBER.includes(agg)) return isNumber(type);
    return NEEDS_ORDER.includes(agg) ? isNumber(type) || isTime(type) : true;
  });

const plainNumber = (label: string, type: Field['type'] = 'integer'): Field => ({
  name: label,
  label,
  type,
  currency: null,
  values: [],
  top_values: [],
  fold: 'none',
});

const adHocField = ({ agg, of, on }: AdHoc, vocabulary: Vocabulary): Found => {
  const events = asList(on);
  const field = eventFields(vocabulary, events).find(({ name }) => name === of);
  const lookup = of === undefined ? null : { field: of, source: sourceOf(events) };
  const counts = ['count', 'distinct', 'recency'].includes(agg);
  if (counts || !field) return { field: plainNumber('Number'), lookup: null, metric: null };
  const type = agg === 'avg' && field.type === 'integer' ? 'decimal' : field.type;
  return { field: { ...field, type }, lookup, metric: null };
};

/** The field that a test's value is like. */
export const measured = (test: MetricTest, vocabulary: Vocabulary): Found | null => {
  if (typeof test.metric === 'object') return adHocField(test.metric, vocabulary);
  const name = test.metric.replace(`${vocabulary.entity}.`, '');
  const metric = vocabulary.metrics.find((one) => one.name === name);
  return metric
    ? { field: fieldOfMetric(metric, vocabulary), lookup: lookupOfMetric(metric), metric }
    : null;
};

/** The rank's own number is compared, not the metric's. */
export const comparedField = (test: MetricTest, field: Field): Field => {
  if (test.rank === 'percentile') return plainNumber(`${field.label}: percentile`, 'decimal');
  if (test.rank === 'top_n') return plainNumber(`${field.label}: how many`);
  return field;
};

const PERCENTILES: Word[] = [
  { value: 'percentile >=', label: 'in the top, from percentile' },
  { value: 'percentile <=', label: 'in the bottom, to percentile' },
  { value: 'percentile between', label: 'between the percentiles' },
];
const TOP: Word = { value: 'top_n <=', label: 'among the top' };

/** "value >=", "percentile >=", "top_n <=": what is compared, and how. */
export const comparisonOf = ({ rank = 'value', op = '<=' }: MetricTest): string => `${rank} ${op}`;

export const comparisons = (operators: Operators, field: Field, present: string): Word[] => {
  const plain = operatorWords(operators, field.type, operators.metric_operators).map((word) => ({
    value: `value ${word.value}`,
    label: word.label,
  }));
  const ranked = isNumber(field.type) || isTime(field.type) ? [...PERCENTILES, TOP] : [];
  const words = [...plain, ...ranked];
  if (words.some(({ value }) => value === present)) return words;
  const [rank, op] = present.split(' ');
  const label = `${rank === 'top_n' ? 'rank' : rank === 'value' ? '' : rank} ${op}`.trim();
  return [...words, { value: present, label }];
};

const START = { value: undefined, percentile: 90, top_n: 1000 };

export const withComparison = (
  test: MetricTest,
  chosen: string,
  operators: Operators,
): MetricTest => {
  const [rank, op] = chosen.split(' ') as ['value' | 'percentile' | 'top_n', MetricTest['op']];
  const before = test.rank ?? 'value';
  const from = takesOf(operators, test.op ?? '<=');
  const to = takesOf(operators, op);
  const fitting = rank === before ? test.value : START[rank];
  const value = valueFor(fitting, rank === before ? from : 'one', to);
  return kept({
    ...test,
    rank: rank === 'value' ? undefined : rank,
    op: rank === 'top_n' && op === '<=' ? undefined : op,
    value,
    bounds: to === 'range' ? test.bounds : undefined,
  }) as MetricTest;
};
