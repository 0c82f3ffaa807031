// What the page asks for as its address says it, and what the numbers become: words, series, links.
import type { Schemas } from '@/api/client';
import { count, day as dayWords, money, percent, plural } from '@/lib/format';
import type { Series } from '@/ui/chart/data';

export type Today = Schemas['TodayBody'];
export type Days = Schemas['DaysBody'];
export type Figure = Today['figures'][number];
export type Hour = Today['hourly'][number];
export type Query = Record<string, unknown>;
export type Rule = Schemas['AudienceBody'];
export type Measure = 'orders' | 'revenue';
export type Ranking = 'revenue' | 'quantity';
export type Compare = 'weekday' | 'yesterday' | 'none';

/** What the address says; without `day` it is always the present one. */
export type Asked = {
  day?: string;
  compare: Compare;
  channel?: string;
  status?: string;
  measure: Measure;
  by: Ranking;
  from?: string;
  to?: string;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (found: unknown): found is string =>
  typeof found === 'string' &&
  DAY.test(found) &&
  !Number.isNaN(Date.parse(found)) &&
  shiftDay(found, 0) === found;
const text = (found: unknown): string | undefined =>
  typeof found === 'string' && found !== '' ? found : undefined;
const oneOf = <T extends string>(found: unknown, known: readonly [T, ...T[]]): T =>
  known.includes(found as T) ? (found as T) : known[0];

export const readAsked = (search: Record<string, unknown>): Asked => ({
  day: isDay(search.day) ? search.day : undefined,
  compare: oneOf(search.compare, ['weekday', 'yesterday', 'none']),
  channel: text(search.channel),
  status: text(search.status),
  measure: oneOf(search.measure, ['orders', 'revenue']),
  by: oneOf(search.by, ['revenue', 'quantity']),
  from: isDay(search.from) ? search.from : undefined,
  to: isDay(search.to) ? search.to : undefined,
});

const DAY_MILLISECONDS = 86_400_000;

/** A calendar day so many days on; calendar days know no zone. */
export const shiftDay = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MILLISECONDS).toISOString().slice(0, 10);

/** "2026-11-22" -> "Sunday 22 Nov 2026". */
export const dayTitle = (day: string): string =>
  `${new Intl.DateTimeFormat('en-AU', { weekday: 'long', timeZone: 'UTC' }).format(new Date(day))} ${dayWords(day, 'UTC')}`;

/** A figure as text; from a hundred thousand on without cents. */
export const figureText = (value: string | null, unit: string | null): string =>
  unit === null ? count(value === null ? null : Number(value)) : money(value, unit);

export type Change = { direction: 'up' | 'down' | 'same'; words: string };

/** How a figure differs from the day beside it; null where there is nothing to hold it against. */
export const changeOf = ({ value, previous, unit }: Figure): Change | null => {
  if (value === null || previous === null) return null;
  const [now, then] = [Number(value), Number(previous)];
  if (now === then)
    return { direction: 'same', words: `the same as ${figureText(previous, unit)}` };
  const direction = now > then ? 'up' : 'down';
  const sign = now > then ? '+' : '−';
  const size =
    then > 0
      ? percent(Math.abs(now - then) / then)
      : figureText(String(Math.abs(now - then)), unit);
  return { direction, words: `${sign}${size} against ${figureText(previous, unit)}` };
};

/** The sums behind a number, to hold against the grid's: "In all $43,432, 418 pieces". */
export const checkWords = ({ check }: Figure, currency: string): string =>
  `In all ${money(check.amount, currency)}, ${plural(check.pieces, 'piece')}`;

const number = (value: string | number | null): number | null =>
  value === null ? null : Number(value);

/** The day by hours as bars, the day beside it as a line. */
export const hourSeries = (today: Today, measure: Measure): Series[] => {
  const own = today.hourly.map((hour) => ({ x: hour.hour, y: number(hour[measure]) }));
  const before = today.hourly.map((hour) => ({
    x: hour.hour,
    y: number(hour[`previous_${measure}`]),
  }));
  const name = today.is_today ? 'Today' : dayWords(today.day, 'UTC');
  const series: Series[] = [{ name, points: own, kind: 'bars', colour: 1 }];
  if (today.previous_day === null) return series;
  const beside = dayWords(today.previous_day, 'UTC');
  return [...series, { name: beside, points: before, kind: 'line', colour: 8 }];
};

/** Days as places of a time axis, at the browser's own midnights. */
export const daySeries = (days: Days, measure: Measure): Series[] => [
  {
    name: measure === 'orders' ? 'Orders' : 'Revenue',
    points: days.days.map((one) => ({ at: `${one.day}T00:00:00`, y: Number(one[measure]) })),
    kind: 'area',
    colour: 1,
  },
];

type Leaf = { field?: unknown };

/** The query without its days and hours, for another span of time. */
const timeless = (query: Query): unknown[] => {
  const filter = query.filter as { all?: Leaf[] } | null;
  return (filter?.all ?? []).filter((one) => one.field !== 'order_date');
};

/** The same orders of another span, from an instant or day up to, but not including, another. */
export const between = (query: Query, from: string, until: string): Query => ({
  ...query,
  filter: {
    all: [
      { field: 'order_date', op: '>=', value: from },
      { field: 'order_date', op: '<', value: until },
      ...timeless(query),
    ],
  },
});

/** The orders of some hours that lie side by side; null if they are none of the day's. */
export const hoursQuery = (
  today: Today,
  measure: Measure,
  from: string | number,
  to: string | number,
): Query | null => {
  const first = today.hourly.find(({ hour }) => hour === from);
  const last = today.hourly.find(({ hour }) => hour === to);
  if (first === undefined || last === undefined) return null;
  const query = measure === 'orders' ? first.query : first.revenue_query;
  return between(query, first.start, last.end);
};

/** The local day of an instant that a chart of days hands out. */
export const dayOf = (at: string | number): string => {
  const local = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
};

/** One part of a widget: the rows behind it, and the people behind those. */
export type Part = { key: string; label: string; detail: string; query: Query; rule: Rule | null };

export const statusParts = (today: Today): Part[] =>
  today.statuses.map(({ status, label, orders, amount, query, rule }) => ({
    key: status,
    label,
    detail: `${count(orders)}, ${money(amount, today.currency)}`,
    query,
    rule,
  }));

export const productsOf = (today: Today, by: Ranking) =>
  by === 'revenue' ? today.products.by_revenue : today.products.by_quantity;

export const productParts = (today: Today, by: Ranking): Part[] =>
  productsOf(today, by).map(({ product_id, name, quantity, revenue, query, rule }) => ({
    key: product_id,
    label: name,
    detail: by === 'revenue' ? money(revenue, today.currency) : `${count(quantity)} pieces`,
    query,
    rule,
  }));

export const buyerParts = (today: Today, measure: Measure): Part[] =>
  today.customers.map(({ key, label, orders, revenue, query, revenue_query, rule }) => ({
    key,
    label,
    detail: measure === 'orders' ? `${count(orders)} orders` : money(revenue, today.currency),
    query: measure === 'orders' ? query : revenue_query,
    rule,
  }));

/** Names for a chart's axis: products may share one. */
export const distinctNames = (names: string[]): string[] => {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
};

/** Whether a day has nothing at all to show. */
export const isQuiet = (today: Today): boolean =>
  today.statuses.length === 0 && today.products.by_quantity.length === 0;

export const MOST_DAYS = 400;
export const SPANS = [30, 90, 365] as const;

/** The range of the daily trend: as asked, else the last thirty days up to the day looked at. */
export const rangeOf = (asked: Asked, day: string): { from: string; to: string } => {
  const to = asked.to ?? day;
  const from = asked.from ?? shiftDay(to, 1 - SPANS[0]);
  if (from > to) return { from: to, to: from };
  const earliest = shiftDay(to, 1 - MOST_DAYS);
  return { from: from < earliest ? earliest : from, to };
};

export const lengthOf = ({ from, to }: { from: string; to: string }): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MILLISECONDS) + 1;
