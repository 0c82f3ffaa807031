// Operators and values of a test: what fits, and what stays when one of them changes.
import type { Operators } from '@/api/queries';
import { kept } from '../tree/json';
import type { Values } from '../tree/types';
import type { Field } from './suggestions';
import type { Word } from './WordSelect';

export type Test = Values['attribute'];
export type Takes = 'none' | 'one' | 'many' | 'range' | 'text' | 'pattern' | 'duration';

const TIMES = ['date', 'timestamp'];
const NUMBERS = ['integer', 'number', 'decimal', 'money'];
export const isTime = (type: Field['type']): boolean => TIMES.includes(type);
export const isNumber = (type: Field['type']): boolean => NUMBERS.includes(type);
export const isText = (type: Field['type']): boolean => ['string', 'enum', 'list'].includes(type);

/** Shorter where a time is meant: the labels of numbers would mislead. */
const OF_TIMES: Record<string, string> = {
  '>': 'after',
  '>=': 'on or after',
  '<': 'before',
  '<=': 'on or before',
  '=': 'on',
  '!=': 'not on',
};

/** The operators of a field's type, as one reads them; `only`: those that fit there. */
export const operatorWords = (
  operators: Operators,
  type: Field['type'],
  only?: readonly string[],
): Word[] => {
  const seen = new Set<string>();
  return operators.items
    .filter(({ key, types }) => types.includes(type) && (!only || only.includes(key)))
    .map(({ key, label }) => ({ value: key, label: (isTime(type) && OF_TIMES[key]) || label }))
    .filter(({ value, label }) => {
      // "before" and "<" are one for times; the plain word stays.
      if (isTime(type) && ['before', 'after'].includes(value)) return !seen.has(label);
      seen.add(label);
      return true;
    });
};

/** `before` is `<` in another word, `after` is `>`: shown as the one that is listed. */
export const shownOperator = (op: string): string => ({ before: '<', after: '>' })[op] ?? op;

export const takesOf = (operators: Operators, op: string | undefined): Takes =>
  (operators.items.find(({ key }) => key === op)?.takes as Takes | undefined) ?? 'one';

const FORMS: Record<Takes, 'none' | 'one' | 'many' | 'range' | 'duration'> = {
  none: 'none',
  one: 'one',
  text: 'one',
  pattern: 'one',
  many: 'many',
  range: 'range',
  duration: 'duration',
};

/** The value for another operator: kept where it still has a meaning. */
export const valueFor = (value: Test['value'], from: Takes, to: Takes): Test['value'] => {
  const [before, after] = [FORMS[from], FORMS[to]];
  if (before === after) return value;
  if (after === 'none') return undefined;
  if (after === 'duration') return 'P30D';
  if (before === 'duration') return undefined;
  if (Array.isArray(value)) {
    if (after === 'one') return value[0];
    return after === 'range' ? [value[0] ?? '', value[1] ?? ''] : value.filter((one) => one !== '');
  }
  if (value === undefined || value === null) return undefined;
  return after === 'range' ? [value, ''] : [value];
};

/** A test with another operator. */
export const withOperator = (test: Test, op: string, operators: Operators): Test => {
  const from = takesOf(operators, test.op);
  const to = takesOf(operators, op);
  return kept({
    ...test,
    op: op as Test['op'],
    value: test.value_field === undefined ? valueFor(test.value, from, to) : undefined,
    value_field: to === 'one' ? test.value_field : undefined,
    bounds: to === 'range' ? test.bounds : undefined,
    quant: op.startsWith('has_') ? undefined : test.quant,
  });
};
