// What the pages of sources work out: words of types, values, and where a fault stands in a text.
import { count } from '@/lib/format';

const TYPES: Record<string, string> = {
  string: 'Text',
  integer: 'Whole number',
  decimal: 'Decimal',
  money: 'Money',
  boolean: 'Yes or no',
  date: 'Day',
  timestamp: 'Instant',
  enum: 'One of a list',
  list: 'List',
  geo: 'Place',
};

export const typeWord = (type: string): string => TYPES[type] ?? type;

const PERSONAL: Record<string, string> = {
  none: '',
  contact: 'Contact',
  sensitive: 'Sensitive',
};

/** "Contact", "Sensitive"; nothing for what is not personal. */
export const personalWord = (pii: string): string => PERSONAL[pii] ?? pii;

type Value = boolean | number | string | null;

export const valueWord = (value: Value): string => {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' && Number.isInteger(value) ? count(value) : String(value);
};

/** "18 to 90"; nothing where there is no span. */
export const spanWord = (low: Value, high: Value): string =>
  low === null && high === null ? '' : `${valueWord(low)} to ${valueWord(high)}`;

/**
 * The line (from 1) that a fault's path speaks of: the deepest key of it that the text has, each
 * sought below and deeper than the one before. `$.attributes.age.type` -> the line of `type:`.
 */
export const lineOfPath = (text: string, path: string): number | null => {
  const lines = text.split('\n');
  let at = -1;
  let indent = -1;
  for (const key of path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean)) {
    const found = lines.findIndex(
      (line, place) => place > at && indentOf(line) > indent && isKey(line, key),
    );
    if (found < 0) break;
    at = found;
    indent = indentOf(lines[found] as string);
  }
  return at < 0 ? null : at + 1;
};

const indentOf = (line: string): number => line.length - line.trimStart().length;

const isKey = (line: string, key: string): boolean => {
  const text = line.trimStart();
  return text.startsWith(`${key}:`) || text.startsWith(`"${key}":`);
};
