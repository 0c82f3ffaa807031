// Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y, wherever the focus is; fields outside the canvas keep theirs.
import { type RefObject, useEffect } from 'react';

/** What a key press asks for. */
export const askedBy = (event: KeyboardEvent): 'undo' | 'redo' | null => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (key === 'y') return 'redo';
  if (key !== 'z') return null;
  return event.shiftKey ? 'redo' : 'undo';
};

const belongsElsewhere = (root: HTMLElement | null, target: EventTarget | null): boolean =>
  target instanceof Element &&
  !root?.contains(target) &&
  target.closest('input, textarea, select, [contenteditable], [data-own-undo]') !== null &&
  target.closest('[data-canvas-part]') === null;

export const useUndoKeys = (
  root: RefObject<HTMLElement | null>,
  undo: () => void,
  redo: () => void,
  off: boolean,
): void => {
  useEffect(() => {
    if (off) return;
    const onKey = (event: KeyboardEvent) => {
      const asked = askedBy(event);
      if (!asked || belongsElsewhere(root.current, event.target)) return;
      event.preventDefault();
      if (asked === 'undo') undo();
      else redo();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [root, undo, redo, off]);
};
