import { describe, expect, it } from 'vitest';
import { barShare, readSearch, runOrigin, runTitle, stagesOf, waitedSeconds } from './logic';

describe('the address', () => {
  it('keeps what makes sense', () => {
    expect(readSearch({ page: 2, state: 'failed', rule: 'vip' })).toEqual({
      page: 2,
      state: 'failed',
      rule: 'vip',
    });
  });

  it.each([[{ page: 0 }], [{ page: 'x' }], [{ state: 'nonsense' }], [{ rule: '' }]])(
    'leaves out %s',
    (search) => expect(readSearch(search)).toEqual({}),
  );
});

describe('words', () => {
  it.each([
    [['vip'], 'Refresh of vip'],
    [['vip', 'lapsed'], 'Refresh of 2 rules'],
    [[], 'Refresh'],
  ])('names the rules %s', (rules, title) => {
    expect(runTitle({ kind: 'refresh', rules })).toBe(title);
  });

  it('says who asked, unless the clock did', () => {
    expect(runOrigin({ origin: 'manual', requested_by: 'ann' })).toBe('by hand, ann');
    expect(runOrigin({ origin: 'schedule', requested_by: 'scheduler' })).toBe('on schedule');
  });
});

describe('figures', () => {
  it('counts the wait in the queue', () => {
    const created_at = '2026-01-01T00:00:00Z';
    expect(waitedSeconds({ created_at, started_at: '2026-01-01T00:00:02Z' })).toBe(2);
    expect(waitedSeconds({ created_at, started_at: null })).toBeNull();
  });

  it('measures bars by the longest', () => {
    const runs = [{ seconds: 4 }, { seconds: null }, { seconds: 1 }];
    expect(runs.map(({ seconds }) => barShare(seconds, runs))).toEqual([1, 0, 0.25]);
  });

  it('reads stages and nothing else', () => {
    const stage = { what: 'scan', seconds: 0.1, rows: 3 };
    expect(stagesOf({ stages: [stage, 'nonsense', null] })).toEqual([stage]);
    expect(stagesOf(null)).toEqual([]);
  });
});
