// Windows of time: in words, and what each form begins with.
import type { WindowValue } from '../tree/types';
import { durationWords } from './durations';
import { dayBefore, formOf, momentWords } from './moments';

export type Form = 'none' | 'last' | 'ago' | 'calendar' | 'dates' | 'all';
type Maybe = WindowValue | undefined;

export const PERIODS: Record<string, string> = {
  today: 'today',
  yesterday: 'yesterday',
  this_week: 'this week',
  prev_week: 'in the previous week',
  this_month: 'this month',
  prev_month: 'in the previous month',
  this_quarter: 'this quarter',
  prev_quarter: 'in the previous quarter',
  this_year: 'this year',
  prev_year: 'in the previous year',
};
const ALIASES: Record<string, string> = {
  wtd: 'this_week',
  mtd: 'this_month',
  qtd: 'this_quarter',
  ytd: 'this_year',
};
/** Week, month, quarter, year to date are other names of this week, month… */
export const periodOf = (name: string): string => ALIASES[name] ?? name;

export const formOfWindow = (window: Maybe): Form => {
  if (window === undefined) return 'none';
  if (window === 'all_time') return 'all';
  if ('last' in window) return 'last';
  if ('ago' in window) return 'ago';
  return 'calendar' in window ? 'calendar' : 'dates';
};

/** What a form begins with. */
export const startOfForm = (form: Form, today: string): Maybe => {
  switch (form) {
    case 'last':
      return { last: 'P30D' };
    case 'ago':
      return { ago: ['P60D', 'P30D'] };
    case 'calendar':
      return { calendar: 'prev_month' };
    case 'dates':
      return { from: `${today.slice(0, 4)}-01-01` };
    case 'all':
      return 'all_time';
    default:
      return undefined;
  }
};

const lastDay = (to: string): string =>
  formOf(to) === 'day' ? `to ${momentWords(dayBefore(to))}` : `until before ${momentWords(to)}`;

const datesWords = ({ from, to }: { from?: string; to?: string }): string => {
  if (from && to) return `from ${momentWords(from)} ${lastDay(to)}`;
  if (from) return `since ${momentWords(from)}`;
  return to ? lastDay(to).replace(/^to /, 'until ') : 'between two dates';
};

/** "in the last 30 days"; `none` is what it means to say nothing. */
export const windowWords = (window: Maybe, none = 'at any time'): string => {
  if (window === undefined) return none;
  if (window === 'all_time') return 'over all time';
  if ('last' in window) {
    const words = durationWords(window.last).replace(/^1 (?=\w+$)/, '');
    return `in the last ${words}${window.anchor === 'calendar_day' ? ' before today' : ''}`;
  }
  if ('ago' in window) {
    const [oldest = '', newest = ''] = window.ago;
    const end = window.anchor === 'calendar_day' ? 'before today' : 'ago';
    return `between ${durationWords(oldest)} and ${durationWords(newest)} ${end}`;
  }
  if ('calendar' in window) return PERIODS[periodOf(window.calendar)] ?? window.calendar;
  return datesWords(window as { from?: string; to?: string });
};
