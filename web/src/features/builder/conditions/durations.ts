// Lengths of time: ISO 8601 in rules, a number and a unit on the screen.
import { list, plural } from '@/lib/format';

export type Unit = 'Y' | 'M' | 'W' | 'D' | 'TH' | 'TM' | 'TS';
export const UNITS: Record<Unit, string> = {
  TM: 'minute',
  TH: 'hour',
  D: 'day',
  W: 'week',
  M: 'month',
  Y: 'year',
  TS: 'second',
};
/** Units of elapsed time, as steps of a sequence take them. */
export const ELAPSED: Unit[] = ['TM', 'TH', 'D', 'W'];
export const CALENDAR: Unit[] = ['D', 'W', 'M', 'Y'];
export const ALL: Unit[] = ['TM', 'TH', 'D', 'W', 'M', 'Y'];

const ISO =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const ORDER: Unit[] = ['Y', 'M', 'W', 'D', 'TH', 'TM', 'TS'];

export const partsOf = (iso: string): { unit: Unit; n: number }[] => {
  const found = ISO.exec(iso);
  if (!found) return [];
  return ORDER.flatMap((unit, place) => {
    const digits = found[place + 1];
    return digits === undefined ? [] : [{ unit, n: Number(digits) }];
  });
};

/** A length of one unit; null if it has several, or is none. */
export const simple = (iso: string): { unit: Unit; n: number } | null => {
  const parts = partsOf(iso);
  return parts.length === 1 ? (parts[0] ?? null) : null;
};

export const isoOf = (n: number, unit: Unit): string =>
  unit.startsWith('T') ? `PT${n}${unit.slice(1)}` : `P${n}${unit}`;

/** "30 days", "1 year and 6 months". */
export const durationWords = (iso: string): string => {
  const parts = partsOf(iso);
  return parts.length ? list(parts.map(({ n, unit }) => plural(n, UNITS[unit]))) : iso;
};
