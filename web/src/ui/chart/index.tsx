// Charts to look into: zoom, move, brush, filter; as a table, a picture or a file; by keys, too.
// ECharts itself is loaded with the first chart that is shown.
import { useMemo } from 'react';
import { ChartFrame } from './ChartFrame';
import { frameOf, type Range, type Series, type Unit, type XKind } from './data';

export type { Point, Range, Series, XKind } from './data';
export { ThresholdCurve } from './ThresholdCurve';

type Common = Unit & {
  title: string;
  series: Series[];
  height?: number;
  /** What was brushed, or chosen by keys; null when it is given up. */
  onSelect?: (range: Range | null) => void;
  /** The title is shown by what stands around. */
  hideTitle?: boolean;
};

type LineProps = Common & { xKind?: XKind };

/** Lines, areas and bars over time, numbers or parts. */
export function LineChart({ xKind = 'time', series, unit, currency, ...rest }: LineProps) {
  const frame = useMemo(() => frameOf(series, xKind), [series, xKind]);
  return <ChartFrame {...rest} {...useUnit(unit, currency)} frame={frame} />;
}

type BarSeries = { name: string; values: (number | null)[]; stack?: string; colour?: number };
type BarProps = Omit<Common, 'series' | 'onSelect'> & {
  categories: string[];
  series: BarSeries[];
  horizontal?: boolean;
  onBrush?: (range: Range | null) => void;
};

/** Bars of categories, one kind beside another. */
export function BarChart({ categories, series, onBrush, unit, currency, ...rest }: BarProps) {
  const frame = useMemo(
    () =>
      frameOf(
        series.map(({ values, ...one }) => ({
          ...one,
          kind: 'bars' as const,
          points: categories.map((x, place) => ({ x, y: values[place] ?? null })),
        })),
        'category',
      ),
    [categories, series],
  );
  return <ChartFrame {...rest} {...useUnit(unit, currency)} frame={frame} onSelect={onBrush} />;
}

const useUnit = (unit?: string, currency?: string) => ({
  unit: useMemo(() => ({ unit, currency }), [unit, currency]),
});
