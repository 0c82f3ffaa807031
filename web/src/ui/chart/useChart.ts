// What one does with a chart: the window one looks at, what is selected, which series are shown.
import { useCallback, useState } from 'react';
import { type Frame, type Range, type Span, wholeSpan } from './data';

export type ChartState = ReturnType<typeof useChart>;

export const useChart = (frame: Frame, onSelect?: (range: Range | null) => void) => {
  const [kept, setKept] = useState<{ window: Span | null; selected: Span | null; of: Frame }>({
    window: null,
    selected: null,
    of: frame,
  });
  const [hidden, setHidden] = useState<Set<string>>(new Set());
  const [brushing, setBrushing] = useState(false);
  const [asTable, setAsTable] = useState(false);
  const [cursor, setCursor] = useState<number | null>(null);

  // Other places: spans of the ones before mean nothing any more.
  const same = kept.of === frame || sameplaces(kept.of, frame);
  const { window, selected } = same ? kept : { window: null, selected: null };

  const setWindow = useCallback(
    (next: Span | null) => setKept((before) => ({ ...before, window: next, of: frame })),
    [frame],
  );
  const select = useCallback(
    (next: Span | null) => {
      setKept((before) => ({ ...before, selected: next, of: frame }));
      setBrushing(false);
      const [from, to] = next ? [frame.xs[next[0]], frame.xs[next[1]]] : [];
      if (from === undefined || to === undefined) onSelect?.(null);
      else onSelect?.({ from: outward(frame, from), to: outward(frame, to) });
    },
    [frame, onSelect],
  );
  const toggleSeries = useCallback(
    (name: string) =>
      setHidden((before) => {
        const next = new Set(before);
        if (!next.delete(name)) next.add(name);
        return next.size === frame.series.length ? new Set() : next;
      }),
    [frame],
  );
  const reset = useCallback(() => {
    setHidden(new Set());
    setBrushing(false);
    setWindow(null);
    if (selected) select(null);
  }, [selected, select, setWindow]);

  const changed = window !== null || selected !== null || hidden.size > 0;
  const span = window ?? wholeSpan(frame);
  return {
    window,
    setWindow,
    span,
    selected,
    select,
    hidden,
    toggleSeries,
    brushing,
    setBrushing,
    asTable,
    setAsTable,
    cursor,
    setCursor,
    reset,
    changed,
  };
};

const sameplaces = (one: Frame, other: Frame): boolean =>
  one.kind === other.kind &&
  one.xs.length === other.xs.length &&
  one.xs.every((x, place) => x === other.xs[place]);

/** Instants leave as ISO texts. */
const outward = (frame: Frame, x: number | string): number | string =>
  frame.kind === 'time' ? new Date(x).toISOString() : x;
