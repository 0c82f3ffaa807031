import { describe, expect, it } from 'vitest';
import { asKind, fromCron, KINDS, readClock, spoken, toCron, type Words } from './words';

describe('cron text and words', () => {
  it.each<[string | null, Words]>([
    [null, { kind: 'none' }],
    ['  ', { kind: 'none' }],
    ['@hourly', { kind: 'hourly', minute: 0 }],
    ['15 * * * *', { kind: 'hourly', minute: 15 }],
    ['@daily', { kind: 'daily', hour: 0, minute: 0 }],
    ['30 6 * * *', { kind: 'daily', hour: 6, minute: 30 }],
    ['0 7 * * mon-fri', { kind: 'weekdays', hour: 7, minute: 0 }],
    ['0 7 * * 1-5', { kind: 'weekdays', hour: 7, minute: 0 }],
    ['@weekly', { kind: 'weekly', weekday: 0, hour: 0, minute: 0 }],
    ['5 8 * * 7', { kind: 'weekly', weekday: 0, hour: 8, minute: 5 }],
    ['5 8 * * Thu', { kind: 'weekly', weekday: 4, hour: 8, minute: 5 }],
    ['@monthly', { kind: 'monthly', day: 1, hour: 0, minute: 0 }],
    ['0 5 15 * *', { kind: 'monthly', day: 15, hour: 5, minute: 0 }],
    ['0 5 1,15 * *', { kind: 'custom', cron: '0 5 1,15 * *' }],
    ['*/5 * * * *', { kind: 'custom', cron: '*/5 * * * *' }],
    ['0 5 1 * mon', { kind: 'custom', cron: '0 5 1 * mon' }],
    ['0 5 * 6 *', { kind: 'custom', cron: '0 5 * 6 *' }],
    ['0 * 1 * *', { kind: 'custom', cron: '0 * 1 * *' }],
    ['61 5 * * *', { kind: 'custom', cron: '61 5 * * *' }],
    ['@yearly', { kind: 'custom', cron: '@yearly' }],
    ['nonsense', { kind: 'custom', cron: 'nonsense' }],
  ])('reads %j', (cron, words) => expect(fromCron(cron)).toEqual(words));

  it.each([
    null,
    '15 * * * *',
    '30 6 * * *',
    '0 7 * * 1-5',
    '5 8 * * 4',
    '0 5 15 * *',
    '0 5 1,15 * *',
    '@yearly',
  ])('writes %j as it was read', (cron) => expect(toCron(fromCron(cron))).toBe(cron));

  it('keeps the time of day when another kind is chosen', () => {
    const daily: Words = { kind: 'daily', hour: 9, minute: 45 };
    expect(toCron(asKind(daily, 'weekly'))).toBe('45 9 * * 1');
    expect(toCron(asKind(daily, 'custom'))).toBe('45 9 * * *');
    expect(toCron(asKind({ kind: 'none' }, 'monthly'))).toBe('0 6 1 * *');
  });

  it('can become every kind, and says it', () => {
    for (const { value } of KINDS) expect(spoken(asKind({ kind: 'none' }, value))).not.toBe('');
    expect(spoken({ kind: 'monthly', day: 22, hour: 6, minute: 0 })).toBe(
      'On the 22nd of every month at 06:00',
    );
    expect(spoken({ kind: 'monthly', day: 12, hour: 6, minute: 0 })).toContain('12th');
  });
});

it('reads a time of day, and nothing else', () => {
  expect(readClock('06:05')).toEqual({ hour: 6, minute: 5 });
  for (const text of ['', '24:00', '6', '06:60', 'six']) expect(readClock(text)).toBeNull();
});
