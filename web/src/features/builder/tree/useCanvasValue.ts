// The canvas's context, which stays the same object while one types: rows that did not change are
// not made anew.
import { type RefObject, useCallback, useMemo, useRef, useState } from 'react';
import type { CanvasContext } from './context';
import type { Editor } from './editor';
import { findIn, mayGo, placeIn } from './reduce';

type Given = Pick<
  CanvasContext,
  'vocabulary' | 'operators' | 'figures' | 'faults' | 'lints' | 'readOnly' | 'selected'
> & { editor: Editor; onSelect?: (id: string) => void };

const ENTITY = { about: 'entity' } as const;

const useLatest = <T>(value: T): RefObject<T> => {
  const latest = useRef(value);
  latest.current = value;
  return latest;
};

export const useCanvasValue = (given: Given) => {
  const { vocabulary, operators, figures, faults, lints, readOnly, selected, editor } = given;
  const { audience, act } = editor;
  const now = useLatest(audience);
  const select = useLatest(given.onSelect);
  const dragged = useRef<string[] | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const living = chosen.filter((id) => findIn(audience, id)).join(' ');
  const marked = useMemo(() => new Set(living === '' ? [] : living.split(' ')), [living]);

  const toggleMark = useCallback(
    (id: string) =>
      setChosen((ids) => (ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id])),
    [],
  );
  const clearMarks = useCallback(() => setChosen([]), []);
  const include = audience.include.id;
  const exclude = audience.exclude.id;
  const dated = (audience.around.start_date ?? audience.around.end_date) !== null;
  const canvas = useMemo<CanvasContext>(
    () => ({
      vocabulary,
      operators,
      figures,
      faults,
      lints,
      readOnly,
      scope: ENTITY,
      act,
      placeOf: (id) => placeIn(now.current, id),
      mayGo: (ids, parent) => mayGo(now.current, ids, parent),
      marked,
      toggleMark,
      selected,
      onSelect: (id) => select.current?.(id),
      dragged,
      dated,
      blocks: { include, exclude },
    }),
    [
      vocabulary,
      operators,
      figures,
      faults,
      lints,
      readOnly,
      act,
      marked,
      toggleMark,
      selected,
      dated,
      include,
      exclude,
      now,
      select,
    ],
  );
  return { canvas, marked, clearMarks };
};
