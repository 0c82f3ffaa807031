// Windows, lengths, moments, numbers: from rules to words and fields, and back.
import { describe, expect, it } from 'vitest';
import type { WindowValue } from '../tree/types';
import { durationWords, isoOf, simple } from './durations';
import { dayBefore, formOf, momentWords } from './moments';
import { numberOf } from './NumberField';
import { percentOf, shareOf } from './shares';
import { formOfWindow, startOfForm, windowWords } from './windows';

describe('windows', () => {
  it.each<[WindowValue | undefined, string, string]>([
    [undefined, 'none', 'at any time'],
    ['all_time', 'all', 'over all time'],
    [{ last: 'P30D' }, 'last', 'in the last 30 days'],
    [{ last: 'P1M' }, 'last', 'in the last month'],
    [{ last: 'P7D', anchor: 'calendar_day' }, 'last', 'in the last 7 days before today'],
    [{ ago: ['P60D', 'P30D'] }, 'ago', 'between 60 days and 30 days ago'],
    [{ calendar: 'prev_month' }, 'calendar', 'in the previous month'],
    [{ calendar: 'ytd' }, 'calendar', 'this year'],
    [{ from: '2025-01-01', to: '2025-02-01' }, 'dates', 'from 1 Jan 2025 to 31 Jan 2025'],
    [{ from: '2025-01-01' }, 'dates', 'since 1 Jan 2025'],
    [{ to: '2025-02-01' }, 'dates', 'until 31 Jan 2025'],
  ])('%j is %s: %s', (window, form, words) => {
    expect(formOfWindow(window)).toBe(form);
    expect(windowWords(window)).toBe(words);
  });
  it.each(['last', 'ago', 'calendar', 'dates', 'all', 'none'] as const)(
    'a window of the form %s begins as one of that form',
    (form) => expect(formOfWindow(startOfForm(form, '2026-11-21'))).toBe(form),
  );
});

describe('lengths of time', () => {
  it.each([
    ['P30D', { n: 30, unit: 'D' }, '30 days'],
    ['PT12H', { n: 12, unit: 'TH' }, '12 hours'],
    ['P1Y', { n: 1, unit: 'Y' }, '1 year'],
    ['PT5M', { n: 5, unit: 'TM' }, '5 minutes'],
    ['P1Y6M', null, '1 year and 6 months'],
    ['nonsense', null, 'nonsense'],
  ])('%s', (iso, parts, words) => {
    expect(simple(iso)).toEqual(parts);
    expect(durationWords(iso)).toBe(words);
    if (parts) expect(isoOf(parts.n, parts.unit as 'D')).toBe(iso);
  });
});

describe('moments', () => {
  it.each([
    ['2025-05-01', 'day', '1 May 2025'],
    ['2025-05-01T10:30', 'moment', '1 May 2025, 10:30'],
    ['2025-05-01T10:30:00Z', 'text', '2025-05-01T10:30:00Z'],
  ])('%s is shown as a %s', (value, form, words) => {
    expect(formOf(value)).toBe(form);
    expect(momentWords(value)).toBe(words);
  });
  it('knows the day before, across months', () => {
    expect(dayBefore('2025-03-01')).toBe('2025-02-28');
  });
});

describe('numbers as they are typed', () => {
  it.each([
    ['', 'integer', undefined],
    ['-', 'integer', null],
    ['12', 'integer', 12],
    ['1,200', 'integer', 1200],
    ['1.5', 'integer', null],
    ['1.5', 'number', 1.5],
    ['100.00', 'money', '100.00'],
    ['100.', 'money', '100'],
    ['abc', 'decimal', null],
    ['12345678901234567890', 'integer', '12345678901234567890'],
  ] as const)('%j as %s', (text, type, value) => {
    expect(numberOf(text, type)).toBe(value);
  });
  it.each([
    [0.1, '10'],
    [0.07, '7'],
    ['0.125', '12.5'],
    [1, '100'],
  ])('share %s is %s percent', (share, percent) => {
    expect(percentOf(share)).toBe(percent);
    expect(shareOf(percent)).toBe(Number(share));
  });
});
