import { describe, expect, it } from 'vitest';
import {
  ago,
  bytes,
  count,
  duration,
  moment,
  money,
  NOTHING,
  percent,
  plural,
  signed,
} from './format';

describe('numbers', () => {
  it.each([
    [1234567, '1,234,567'],
    [0, '0'],
    [null, NOTHING],
  ])('counts %s as %s', (value, text) => expect(count(value)).toBe(text));

  it.each([
    [12, '+12'],
    [-1200, '−1,200'],
    [0, '±0'],
  ])('signs %s as %s', (value, text) => expect(signed(value)).toBe(text));

  it.each([
    [0.1234, '12.3 %'],
    [0, '0.0 %'],
    [0.0001, '< 0.1 %'],
    [1, '100.0 %'],
  ])('shows the share %s as %s', (share, text) => expect(percent(share)).toBe(text));

  it('keeps cents of small money only', () => {
    expect(money('12.5', 'AUD')).toBe('$12.50');
    expect(money(12345.67, 'AUD')).toBe('$12,346');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_200_000, '1.2 MB'],
    [450_000_000, '450 MB'],
  ])('shows %s bytes as %s', (value, text) => expect(bytes(value)).toBe(text));

  it('says one and many', () => {
    expect(plural(1, 'segment')).toBe('1 segment');
    expect(plural(2, 'person', 'people')).toBe('2 people');
  });
});

describe('times', () => {
  it('shows the zone with its daylight saving', () => {
    expect(moment('2026-01-01T00:00:00Z', 'Australia/Sydney')).toContain('11:00');
    expect(moment('2026-07-01T00:00:00Z', 'Australia/Sydney')).toContain('10:00');
  });

  it.each([
    [-10, 'just now'],
    [-3 * 3600, '3 hours ago'],
    [-86_400, 'yesterday'],
    [2 * 86_400, 'in 2 days'],
    [-40 * 86_400, 'last month'],
  ])('says %s seconds from now as %s', (seconds, text) => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(ago(new Date(now + seconds * 1000).toISOString(), now)).toBe(text);
  });

  it.each([
    [0.031, '31 ms'],
    [0.42, '0.4 s'],
    [59.6, '60 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
  ])('shows %s seconds as %s', (value, text) => expect(duration(value)).toBe(text));
});
