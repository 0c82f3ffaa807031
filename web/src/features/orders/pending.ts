// Cells that were edited and are not settled: on their way, refused, or changed by somebody else.
// Until then they show what was typed, and it is never lost.
import { ApiError, told } from '@/api/errors';
import type { Value } from './types';

export type PendingCell = {
  orderId: number;
  field: string;
  /** What stood there when the edit began. */
  base: Value;
  value: Value;
  typed: string;
  state: 'saving' | 'failed' | 'conflict';
  sentence: string | null;
};
export type Pending = ReadonlyMap<string, PendingCell>;
export type Place = Pick<PendingCell, 'orderId' | 'field'>;

export const NONE_PENDING: Pending = new Map();

export const cellKey = (orderId: number, field: string): string => `${orderId}/${field}`;

export const pendingAt = (pending: Pending, orderId: number, field: string) =>
  pending.get(cellKey(orderId, field));

/** With these cells; an earlier edit of the same cell gives way, and its base goes on. */
export const begun = (pending: Pending, cells: readonly PendingCell[]): Pending => {
  const next = new Map(pending);
  for (const cell of cells) {
    const key = cellKey(cell.orderId, cell.field);
    const before = next.get(key);
    next.set(key, before?.state === 'failed' ? { ...cell, base: before.base } : cell);
  }
  return next;
};

/** Without these cells, unless they were edited again since. */
export const settled = (pending: Pending, cells: readonly PendingCell[]): Pending => {
  const next = new Map(pending);
  for (const cell of cells) {
    const key = cellKey(cell.orderId, cell.field);
    if (next.get(key)?.value === cell.value) next.delete(key);
  }
  return next;
};

const CELL_PATH = /cells\[(\d+)\]/;

/** The sentence of each cell that a refusal speaks of, by its place among those sent. */
export const faultsByCell = (error: unknown): Map<number, string> => {
  const found = new Map<number, string>();
  for (const { path, sentence, hint } of error instanceof ApiError ? error.faults : []) {
    const place = path.match(CELL_PATH)?.[1];
    if (place !== undefined && !found.has(Number(place)))
      found.set(Number(place), hint ? `${sentence} ${hint}` : sentence);
  }
  return found;
};

/** The cells of a refused deed, each with what is wrong with it or why it was not written. */
export const refused = (
  pending: Pending,
  cells: readonly PendingCell[],
  error: unknown,
): Pending => {
  const faults = faultsByCell(error);
  const { sentence, hint } = told(error);
  const whole = hint ? `${sentence} ${hint}` : sentence;
  const next = new Map(pending);
  for (const [place, cell] of cells.entries()) {
    const why = faults.get(place) ?? (faults.size > 0 ? 'Not saved: others were refused.' : whole);
    next.set(cellKey(cell.orderId, cell.field), { ...cell, state: 'failed', sentence: why });
  }
  return next;
};

export const failures = (pending: Pending): PendingCell[] =>
  [...pending.values()].filter(({ state }) => state === 'failed');

/** What was written by this page lately, so that a second edit of a cell begins from the first. */
export class OwnWrites {
  readonly #written = new Map<string, { base: Value; value: Value }>();

  remember(cells: readonly PendingCell[]): void {
    for (const { orderId, field, base, value } of cells)
      this.#written.set(cellKey(orderId, field), { base, value });
  }

  /** The base of an edit that was typed while the one before it was on its way. */
  baseOf(cell: PendingCell): Value {
    const before = this.#written.get(cellKey(cell.orderId, cell.field));
    return before !== undefined && before.base === cell.base ? before.value : cell.base;
  }
}
