// The builder's one state: the audience, its JSON, and undo; the page and all its parts share it.
import { useCallback, useMemo, useReducer } from 'react';
import { begin, turn } from './history';
import type { Action, Wish } from './reduce';
import type { Audience, Json, JsonObject } from './types';
import { writeDefinition } from './write';

export type Editor = {
  audience: Audience;
  /** The definition as the API takes it; the same object as long as it says the same. */
  definition: JsonObject;
  /** The server's path -> the node's id; see paths.ts for looking things up. */
  paths: Map<string, string>;
  act: (action: Action, focusId?: string) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  /** Take another definition instead, e.g. from the JSON view; it can be undone. */
  load: (definition: Json) => void;
  /** What was undone or redone, for a live region. */
  said: string;
  wish: Wish | null;
  wishes: number;
};

export const useEditor = (initial: Audience): Editor => {
  const [history, dispatch] = useReducer(turn, initial, begin);
  const { present, past, future, said, wish, wishes } = history;
  const written = useMemo(() => writeDefinition(present), [present]);
  const act = useCallback(
    (action: Action, focus?: string) =>
      dispatch({ type: 'act', action, focus, at: performance.now() }),
    [],
  );
  const undo = useCallback(() => dispatch({ type: 'undo' }), []);
  const redo = useCallback(() => dispatch({ type: 'redo' }), []);
  const load = useCallback(
    (definition: Json) => dispatch({ type: 'load', definition, at: performance.now() }),
    [],
  );
  return {
    audience: present,
    ...written,
    act,
    undo,
    redo,
    canUndo: past.length > 0,
    canRedo: future.length > 0,
    load,
    said,
    wish,
    wishes,
  };
};
