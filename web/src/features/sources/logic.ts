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
 * The line (from 1) that a fault's path speaks of: the deepest key of it that has a line of its own,
 * each sought in the block of the one before. `$.attributes.age.type` -> the line of `type:`.
 */
export const lineOfPath = (text: string, path: string): number | null => {
  const lines = text.split('\n');
  let at = -1;
  for (const key of path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean)) {
    const found = lines.findIndex((line, place) => place > at && isKey(line, key));
    if (found < 0 || found > endOfBlock(lines, at)) break;
    at = found;
  }
  return at < 0 ? null : at + 1;
};

/** The last line of what stands below a line, deeper than it; -1 stands for the whole text. */
const endOfBlock = (lines: string[], at: number): number => {
  if (at < 0) return lines.length;
  const indent = indentOf(lines[at] as string);
  const next = lines.findIndex(
    (line, place) => place > at && line.trim() !== '' && indentOf(line) <= indent,
  );
  return next < 0 ? lines.length : next - 1;
};

const indentOf = (line: string): number => line.length - line.trimStart().length;

const isKey = (line: string, key: string): boolean => {
  const text = line.trimStart();
  return text.startsWith(`${key}:`) || text.startsWith(`"${key}":`);
};
