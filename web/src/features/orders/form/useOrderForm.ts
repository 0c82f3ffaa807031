// The state of an order's form: what was typed, what was refused, what somebody else changed.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ApiError, isCode } from '@/api/errors';
import { toastDone } from '@/ui/toast';
import { useDesk } from '../desk';
import type { Answer, Clash } from '../grid/useEditing';
import { newOp, orderQuery, sendChanges } from '../server';
import type { Conflict, OrderDetail } from '../types';
import {
  changesOf,
  type FormDraft,
  isDirty,
  type Spot,
  spotKey,
  textAt,
  UNTOUCHED,
  withoutCell,
  withTyped,
} from './draft';
import { cellId, type FormFault, faultAt, formFaultsOf } from './faults';

export function useOrderForm(orderId: number, onSaved: (ids: number[]) => void) {
  const desk = useDesk();
  const queries = useQueryClient();
  const found = useQuery(orderQuery(orderId));
  const [draft, setDraft] = useState<FormDraft>(UNTOUCHED);
  const [faults, setFaults] = useState<FormFault[]>([]);
  const [clash, setClash] = useState<Clash | null>(null);
  const [busy, setBusy] = useState(false);

  const save = async (detail: OrderDetail, wanted: FormDraft = draft) => {
    const changes = changesOf(wanted, detail, desk, newOp());
    setBusy(true);
    try {
      const { title } = await sendChanges(changes);
      setDraft(UNTOUCHED);
      setFaults([]);
      toastDone(`Saved: ${title}.`);
      await queries.invalidateQueries({ queryKey: ['orders'] });
      onSaved([orderId]);
    } catch (error) {
      if (isCode(error, 'CELLS_CHANGED')) {
        const conflicts = (error as ApiError).details.conflicts as Conflict[];
        setClash({ draft: changes, cells: [], conflicts });
      } else setFaults(formFaultsOf(error, wanted));
    } finally {
      setBusy(false);
    }
  };

  /** Go on after a conflict: the form begins from what is there now. */
  const resolve = async (answers: Answer[]) => {
    const conflicts = clash?.conflicts ?? [];
    setClash(null);
    const detail = await queries.fetchQuery({ ...orderQuery(orderId), staleTime: 0 });
    let next = draft;
    for (const { entity, key, field } of conflicts) {
      const spot: Spot = { entity, key, field };
      const answer = answers.find((one) => one.key === key && one.field === field);
      const typed = next.cells[spotKey(spot)]?.typed ?? '';
      next = withoutCell(next, spot);
      if (answer) next = withTyped(next, detail, desk, spot, answer.typed ?? typed);
    }
    setDraft(next);
    if (isDirty(next)) await save(detail, next);
  };

  /** What a field of the form needs. */
  const bind = (detail: OrderDetail, spot: Spot) => {
    const id = cellId(spotKey(spot));
    return {
      id,
      value: textAt(draft, detail, desk, spot),
      error: faultAt(faults, id),
      onChange: (text: string) => setDraft((before) => withTyped(before, detail, desk, spot, text)),
    };
  };

  return {
    found,
    draft,
    setDraft,
    faults,
    clash,
    resolve,
    busy,
    save,
    bind,
    dirty: isDirty(draft),
    discard: () => {
      setDraft(UNTOUCHED);
      setFaults([]);
    },
  };
}

export type OrderForm = ReturnType<typeof useOrderForm>;
