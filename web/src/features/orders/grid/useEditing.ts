// Edits of cells: shown at once, sent one deed after the other, kept if refused, asked about if
// somebody else changed the same cells.
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { type ApiError, isCode } from '@/api/errors';
import { useDesk } from '../desk';
import { fieldOf, same, sent } from '../fields';
import { begun, OwnWrites, type PendingCell, refused, settled } from '../pending';
import { askRowsById, newOp, sendChanges } from '../server';
import { wantsReason } from '../statuses';
import type { CellChange, Conflict, Draft, OrderRow, Query, Value } from '../types';
import type { Bench } from './bench';

export type Wish = { row: OrderRow; field: string; typed: string };
export type Clash = { draft: Draft; cells: PendingCell[]; conflicts: Conflict[] };
export type Answer = {
  field: string;
  key: string;
  value: Value;
  version: number | null;
  /** What was typed instead of either. */
  typed?: string;
};
export type Asking = { words: string; answer: (reason: string | null) => void };

const cellsOf = (
  cells: readonly PendingCell[],
  rows: ReadonlyMap<number, OrderRow>,
): CellChange[] =>
  cells.map(({ orderId, field, base, value }) => ({
    entity: 'order',
    key: String(orderId),
    field,
    base,
    value,
    version: rows.get(orderId)?.row_version ?? null,
  }));

/** The orders in view that no longer match, after some were looked at again. */
const leftOut = (
  before: ReadonlySet<number>,
  shown: readonly number[],
  matching: ReadonlySet<number>,
): Set<number> => {
  const left = new Set(before);
  for (const id of shown)
    if (matching.has(id)) left.delete(id);
    else left.add(id);
  return left;
};

export function useEditing(bench: Bench, query: Query, onDone: () => void) {
  const desk = useDesk();
  const queries = useQueryClient();
  const [clash, setClash] = useState<Clash | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const latest = useRef({ query, onDone });
  latest.current = { query, onDone };
  const tools = useMemo(() => {
    const writes = new OwnWrites();
    let queue: Promise<unknown> = Promise.resolve();
    const draw = (cells: readonly PendingCell[]) =>
      bench.grid.current?.redraw([...new Set(cells.map(({ orderId }) => String(orderId)))]);
    const mark = (next: ReturnType<typeof begun>, cells: readonly PendingCell[]) => {
      bench.pending.set(next);
      draw(cells);
    };

    /** Rows as they are now, and which of them still belong to what is shown. */
    const refresh = async (ids: readonly number[], flash: boolean): Promise<void> => {
      const loaded = new Set(bench.grid.current?.rows().map((row) => row.order_id));
      const wanted = ids.filter((id) => loaded.has(id)).slice(0, 500);
      if (wanted.length === 0) return;
      const { rows, matching, missing } = await askRowsById(wanted, latest.current.query);
      const shown = [...rows.map((row) => row.order_id), ...missing];
      bench.unmatched.set(leftOut(bench.unmatched.read(), shown, new Set(matching)));
      const updated = bench.grid.current?.update(rows) ?? [];
      if (flash) bench.grid.current?.flash(updated.map((row) => String(row.order_id)));
    };

    const send = async (draft: Draft, cells: PendingCell[]): Promise<void> => {
      try {
        const applied = await sendChanges(draft);
        writes.remember(cells);
        bench.grid.current?.update(applied.rows);
        mark(settled(bench.pending.read(), cells), cells);
        latest.current.onDone();
        void queries.invalidateQueries({ queryKey: ['orders', 'undo-stack'] });
        await refresh([...new Set(cells.map(({ orderId }) => orderId))], false).catch(() => {});
      } catch (error) {
        if (isCode(error, 'CELLS_CHANGED')) {
          const conflicts = (error as ApiError).details.conflicts as Conflict[];
          mark(
            begun(
              bench.pending.read(),
              cells.map((cell) => ({ ...cell, state: 'conflict' })),
            ),
            cells,
          );
          setClash({ draft, cells, conflicts });
        } else mark(refused(bench.pending.read(), cells, error), cells);
      }
    };

    const enqueue = (
      cells: PendingCell[],
      rows: ReadonlyMap<number, OrderRow>,
      kind: Draft['kind'],
      reason: string | null,
    ): Promise<void> => {
      mark(begun(bench.pending.read(), cells), cells);
      const work = async () => {
        const based = cells.map((cell) => ({ ...cell, base: writes.baseOf(cell) }));
        const draft: Draft = {
          op_id: newOp(),
          kind,
          reason,
          cells: cellsOf(based, rows),
          insert_items: [],
          delete_items: [],
          dry_run: false,
        };
        await send(draft, based);
      };
      const done = queue.then(work);
      queue = done;
      return done;
    };

    const pendingOf = ({ row, field, typed }: Wish): PendingCell | null => {
      const known = fieldOf(desk, field);
      if (!known) return null;
      const before = bench.pending.read().get(`${row.order_id}/${field}`);
      const base = before ? before.base : (row[field] ?? null);
      const value = sent(known, typed, desk);
      if (!before && same(known, base, value)) return null;
      return {
        orderId: row.order_id,
        field,
        base: before?.state === 'saving' ? before.value : base,
        value,
        typed,
        state: 'saving',
        sentence: null,
      };
    };

    const change = async (wishes: Wish[], kind: Draft['kind'], reason: string | null = null) => {
      const cells = wishes.map(pendingOf).filter((cell) => cell !== null);
      if (cells.length === 0) return;
      const rows = new Map(wishes.map(({ row }) => [row.order_id, row]));
      const steps = cells.filter(({ field, base, value }) =>
        field === 'status' ? wantsReason(desk, base, value) : false,
      );
      if (steps.length > 0 && reason === null) {
        const words = `Why ${steps.length === 1 ? `does order ${steps[0]?.orderId}` : `do ${steps.length} orders`} become ${steps[0]?.value}?`;
        const said = await new Promise<string | null>((answer) => setAsking({ words, answer }));
        setAsking(null);
        if (said === null) return;
        await enqueue(cells, rows, kind, said);
        return;
      }
      await enqueue(cells, rows, kind, reason);
    };
    /** Settles when everything that was typed has its answer. */
    const allSent = () => queue;
    return { change, refresh, draw, send, allSent };
  }, [bench, desk, queries]);

  const drop = (cells: readonly PendingCell[]) => {
    bench.pending.set(settled(bench.pending.read(), cells));
    tools.draw(cells);
  };

  /** Go on after a conflict: some cells as they are there, the others over what is there. */
  const resolve = (answers: Answer[]) => {
    if (clash === null) return;
    const { draft, cells, conflicts } = clash;
    setClash(null);
    const told = new Map(conflicts.map((one) => [`${one.key}/${one.field}`, one]));
    const wanted = new Map(answers.map((one) => [`${one.key}/${one.field}`, one]));
    const next = cells.flatMap((cell): PendingCell[] => {
      const key = `${cell.orderId}/${cell.field}`;
      const conflict = told.get(key);
      if (!conflict) return [{ ...cell, state: 'saving' }];
      const answer = wanted.get(key);
      if (!answer) return [];
      return [{ ...cell, base: conflict.theirs, value: answer.value, state: 'saving' }];
    });
    drop(cells);
    const ids = [...new Set(cells.map(({ orderId }) => orderId))];
    if (next.length === 0) return void tools.refresh(ids, true);
    bench.pending.set(begun(bench.pending.read(), next));
    tools.draw(next);
    void tools
      .send({ ...draft, op_id: newOp(), cells: cellsOf(next, new Map()) }, next)
      .then(() => tools.refresh(ids, false));
  };

  return { ...tools, drop, clash, resolve, asking };
}

export type Editing = ReturnType<typeof useEditing>;
