// Days and moments as rules write them, and as the browser's own fields take them.
import { day, moment } from '@/lib/format';
import type { Json } from '../tree/types';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const LOCAL = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?$/;

/** Which field can show a moment in full: a day, a local moment, or only text. */
export const formOf = (value: Json, empty: 'day' | 'moment' = 'day'): 'day' | 'moment' | 'text' => {
  if (value === undefined || value === null || value === '') return empty;
  if (typeof value !== 'string') return 'text';
  if (DAY.test(value)) return 'day';
  return LOCAL.test(value) ? 'moment' : 'text';
};

/** "1 May 2025", "1 May 2025, 10:00"; local moments stay local. */
export const momentWords = (value: string): string => {
  const form = formOf(value);
  if (form === 'day') return day(`${value}T00:00:00Z`, 'UTC');
  if (form === 'moment') return moment(`${value.replace(' ', 'T')}Z`, 'UTC').replace(' UTC', '');
  return value;
};

/** The day before, as one says "to 31 January" of what ends before 1 February. */
export const dayBefore = (value: string): string => {
  const at = new Date(`${value}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - 1);
  return at.toISOString().slice(0, 10);
};
