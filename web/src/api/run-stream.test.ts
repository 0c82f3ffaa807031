import { expect, it } from 'vitest';
import { type Run, withRun } from './run-stream';

const run = (id: number, state: Run['state']) => ({ id, state }) as Run;

it('keeps runs at work, the newest first', () => {
  const found = [run(1, 'running'), run(3, 'queued')].reduce(withRun, [run(2, 'running')]);
  expect(found.map(({ id }) => id)).toEqual([3, 2, 1]);
});

it('replaces what it knows of a run', () => {
  expect(withRun([run(1, 'queued')], run(1, 'running'))).toEqual([run(1, 'running')]);
});

it.each(['published', 'failed', 'cancelled'] as const)('drops a run that is %s', (state) => {
  expect(withRun([run(1, 'running')], run(1, state))).toEqual([]);
});
