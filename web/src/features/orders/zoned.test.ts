import { describe, expect, it } from 'vitest';
import { readLocal, writeLocal } from './zoned';

const SYDNEY = 'Australia/Sydney';

describe('typed instants', () => {
  it.each([
    ['2026-11-21T11:40:00Z', SYDNEY, '2026-11-21 22:40'],
    ['2026-06-21T12:00:00Z', SYDNEY, '2026-06-21 22:00'],
    ['2026-06-21T12:00:00Z', 'UTC', '2026-06-21 12:00'],
    ['2026-06-20T14:00:00Z', SYDNEY, '2026-06-21 00:00'],
    ['soon', SYDNEY, 'soon'],
  ])('%s in %s is %s', (iso, zone, text) => {
    expect(writeLocal(iso, zone)).toBe(text);
  });

  it.each([
    ['2026-11-21 22:40', SYDNEY, '2026-11-21T11:40:00.000Z'],
    ['2026-11-21T22:40', SYDNEY, '2026-11-21T11:40:00.000Z'],
    ['2026-11-21', 'UTC', '2026-11-21T00:00:00.000Z'],
    // The hour after summer time begins, the hour before it ends.
    ['2026-10-04 03:30', SYDNEY, '2026-10-03T16:30:00.000Z'],
    ['2026-04-05 03:30', SYDNEY, '2026-04-04T17:30:00.000Z'],
  ])('%s in %s is read', (text, zone, iso) => {
    expect(readLocal(text, zone)).toBe(iso);
  });

  it.each(['tomorrow', '2026-13-01', '2026-02-30 10:00', '2026-10-04 02:30', ''])(
    'leaves "%s" to the server',
    (text) => {
      expect(readLocal(text, SYDNEY)).toBe(text);
    },
  );
});
