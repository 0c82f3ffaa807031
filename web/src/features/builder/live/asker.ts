// When the size is asked for: a moment after the last edit; what is out of date is given up; and
// while an exact count takes its time, an estimate is asked for beside it.
import { isCode } from '@/api/errors';

export const PAUSE_MILLISECONDS = 250;
export const PATIENCE_MILLISECONDS = 1000;

export type Told<Answer> =
  | { kind: 'asking' }
  | { kind: 'estimated'; answer: Answer }
  | { kind: 'settled'; answer: Answer }
  | { kind: 'failed'; error: unknown };

type Ways<Question, Answer> = {
  ask: (question: Question, signal: AbortSignal) => Promise<Answer>;
  estimate: (question: Question, signal: AbortSignal) => Promise<Answer>;
  tell: (told: Told<Answer>, question: Question) => void;
};

/** An answer that nobody waits for any more: given up here, or ended by a newer question. */
export const isOutOfDate = (error: unknown): boolean =>
  isCode(error, 'SUPERSEDED') || (error instanceof DOMException && error.name === 'AbortError');

export class Asker<Question, Answer> {
  private readonly ways: Ways<Question, Answer>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private current = new AbortController();

  constructor(ways: Ways<Question, Answer>) {
    this.ways = ways;
  }

  /**
   * Ask about this once nothing newer comes for a moment; at once where `now`.
   *
   * `since`: how many of its milliseconds have passed already, from the key to here.
   */
  edit(question: Question, now = false, since = 0): void {
    this.stop();
    this.ways.tell({ kind: 'asking' }, question);
    const pause = now ? 0 : Math.max(0, PAUSE_MILLISECONDS - since);
    this.timer = setTimeout(() => void this.ask(question), pause);
  }

  /** Give up what is under way. */
  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.patience);
    this.current.abort();
  }

  private async ask(question: Question): Promise<void> {
    const mine = new AbortController();
    const rough = new AbortController();
    mine.signal.addEventListener('abort', () => rough.abort());
    this.current = mine;
    const { tell } = this.ways;
    this.patience = setTimeout(() => {
      this.ways.estimate(question, rough.signal).then(
        (answer) => rough.signal.aborted || tell({ kind: 'estimated', answer }, question),
        () => {}, // the exact answer is still on its way, and tells what is wrong
      );
    }, PATIENCE_MILLISECONDS);
    try {
      const answer = await this.ways.ask(question, mine.signal);
      if (!mine.signal.aborted) tell({ kind: 'settled', answer }, question);
    } catch (error) {
      if (!mine.signal.aborted && !isOutOfDate(error)) tell({ kind: 'failed', error }, question);
    } finally {
      if (this.current === mine) clearTimeout(this.patience);
      rough.abort();
    }
  }
}
