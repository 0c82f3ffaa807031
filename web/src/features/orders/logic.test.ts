import { describe, expect, it } from 'vitest';
import { amount, conditionWords, filterWords, same, sent, shown, typed } from './fields';
import { fits, toneOf } from './formats';
import { nextSteps, wantsReason } from './statuses';
import type { Condition, Desk, Field, FieldType, Format, OrderRow, Value } from './types';

const field = (name: string, type: FieldType, values: string[] = []): Field => ({
  name,
  label: name,
  type,
  entity: 'order',
  editable: true,
  nullable: true,
  personal: false,
  sortable_fast: true,
  values,
  most: null,
});
const STATUS = field('status', 'enum', ['pending', 'on_hold', 'cancelled', 'refunded']);
const step = (from: string, to: string, more = {}) => ({
  from_status: from,
  to_status: to,
  role: 'operator',
  reason_required: false,
  condition: null,
  ...more,
});
const DESK = {
  time_zone: 'Australia/Sydney',
  fields: [STATUS, field('total_amount', 'money'), field('order_date', 'instant')],
  statuses: [{ status: 'on_hold', label: 'On hold', open: true, items_frozen: false }],
  transitions: [
    step('on_hold', 'pending', { condition: 'held_from' }),
    step('on_hold', 'confirmed', { condition: 'held_from' }),
    step('on_hold', 'cancelled', { reason_required: true }),
    step('cancelled', 'refunded', { condition: 'paid', role: 'admin' }),
  ],
} as unknown as Desk;
const row = (more: Record<string, Value>) => ({ order_id: 1, ...more }) as OrderRow;

describe('values', () => {
  it.each<[FieldType, Value, string, string]>([
    ['money', '1234567.50', '1,234,567.50', '1234567.50'],
    ['money', '-12.00', '-12.00', '-12.00'],
    ['integer', 12_345, '12,345', '12345'],
    ['text', null, '', ''],
    ['text', 'a', 'a', 'a'],
    ['instant', '2026-11-21T11:40:00Z', '2026-11-21 22:40', '2026-11-21 22:40'],
  ])('of %s: %s', (type, value, look, text) => {
    expect(shown(field('x', type), value, DESK)).toBe(look);
    expect(typed(field('x', type), value, DESK)).toBe(text);
  });

  it.each<[FieldType, string, Value]>([
    ['integer', ' 12 ', 12],
    ['integer', 'twelve', 'twelve'],
    ['money', '1,234.50', '1234.50'],
    ['money', '1,2', '1,2'],
    ['text', '  ', null],
    ['instant', '2026-11-21 22:40', '2026-11-21T11:40:00.000Z'],
    ['instant', 'soon', 'soon'],
  ])('typed as %s: "%s"', (type, text, value) => {
    expect(sent(field('x', type), text, DESK)).toBe(value);
  });

  it('of a list are typed by name or label', () => {
    expect(sent(STATUS, 'On Hold', DESK)).toBe('on_hold');
    expect(sent(STATUS, 'on_hold', DESK)).toBe('on_hold');
    expect(sent(STATUS, 'lost', DESK)).toBe('lost');
    expect(typed(STATUS, 'on_hold', DESK)).toBe('On hold');
  });

  it.each<[FieldType, Value, Value, boolean]>([
    ['money', '12.5', '12.50', true],
    ['money', '12.5', null, false],
    ['integer', 3, '3', true],
    ['instant', '2026-11-21T11:40:00Z', '2026-11-21T11:40:00.000Z', true],
    ['text', 'a', 'A', false],
    ['text', null, null, true],
  ])('of %s: %s and %s', (type, one, other, is) => {
    expect(same(field('x', type), one, other)).toBe(is);
  });

  it('never make money a number', () => {
    expect(amount('12345678901234567.89')).toBe('12,345,678,901,234,567.89');
  });
});

describe('conditions in words', () => {
  it.each<[Condition, string]>([
    [{ field: 'status', op: 'in', value: ['on_hold'] }, 'status is On hold'],
    [
      { field: 'status', op: 'in', value: ['pending', 'on_hold', 'cancelled', 'refunded'] },
      'status is one of Pending, On hold, Cancelled and 1 more',
    ],
    [{ field: 'total_amount', op: '>=', value: '1000' }, 'total_amount at least 1,000'],
    [{ field: 'order_date', op: '=', value: '2026-11-21' }, 'order_date on the day 2026-11-21'],
    [{ field: 'order_date', op: 'last_days', value: 7 }, 'order_date in the last 7 days'],
    [{ field: 'order_date', op: 'today' }, 'order_date today'],
    [{ field: 'city', op: 'empty' }, 'City is empty'],
  ])('%o', (condition, words) => {
    expect(conditionWords(condition, DESK)).toBe(words);
  });

  it('join', () => {
    const parts: Condition[] = [
      { field: 'city', op: '=', value: 'Graz' },
      { field: 'order_date', op: 'today' },
    ];
    expect(filterWords({ not: { any: parts } }, DESK)).toBe(
      'not (City is Graz or order_date today)',
    );
  });
});

describe('steps', () => {
  const names = (one: OrderRow, role = 'operator') =>
    nextSteps(DESK, one, role).map(({ to_status }) => to_status);

  it('lead back only to where an order was held', () => {
    expect(names(row({ status: 'on_hold', held_from: 'confirmed' }))).toEqual([
      'confirmed',
      'cancelled',
    ]);
  });

  it('ask for money that was paid, and for the role', () => {
    const paid = row({ status: 'cancelled', paid_at: '2026-01-01T00:00:00Z' });
    expect(names(paid)).toEqual([]);
    expect(names(paid, 'admin')).toEqual(['refunded']);
    expect(names(row({ status: 'cancelled', paid_at: null }), 'admin')).toEqual([]);
  });

  it('know which want a reason', () => {
    expect(wantsReason(DESK, 'on_hold', 'cancelled')).toBe(true);
    expect(wantsReason(DESK, 'on_hold', 'pending')).toBe(false);
  });
});

describe('formats', () => {
  const rule = (op: Format['op'], value: Format['value']): Format => ({
    field: 'x',
    op,
    value,
    tone: 'bad',
  });
  it.each<[Format['op'], Format['value'], Value, boolean]>([
    ['>', '100', '99.50', false],
    ['>', '100', '1000.00', true],
    ['>', '100', null, false],
    ['=', 'shipped', 'Shipped', true],
    ['!=', 'shipped', 'pending', true],
    ['contains', 'urg', 'Very urgent', true],
    ['<', '2026-01-01', '2025-12-31T10:00:00Z', true],
    ['empty', null, null, true],
    ['not_empty', null, 'a', true],
  ])('%s %s of %s', (op, value, found, is) => {
    expect(fits(rule(op, value), row({ x: found }))).toBe(is);
  });

  it('take the first rule that holds', () => {
    const rules = [rule('>', '100'), { ...rule('>', '10'), tone: 'warn' as const }];
    expect(toneOf(rules, 'x', row({ x: 50 }))).toBe('warn');
    expect(toneOf(rules, 'x', row({ x: 500 }))).toBe('bad');
    expect(toneOf(rules, 'y', row({ y: 500 }))).toBe(null);
  });
});
