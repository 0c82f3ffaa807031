import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { Asker, PATIENCE_MILLISECONDS, PAUSE_MILLISECONDS } from './asker';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that takes its time; it answers with the question, and heeds that nobody waits. */
const slow =
  (milliseconds: number, asked: string[] = [], mark = '') =>
  (question: string, signal: AbortSignal): Promise<string> => {
    asked.push(question);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(mark + question), milliseconds);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new DOMException('given up', 'AbortError'));
      });
    });
  };

const setUp = (exact: number, rough = 100) => {
  const asked: string[] = [];
  const estimated: string[] = [];
  const told: string[] = [];
  const asker = new Asker<string, string>({
    ask: slow(exact, asked),
    estimate: slow(rough, estimated, '~'),
    tell: (what) => told.push('answer' in what ? `${what.kind} ${what.answer}` : what.kind),
  });
  return { asker, asked, estimated, told };
};

describe('the size', () => {
  it('is asked for once, a moment after the last edit', async () => {
    const { asker, asked, told } = setUp(50);
    asker.edit('a');
    await vi.advanceTimersByTimeAsync(PAUSE_MILLISECONDS - 1);
    asker.edit('b');
    await vi.advanceTimersByTimeAsync(PAUSE_MILLISECONDS - 1);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(['b']);
    await vi.advanceTimersByTimeAsync(50);
    expect(told).toEqual(['asking', 'asking', 'settled b']);
  });

  it('is asked for a moment after the key, not after what the key made', async () => {
    const { asker, asked } = setUp(50);
    asker.edit('a', false, 40);
    await vi.advanceTimersByTimeAsync(PAUSE_MILLISECONDS - 41);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(['a']);
  });

  it('is given up for a newer edit, which alone is told', async () => {
    const { asker, asked, told } = setUp(500);
    asker.edit('a', true);
    await vi.advanceTimersByTimeAsync(10);
    asker.edit('b');
    await vi.advanceTimersByTimeAsync(PAUSE_MILLISECONDS + 500);
    expect(asked).toEqual(['a', 'b']);
    expect(told).toEqual(['asking', 'asking', 'settled b']);
  });

  it('is estimated first where the exact one is slow', async () => {
    const { asker, estimated, told } = setUp(5000);
    asker.edit('a', true);
    await vi.advanceTimersByTimeAsync(PATIENCE_MILLISECONDS + 100);
    expect(told).toEqual(['asking', 'estimated ~a']);
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toEqual(['asking', 'estimated ~a', 'settled a']);
    expect(estimated).toEqual(['a']);
  });

  it('is not estimated where the exact one came, nor after it', async () => {
    const { asker, estimated, told } = setUp(PATIENCE_MILLISECONDS + 50, 200);
    asker.edit('a', true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(estimated).toEqual(['a']);
    expect(told).toEqual(['asking', 'settled a']);
    asker.edit('b', true);
    asker.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(estimated).toEqual(['a']);
  });

  it.each([
    [new ApiError(409, { code: 'SUPERSEDED' }, null), ['asking']],
    [new ApiError(503, { code: 'COUNT_TIMEOUT' }, null), ['asking', 'failed']],
  ])('tells of what failed unless a newer question ended it (%s)', async (error, expected) => {
    const told: string[] = [];
    const asker = new Asker<string, string>({
      ask: () => Promise.reject(error),
      estimate: () => Promise.reject(error),
      tell: (what) => told.push(what.kind),
    });
    asker.edit('a', true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toEqual(expected);
  });
});
