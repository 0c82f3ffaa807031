import { expect, it } from 'vitest';
import { cronWords } from './cron';

it.each([
  [null, 'Not scheduled'],
  ['', 'Not scheduled'],
  ['@hourly', 'Every hour at :00'],
  ['@daily', 'Every day at 00:00'],
  ['@weekly', 'Every Sunday at 00:00'],
  ['@monthly', 'On day 1 of every month at 00:00'],
  ['@yearly', 'Every year on 1 January'],
  ['30 6 * * *', 'Every day at 06:30'],
  ['0 6 * * mon-fri', 'On weekdays at 06:00'],
  ['0 6 * * 1,3', 'Every Monday, Wednesday at 06:00'],
  ['15 */4 * * *', 'Every 4 hours at :15'],
  ['0 0 1 1 *', '0 0 1 1 *'],
  ['*/5 * * * *', '*/5 * * * *'],
  ['0 99 * * *', '0 99 * * *'],
  ['nonsense', 'nonsense'],
])('%s is "%s"', (cron, words) => expect(cronWords(cron)).toBe(words));
