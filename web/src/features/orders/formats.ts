// Conditional formats: cells that look different where a condition holds, worked out on what is
// shown.
import type { Format, Op, OrderRow, Tone, Value } from './types';

const compare = (value: Value, other: Value): number => {
  const [a, b] = [Number(value), Number(other)];
  if (String(value) !== '' && !Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  return String(value).localeCompare(String(other));
};

const text = (value: Value): string => String(value ?? '').toLowerCase();

const TESTS: Partial<Record<Op, (value: Value, other: Value) => boolean>> = {
  '=': (value, other) => compare(value, other) === 0 || text(value) === text(other),
  '!=': (value, other) => compare(value, other) !== 0 && text(value) !== text(other),
  '<': (value, other) => compare(value, other) < 0,
  '<=': (value, other) => compare(value, other) <= 0,
  '>': (value, other) => compare(value, other) > 0,
  '>=': (value, other) => compare(value, other) >= 0,
  contains: (value, other) => text(value).includes(text(other)),
  starts_with: (value, other) => text(value).startsWith(text(other)),
};

export const FORMAT_OPS = [...Object.keys(TESTS), 'empty', 'not_empty'] as Op[];

export const fits = ({ field, op, value }: Format, row: OrderRow): boolean => {
  const found = row[field] ?? null;
  if (op === 'empty') return found === null || found === '';
  if (found === null || found === '') return false;
  return op === 'not_empty' || (TESTS[op]?.(found, value) ?? false);
};

/** The tone of a cell: the first rule on its field that holds. */
export const toneOf = (formats: readonly Format[], field: string, row: OrderRow): Tone | null =>
  formats.find((one) => one.field === field && fits(one, row))?.tone ?? null;
