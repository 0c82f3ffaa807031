import { expect, it } from 'vitest';
import type { Live } from '../queries';
import { stepRows } from './steps';

const step = (kind: string, path: string, sentence: string | null, size: number, lost: number) => ({
  kind,
  path,
  sentence,
  size,
  lost,
  unknown: 1,
});

it('lays effects and near-misses beside the steps they belong to', () => {
  const rows = stepRows({
    waterfall: [
      step('everyone', '$', null, 200, 0),
      step('condition', '$[0]', 'Tier is 1', 50, 150),
      step('exclusion', '$.exclude[0]', null, 40, 10),
    ],
    marginal: [{ path: '$[0]', sentence: '', size_without: 190, difference: 150 }],
    near_misses: {
      reason: null,
      total: 9,
      conditions: [{ path: '$[0]', sentence: '', false: 7, unknown: 2, samples: [] }],
    },
  } as unknown as Live);
  expect(rows.map(({ words }) => words)).toEqual(['Everyone', 'Tier is 1', 'Not excluded']);
  expect(rows[1]).toMatchObject({ stays: 0.25, goes: 0.75, without: 150, nearly: 9 });
  expect(rows[2]).toMatchObject({ stays: 0.2, goes: 0.05, without: null, nearly: null });
});

it('has no rows without a waterfall, and no shares of nobody', () => {
  expect(stepRows({ waterfall: null } as Live)).toEqual([]);
  const nobody = { waterfall: [step('everyone', '$', null, 0, 0)] } as unknown as Live;
  expect(stepRows(nobody)[0]).toMatchObject({ stays: 0, goes: 0 });
});
