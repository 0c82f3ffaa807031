import { describe, expect, it } from 'vitest';
import { differing, merged, type Settings, toSettings, toValues } from './values';

const SETTINGS: Settings = {
  time_zone: null,
  currency: null,
  versions_kept: 10,
  runs_kept_days: 90,
  logs_kept_days: 30,
  shrink_alert_share: 0.5,
  grow_alert_share: 1,
  empty_alert: true,
  approval_share: null,
  concurrency: 1,
};

describe('settings in a form', () => {
  it.each([
    ['as at first', SETTINGS],
    [
      'all set',
      { ...SETTINGS, time_zone: 'Europe/Vienna', currency: 'EUR', approval_share: 0.125 },
    ],
    ['alerts off', { ...SETTINGS, shrink_alert_share: null, grow_alert_share: null }],
    ['a third', { ...SETTINGS, shrink_alert_share: 0.333333 }],
  ])('come back as they were: %s', (_, settings) =>
    expect(toSettings(toValues(settings))).toEqual(settings),
  );

  it('show shares as percent', () => {
    expect(toValues(SETTINGS).shrink_alert_share).toBe(50);
    expect(toValues({ ...SETTINGS, approval_share: 0.07 }).approval_share).toBe(7);
  });
});

describe('two people at once', () => {
  const mine = { ...SETTINGS, concurrency: 4 };
  const theirs = { ...SETTINGS, versions_kept: 99, currency: 'EUR' };

  it('names what differs', () =>
    expect(differing(SETTINGS, theirs)).toEqual(['Currency', 'Versions kept']));

  it('keeps the changes of both', () =>
    expect(merged(SETTINGS, mine, theirs)).toEqual({ ...theirs, concurrency: 4 }));

  it("prefers one's own where both changed the same", () =>
    expect(merged(SETTINGS, { ...SETTINGS, currency: 'AUD' }, theirs).currency).toBe('AUD'));
});
