// What stands around every chart: its title, tools, legend, the selection, and its table.
import { Group, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useId, useRef } from 'react';
import classes from './ChartFrame.module.css';
import { ChartTable } from './ChartTable';
import { ChartTools } from './ChartTools';
import { Cursor } from './Cursor';
import { type Frame, type Range, summary, type Unit, wholeSpan } from './data';
import { rowsOf, saveCsv } from './files';
import { Legend } from './Legend';
import type { PlotHandle } from './Plot';
import { Selection } from './Selection';
import { useChart } from './useChart';

const Plot = lazy(() => import('./Plot'));
const FEWEST_TO_SLIDE = { time: 6, value: 6, category: 10 };

type Props = {
  title: string;
  frame: Frame;
  unit: Unit;
  height?: number;
  horizontal?: boolean;
  hideTitle?: boolean;
  onSelect?: (range: Range | null) => void;
};

export function ChartFrame({ title, frame, unit, horizontal, ...props }: Props) {
  const id = useId();
  const plot = useRef<PlotHandle>(null);
  const chart = useChart(frame, props.onSelect);
  const { hidden, window, selected } = chart;
  const span = window ?? wholeSpan(frame);
  const height = props.height ?? (frame.series.some((one) => one.below) ? 340 : 280);
  const legend = frame.series.length > 1 && (
    <Legend frame={frame} hidden={hidden} onToggle={chart.toggleSeries} />
  );
  if (frame.xs.length === 0)
    return (
      <figure aria-label={title} className={classes.frame}>
        {!props.hideTitle && <Text fw={600}>{title}</Text>}
        <Text c="dimmed">There is nothing to draw yet.</Text>
      </figure>
    );
  return (
    <figure
      aria-labelledby={id}
      className={classes.frame}
      data-chart
      data-window={`${span[0]}-${span[1]}`}
    >
      <Group justify="space-between" gap="xs">
        <Text id={id} fw={600} className={props.hideTitle ? classes.unseen : undefined}>
          {title}
        </Text>
        {props.hideTitle && (legend || <span />)}
        <ChartTools
          title={title}
          frame={frame}
          chart={chart}
          onPicture={() => plot.current?.picture(title)}
          onFile={() => saveCsv(title, rowsOf(frame, span, hidden))}
        />
      </Group>
      {!props.hideTitle && legend}
      {chart.asTable ? (
        <ChartTable title={title} frame={frame} span={span} hidden={hidden} unit={unit} />
      ) : (
        <div className={classes.plot}>
          <div role="img" aria-label={summary(title, frame, unit)} style={{ minHeight: height }}>
            <Suspense fallback={<Skeleton height={height} />}>
              <Plot
                ref={plot}
                frame={frame}
                unit={unit}
                hidden={hidden}
                horizontal={horizontal ?? false}
                slider={frame.xs.length >= FEWEST_TO_SLIDE[frame.kind]}
                height={height}
                window={window}
                onWindow={chart.setWindow}
                brushing={chart.brushing}
                selected={selected}
                onSelect={chart.select}
                cursor={chart.cursor}
              />
            </Suspense>
          </div>
          <Cursor title={title} frame={frame} unit={unit} span={span} chart={chart} />
        </div>
      )}
      <Selection frame={frame} chart={chart} />
    </figure>
  );
}
