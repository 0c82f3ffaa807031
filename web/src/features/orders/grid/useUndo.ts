// Undo and redo by the server's own stack, which a reload does not empty.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { plural } from '@/lib/format';
import { toastDone, toastError } from '@/ui/toast';
import { newOp, sendUndo, stackQuery } from '../server';
import type { Conflict, Undone } from '../types';

type Way = 'undo' | 'redo';

const AT_ONCE = async (): Promise<unknown> => undefined;

/** `allSent`: waited for first, else the deed before the last would be taken back. */
export function useUndo(
  enabled: boolean,
  onRows: (answer: Undone) => void,
  allSent: () => Promise<unknown> = AT_ONCE,
) {
  const queries = useQueryClient();
  const stack = useQuery({ ...stackQuery, enabled }).data;
  const [skipped, setSkipped] = useState<Conflict[]>([]);
  const work = useMutation({
    mutationFn: async ({ way, id }: { way: Way; id: number | null }) => {
      await allSent();
      return sendUndo(way, id, newOp());
    },
    onSuccess: (answer, { way }) => {
      const said = way === 'undo' ? 'Undone' : 'Done again';
      toastDone(`${said}: ${plural(answer.cells, 'cell')} of ${plural(answer.orders, 'order')}.`);
      setSkipped(answer.skipped);
      onRows(answer);
    },
    onError: toastError,
    onSettled: () => queries.invalidateQueries({ queryKey: ['orders'], refetchType: 'active' }),
  });
  const run = (way: Way, id: number | null = null) => {
    if (!work.isPending) work.mutate({ way, id });
  };
  return {
    undo: stack?.undo ?? null,
    redo: stack?.redo ?? null,
    busy: work.isPending,
    run,
    skipped,
    seen: () => setSkipped([]),
  };
}

export type Undo = ReturnType<typeof useUndo>;
