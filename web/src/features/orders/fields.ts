// How values of fields are shown, typed and sent, and what a field can be compared by.
import { count, NOTHING } from '@/lib/format';
import type { Condition, Desk, Field, FieldType, Filter, Op, Value } from './types';
import { readLocal, writeLocal } from './zoned';

/** "gift_card" -> "Gift card". */
export const inWords = (name: string): string => {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** "1234.50" -> "1,234.50"; exact, because it never becomes a number. */
export const amount = (text: string): string => {
  const [whole = '', cents] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return cents === undefined ? grouped : `${grouped}.${cents}`;
};

/** A value as people read it. */
export const shown = (field: Field, value: Value | undefined, desk: Desk): string => {
  if (value === null || value === undefined || value === '') return '';
  if (field.type === 'money') return amount(String(value));
  if (field.type === 'instant') return writeLocal(String(value), desk.time_zone);
  if (field.type === 'enum') return enumLabel(field, String(value), desk);
  if (field.type === 'integer' && field.name !== 'order_id') return count(Number(value));
  return String(value);
};

export const enumLabel = (field: Pick<Field, 'name'>, value: string, desk: Desk): string =>
  (field.name === 'status' && desk.statuses.find((one) => one.status === value)?.label) ||
  inWords(value);

/** A value as it is typed and copied. */
export const typed = (field: Field, value: Value | undefined, desk: Desk): string => {
  if (value === null || value === undefined) return '';
  if (field.type === 'instant') return writeLocal(String(value), desk.time_zone);
  if (field.type === 'enum') return enumLabel(field, String(value), desk);
  return String(value);
};

/**
 * What was typed as it is sent. What cannot be read stays as it was typed: the server says what is
 * wrong with it, and nothing is lost.
 */
export const sent = (field: Field, text: string, desk: Desk): Value => {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (field.type === 'integer') return /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed;
  if (field.type === 'instant') return readLocal(trimmed, desk.time_zone);
  if (field.type === 'enum')
    return (
      field.values.find(
        (value) =>
          value === trimmed ||
          enumLabel(field, value, desk).toLowerCase() === trimmed.toLowerCase(),
      ) ?? trimmed
    );
  if (field.type === 'money')
    return trimmed.replace(/^(-?)(\d{1,3})((?:,\d{3})+)(?=\.|$)/, ungrouped);
  return field.name === 'note' ? text : trimmed;
};

const ungrouped = (found: string): string => found.replaceAll(',', '');

/** Whether two values say the same: "12.5" and "12.50", two spellings of an instant. */
export const same = (field: Field, one: Value | undefined, other: Value | undefined): boolean => {
  const [a, b] = [one ?? null, other ?? null];
  if (a === null || b === null || a === b) return a === b;
  if (field.type === 'instant') return Date.parse(String(a)) === Date.parse(String(b));
  if (field.type === 'money' || field.type === 'integer')
    return String(a) !== '' && String(b) !== '' && Number(a) === Number(b);
  return false;
};

const EMPTINESS: Op[] = ['empty', 'not_empty'];
/** The comparisons of each type, in the order in which they are offered. */
export const OPS: Record<FieldType, Op[]> = {
  integer: ['=', '!=', '>', '>=', '<', '<=', 'between', ...EMPTINESS],
  money: ['=', '!=', '>', '>=', '<', '<=', 'between', ...EMPTINESS],
  text: ['contains', 'starts_with', '=', '!=', 'in', 'not_in', ...EMPTINESS],
  enum: ['in', 'not_in', ...EMPTINESS],
  instant: ['last_days', 'today', 'between', '>=', '<', '=', ...EMPTINESS],
  boolean: ['='],
};
export const OP_WORDS: Record<Op, string> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  between: 'between',
  in: 'is one of',
  not_in: 'is none of',
  contains: 'contains',
  starts_with: 'begins with',
  empty: 'is empty',
  not_empty: 'is not empty',
  last_days: 'in the last days',
  today: 'today',
};
const INSTANT_WORDS: Partial<Record<Op, string>> = {
  '=': 'on the day',
  '>=': 'from',
  '<': 'before',
  '>': 'after',
  '<=': 'until',
};

export const opWords = (op: Op, type: FieldType): string =>
  (type === 'instant' ? INSTANT_WORDS[op] : undefined) ?? OP_WORDS[op];

/** Fields that can be filtered by beside the columns. */
const MORE: Record<string, string> = {
  city: 'City',
  country: 'Country',
  product_id: 'Product',
  customer_tier: 'Tier',
  first_order: 'First order',
};

export const fieldOf = (desk: Desk, name: string): Field | undefined =>
  desk.fields.find((one) => one.name === name);

export const fieldLabel = (desk: Desk, name: string): string =>
  fieldOf(desk, name)?.label ?? MORE[name] ?? inWords(name);

const valueWords = (desk: Desk, name: string, value: unknown): string => {
  const field = fieldOf(desk, name);
  const text = String(value);
  if (value === null || value === undefined) return NOTHING;
  if (!field) return name === 'first_order' ? (value ? 'yes' : 'no') : inWords(text);
  // A day stays a day.
  if (field.type === 'instant' && /^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  return shown(field, value as Value, desk);
};

const MOST_NAMED = 3;

/** A condition as a chip says it: "Status is one of Shipped, Delivered". */
export const conditionWords = ({ field, op, value }: Condition, desk: Desk): string => {
  const label = fieldLabel(desk, field);
  const type = fieldOf(desk, field)?.type ?? 'text';
  if (op === 'last_days') return `${label} in the last ${value} days`;
  const words = opWords(op, type);
  if (value === undefined || value === null || op === 'today') return `${label} ${words}`;
  if (!Array.isArray(value)) return `${label} ${words} ${valueWords(desk, field, value)}`;
  if (value.length === 1 && op !== 'between')
    return `${label} ${op === 'in' ? 'is' : 'is not'} ${valueWords(desk, field, value[0])}`;
  const named = value.slice(0, MOST_NAMED).map((one) => valueWords(desk, field, one));
  if (op === 'between') return `${label} between ${named.join(' and ')}`;
  const more = value.length - named.length;
  return `${label} ${words} ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

export const filterWords = (filter: Filter, desk: Desk): string => {
  if ('field' in filter) return conditionWords(filter, desk);
  if ('not' in filter) return `not (${filterWords(filter.not, desk)})`;
  const parts = 'all' in filter ? filter.all : filter.any;
  return parts.map((part) => filterWords(part, desk)).join('all' in filter ? ' and ' : ' or ');
};
