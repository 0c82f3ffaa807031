import { expect, it } from 'vitest';
import { ApiError } from '@/api/errors';
import { type Progress, runEach } from './bulk';

it('does the same to each, names what failed, and says how far it is', async () => {
  const seen: Progress[] = [];
  const act = async (item: string) => {
    if (item === 'b') throw new ApiError(409, { title: 'It is in use.', code: 'IN_USE' }, null);
  };
  const outcome = await runEach(
    ['a', 'b', 'c'],
    act,
    (item) => item.toUpperCase(),
    (progress) => seen.push(progress),
  );
  expect(outcome).toEqual({
    done: ['a', 'c'],
    failures: [{ name: 'B', sentence: 'It is in use.' }],
  });
  expect(seen.map(({ done }) => done)).toEqual([0, 1, 2, 3]);
});
