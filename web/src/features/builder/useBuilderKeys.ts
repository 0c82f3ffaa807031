// Ctrl+S saves; Ctrl+Z and Ctrl+Y go back and forth where no canvas does it, outside of fields,
// which undo their own text.
import { useEffect, useRef } from 'react';
import type { Editor } from './tree/editor';
import { askedBy } from './tree/undo-keys';

const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const isSave = (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's';

type Ways = {
  editor: Editor;
  save: () => void;
  /** The canvas is there, and undoes by itself. */
  canvas: boolean;
};

export const useBuilderKeys = (given: Ways, canEdit: boolean): void => {
  const ways = useRef(given);
  ways.current = given;
  useEffect(() => {
    if (!canEdit) return;
    const press = (event: KeyboardEvent) => {
      const { editor, save, canvas } = ways.current;
      const asked = canvas || writes(event.target) ? null : askedBy(event);
      if (!isSave(event) && asked === null) return;
      event.preventDefault();
      if (asked === 'undo') editor.undo();
      else if (asked === 'redo') editor.redo();
      else save();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [canEdit]);
};
