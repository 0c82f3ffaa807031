import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  between,
  changeOf,
  dayOf,
  dayTitle,
  distinctNames,
  type Figure,
  hourSeries,
  hoursQuery,
  lengthOf,
  rangeOf,
  readAsked,
  shiftDay,
  type Today,
} from './logic';
import { throttled } from './useLive';

const figure = (value: string | null, previous: string | null, unit: string | null = null) =>
  ({ value, previous, unit }) as Figure;

const kind = { field: 'kind', op: '=', value: 'sale' };
const hour = (name: string, start: string, end: string, orders: number | null) => ({
  hour: name,
  start,
  end,
  orders,
  revenue: orders === null ? null : `${orders}0.50`,
  previous_orders: 3,
  previous_revenue: '30.00',
  query: {
    filter: { all: [{ field: 'order_date', op: '>=', value: start }, kind] },
    search: '',
    sort: [],
  },
  revenue_query: { filter: { all: [] }, search: '', sort: [] },
});
const today = {
  day: '2026-11-01',
  is_today: true,
  previous_day: '2026-10-25',
  hourly: [
    hour('00:00', '2026-11-01T04:00:00Z', '2026-11-01T05:00:00Z', 2),
    hour('01:00 EDT', '2026-11-01T05:00:00Z', '2026-11-01T06:00:00Z', 4),
    hour('01:00 EST', '2026-11-01T06:00:00Z', '2026-11-01T07:00:00Z', null),
  ],
} as unknown as Today;

describe('the address', () => {
  it('says what is asked; what makes no sense is left out', () => {
    const asked = readAsked({ day: '2026-02-30', compare: 'year', by: 'quantity', channel: '' });
    expect(asked).toEqual({
      day: undefined,
      compare: 'weekday',
      channel: undefined,
      status: undefined,
      measure: 'orders',
      by: 'quantity',
      from: undefined,
      to: undefined,
    });
  });

  it.each([
    [{}, '2026-10-03', '2026-11-01'],
    [{ from: '2026-11-01', to: '2026-10-01' }, '2026-10-01', '2026-11-01'],
    [{ from: '2020-01-01' }, '2025-09-28', '2026-11-01'],
  ])('%o is a range the server answers', (search, from, to) => {
    const range = rangeOf(readAsked(search), '2026-11-01');
    expect(range).toEqual({ from, to });
    expect(lengthOf(range)).toBeLessThanOrEqual(400);
  });
});

describe('days', () => {
  it.each([
    ['2026-03-01', -1, '2026-02-28'],
    ['2026-10-31', 1, '2026-11-01'],
    ['2026-11-01', 1, '2026-11-02'],
  ])('%s and %s days is %s', (day, days, to) => expect(shiftDay(day, days)).toBe(to));

  it('have a weekday that no zone changes', () =>
    expect(dayTitle('2026-11-22')).toBe('Sunday 22 Nov 2026'));

  it('come back from a chart as they went in', () =>
    expect(dayOf(new Date('2026-11-01T00:00:00').toISOString())).toBe('2026-11-01'));
});

describe('a change', () => {
  it.each([
    [figure('12', '10'), 'up', '+20.0 % against 10'],
    [figure('9.00', '10.00', 'USD'), 'down', '−10.0 % against $10.00'],
    [figure('5', '5'), 'same', 'the same as 5'],
    [figure('5', '0'), 'up', '+5 against 0'],
    [figure('5.00', '-2.00', 'USD'), 'up', '+$7.00 against -$2.00'],
  ])('%o is %s: %s', (one, direction, words) =>
    expect(changeOf(one)).toEqual({ direction, words }),
  );

  it.each([figure(null, '1'), figure('1', null)])('%o is not said', (one) =>
    expect(changeOf(one)).toBeNull(),
  );
});

describe('hours', () => {
  it('are bars beside a line, and stop where the day is', () => {
    const [own, before] = hourSeries(today, 'revenue');
    expect(own?.points.map(({ y }) => y)).toEqual([20.5, 40.5, null]);
    expect([own?.name, before?.name]).toEqual(['Today', '25 Oct 2026']);
    expect(hourSeries({ ...today, previous_day: null }, 'orders')).toHaveLength(1);
  });

  it('that are marked open their orders, and nothing else of the query changes', () => {
    const query = hoursQuery(today, 'orders', '01:00 EDT', '01:00 EST');
    expect(query).toEqual({
      filter: {
        all: [
          { field: 'order_date', op: '>=', value: '2026-11-01T05:00:00Z' },
          { field: 'order_date', op: '<', value: '2026-11-01T07:00:00Z' },
          kind,
        ],
      },
      search: '',
      sort: [],
    });
    expect(hoursQuery(today, 'orders', '09:00', '10:00')).toBeNull();
  });

  it('bear a query without a filter', () =>
    expect(between({ filter: null }, '2026-11-01', '2026-11-02').filter).toEqual({
      all: [
        { field: 'order_date', op: '>=', value: '2026-11-01' },
        { field: 'order_date', op: '<', value: '2026-11-02' },
      ],
    }));
});

it('tells products of one name apart', () =>
  expect(distinctNames(['Lamp', 'Chair', 'Lamp'])).toEqual(['Lamp', 'Chair', 'Lamp (2)']));

describe('refreshing', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  it('happens at once, then at most every two seconds, and once for all in between', () => {
    const act = vi.fn();
    const refresh = throttled(act);
    for (let time = 0; time < 5; time++) refresh.ask();
    expect(act).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1999);
    expect(act).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(2);
    refresh.ask();
    refresh.stop();
    vi.advanceTimersByTime(5000);
    expect(act).toHaveBeenCalledTimes(2);
  });
});
