// The canvas of a chart: draws the frame, and tells which window is looked at and what is brushed.
import { useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef } from 'react';
import { palette } from '@/app/theme';
import type { Frame, Span, Unit } from './data';
import { spanOf, wholeSpan } from './data';
import { init } from './engine';
import { savePng } from './files';
import { optionOf } from './option';
import { heldByPage } from './wheel';

export type PlotHandle = { picture: (title: string) => void };
type Props = {
  ref?: Ref<PlotHandle>;
  frame: Frame;
  unit: Unit;
  hidden: ReadonlySet<string>;
  horizontal: boolean;
  slider: boolean;
  height: number;
  /** Null: everything. */
  window: Span | null;
  onWindow: (window: Span | null) => void;
  /** Whether drawing over the chart selects rather than moves. */
  brushing: boolean;
  selected: Span | null;
  onSelect: (selected: Span | null) => void;
  /** The place that keys have led to. */
  cursor: number | null;
};

type Chart = ReturnType<typeof init>;
const PICTURE_RATIO = 2;

export default function Plot(props: Props) {
  const { frame, unit, hidden, horizontal, slider, height, window, brushing, selected, cursor } =
    props;
  const scheme = useComputedColorScheme('dark');
  const still = useReducedMotion();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(null);
  const now = useRef(props);
  now.current = props;

  const option = useMemo(
    () => optionOf(frame, { colours: palette(scheme), unit, hidden, horizontal, still, slider }),
    [frame, scheme, unit, hidden, horizontal, still, slider],
  );

  useEffect(() => {
    const made = init(place.current as HTMLDivElement);
    chart.current = made;
    const sized = new ResizeObserver(() => made.resize());
    sized.observe(place.current as HTMLDivElement);
    const release = heldByPage(place.current as HTMLDivElement, () => now.current.window === null);
    listen(made, now);
    return () => {
      release();
      sized.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
    if (chart.current) look(chart.current, now.current);
  }, [option]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: they are read through `now`
  useEffect(() => {
    if (chart.current) look(chart.current, now.current);
  }, [window, selected, brushing]);

  useEffect(() => {
    if (chart.current === null) return;
    if (cursor === null) chart.current.dispatchAction({ type: 'hideTip' });
    else chart.current.dispatchAction(tipAt(chart.current, frame, horizontal, cursor));
  }, [cursor, frame, horizontal]);

  useImperativeHandle(props.ref, () => ({
    picture: (title) => {
      const { surface, text } = palette(scheme);
      const drawn = chart.current?.renderToCanvas({
        pixelRatio: PICTURE_RATIO,
        backgroundColor: surface,
      });
      if (drawn) savePng(drawn, { title, ground: surface, ink: text, ratio: PICTURE_RATIO });
    },
  }));

  return <div ref={place} style={{ width: '100%', height }} aria-hidden />;
}

/** Tell what people do with the pointer. */
const listen = (chart: Chart, now: { current: Props }): void => {
  chart.on('datazoom', () => {
    const { frame, onWindow } = now.current;
    const [zoom] = chart.getOption().dataZoom as { startValue: number; endValue: number }[];
    if (zoom === undefined) return;
    const found = spanOf(frame, zoom.startValue, zoom.endValue);
    const [first, last] = wholeSpan(frame);
    onWindow(found[0] === first && found[1] === last ? null : found);
  });
  chart.on('brushEnd', (event) => {
    const { frame, onSelect } = now.current;
    const [area] = (event as { areas: { coordRange: [number, number] }[] }).areas;
    onSelect(area ? spanOf(frame, ...area.coordRange) : null);
  });
};

/** Bring the drawn window, brush and pointer to what the chart was told. */
const look = (chart: Chart, { frame, window, selected, brushing, horizontal }: Props): void => {
  if (frame.xs.length === 0) return;
  const value = (at: number) => (frame.kind === 'category' ? at : Number(frame.xs[at]));
  const [from, to] = window ?? wholeSpan(frame);
  const [zoom] = chart.getOption().dataZoom as { startValue: number; endValue: number }[];
  const shown = zoom && spanOf(frame, zoom.startValue, zoom.endValue);
  if (shown && (shown[0] !== from || shown[1] !== to))
    for (const dataZoomIndex of [0, 1])
      chart.dispatchAction({
        type: 'dataZoom',
        dataZoomIndex,
        startValue: value(from),
        endValue: value(to),
      });
  const brushType = horizontal ? 'lineY' : 'lineX';
  const axis = { [horizontal ? 'yAxisIndex' : 'xAxisIndex']: 0 };
  chart.dispatchAction({
    type: 'brush',
    areas: selected
      ? [{ brushType, ...axis, coordRange: [value(selected[0]), value(selected[1])] }]
      : [],
  });
  chart.dispatchAction({
    type: 'takeGlobalCursor',
    key: 'brush',
    brushOption: { brushType: brushing ? brushType : false, brushMode: 'single' },
  });
};

const tipAt = (chart: Chart, frame: Frame, horizontal: boolean, cursor: number) => {
  const value = frame.kind === 'category' ? cursor : Number(frame.xs[cursor]);
  const pixel = chart.convertToPixel({ [horizontal ? 'yAxisIndex' : 'xAxisIndex']: 0 }, value);
  const middle = horizontal ? chart.getWidth() / 2 : chart.getHeight() / 3;
  const [x, y] = horizontal ? [middle, Number(pixel)] : [Number(pixel), middle];
  return { type: 'showTip', x, y };
};
