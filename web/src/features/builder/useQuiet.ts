// Keeps what did not change the same object, so that a keystroke draws only what it touches.
import { useCallback, useMemo, useRef } from 'react';
import type { Editor } from './tree/editor';

/** A function that stays the same, and does what the last one given does. */
export const useLatest = <Given extends unknown[], Answer>(
  act: (...given: Given) => Answer,
): ((...given: Given) => Answer) => {
  const latest = useRef(act);
  latest.current = act;
  return useCallback((...given: Given) => latest.current(...given), []);
};

/** The editor, the same object until something in it changes. */
export const useQuiet = (editor: Editor): Editor => {
  const values = Object.values(editor);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the parts are the whole
  return useMemo(() => editor, values);
};
