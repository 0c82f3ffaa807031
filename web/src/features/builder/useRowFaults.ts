// What is wrong with which row: of the last save, else of the last count; and what may not be meant.
import { useMemo } from 'react';
import { ApiError, type Fault } from '@/api/errors';
import type { LiveSize } from './live/useLive';
import type { Editor } from './tree/editor';
import { faultsOf } from './tree/paths';

export type RowFaults = { faults: Map<string, Fault[]>; lints: Map<string, Fault[]> };

export const useRowFaults = (editor: Editor, size: LiveSize, refused: Fault[]): RowFaults => {
  const { error, asked, answer, answered } = size;
  const faults = useMemo(() => {
    if (refused.length > 0) return faultsOf(editor.paths, refused);
    return faultsOf(asked.paths, error instanceof ApiError ? error.faults : []);
  }, [refused, editor.paths, asked.paths, error]);
  const lints = useMemo(
    () => faultsOf(answered?.paths ?? new Map(), answer?.warnings ?? []),
    [answered, answer],
  );
  return { faults, lints };
};
