// The keyboard's way through a chart: arrows move from point to point and say what stands there,
// Shift marks a part, + and - zoom, Enter filters to the selection, Escape gives it up.
import { type KeyboardEvent, useRef } from 'react';
import classes from './ChartFrame.module.css';
import { cursorAt, type Frame, type Span, spoken, type Unit, zoomed } from './data';
import type { ChartState } from './useChart';

type Props = { title: string; frame: Frame; unit: Unit; span: Span; chart: ChartState };

export function Cursor({ title, frame, unit, span, chart }: Props) {
  const { cursor, setCursor, selected } = chart;
  const anchor = useRef<number | null>(null);

  const move = (to: number, marking: boolean) => {
    setCursor(to);
    if (!marking) anchor.current = null;
    else {
      anchor.current ??= cursor ?? to;
      chart.select([Math.min(anchor.current, to), Math.max(anchor.current, to)]);
    }
  };
  const other: Record<string, () => void> = {
    '+': () => chart.setWindow(zoomed(frame, span, 0.5)),
    '=': () => chart.setWindow(zoomed(frame, span, 0.5)),
    '-': () => chart.setWindow(zoomed(frame, span, 2)),
    '0': chart.reset,
    Enter: () => {
      if (selected === null) return;
      chart.setWindow(selected);
      chart.select(null);
    },
    Escape: () => {
      setCursor(null);
      if (selected) chart.select(null);
    },
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = cursorAt(cursor, event.key, span);
    const act = other[event.key];
    if (to === null && act === undefined) return;
    event.preventDefault();
    if (to === null) act?.();
    else move(to, event.shiftKey);
  };
  const at = cursor ?? span[0];
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`Point of ${title}`}
      aria-description="Arrow keys move, Shift and arrows select, plus and minus zoom, Enter filters to the selection"
      aria-valuemin={span[0]}
      aria-valuemax={span[1]}
      aria-valuenow={at}
      aria-valuetext={spoken(frame, at, unit, chart.hidden)}
      className={classes.cursor}
      onKeyDown={press}
      onBlur={() => setCursor(null)}
    />
  );
}
