// How a chart looks: its data and the colours of a theme as what ECharts asks for.
import type { EChartsCoreOption } from 'echarts/core';
import { shortCount, shortDay } from '@/lib/format';
import { type Frame, said, type Unit } from './data';

export type Colours = {
  text: string;
  dim: string;
  line: string;
  surface: string;
  raised: string;
  'input-line': string;
  series: string[];
};
export type Look = {
  colours: Colours;
  unit: Unit;
  hidden: ReadonlySet<string>;
  horizontal: boolean;
  still: boolean;
  /** A slider under the chart, too; without it there is more room. */
  slider: boolean;
};

const DASHES = ['solid', 'dashed', 'dotted'];
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'];
const FEW_POINTS = 45;
const SLIDER_ROOM = 44;

export const optionOf = (frame: Frame, look: Look): EChartsCoreOption => {
  const { colours, horizontal } = look;
  const shown = frame.series.filter((one) => !look.hidden.has(one.name));
  const bars = shown.filter((one) => one.kind === 'bars').length;
  const places = placesAxis(frame, look);
  const sizes = {
    type: 'value',
    axisLabel: { color: colours.dim, formatter: (value: number) => shortCount(value) },
    splitLine: { lineStyle: { color: colours.line } },
  };
  return {
    animation: !look.still,
    animationDuration: 300,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    aria: { enabled: bars > 1, label: { enabled: false }, decal: { show: bars > 1 } },
    grid: {
      left: 8,
      right: horizontal && look.slider ? SLIDER_ROOM : 16,
      top: 12,
      bottom: !horizontal && look.slider ? SLIDER_ROOM : 8,
      containLabel: true,
    },
    xAxis: horizontal ? sizes : places,
    yAxis: horizontal ? { ...places, inverse: true } : sizes,
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: colours.raised,
      borderColor: colours['input-line'],
      textStyle: { color: colours.text, fontSize: 13 },
      axisPointer: {
        type: frame.kind === 'category' ? 'shadow' : 'line',
        lineStyle: { color: colours.dim, type: 'dashed' },
      },
      valueFormatter: (value: unknown) => said(typeof value === 'number' ? value : null, look.unit),
    },
    dataZoom: zooms(frame, look),
    brush: {
      [horizontal ? 'yAxisIndex' : 'xAxisIndex']: 0,
      toolbox: [],
      throttleType: 'debounce',
      throttleDelay: 80,
      transformable: false,
      brushStyle: {
        color: colours.text,
        opacity: 0.14,
        borderColor: colours.text,
        borderWidth: 1,
      },
      outOfBrush: { colorAlpha: 0.35 },
    },
    series: shown.map((one) => seriesOf(frame, look, one)),
  };
};

const placesAxis = (frame: Frame, { colours, horizontal }: Look) => ({
  type: frame.kind,
  boundaryGap: frame.kind === 'category' || undefined,
  data: frame.kind === 'category' ? frame.xs : undefined,
  min: frame.kind === 'value' ? 'dataMin' : undefined,
  max: frame.kind === 'value' ? 'dataMax' : undefined,
  axisLine: { lineStyle: { color: colours['input-line'] } },
  axisTick: { show: false },
  splitLine: { show: false },
  axisLabel: {
    color: colours.dim,
    hideOverlap: true,
    width: horizontal ? 110 : undefined,
    overflow: horizontal ? 'truncate' : undefined,
    formatter:
      frame.kind === 'time'
        ? (value: number) => shortDay(new Date(value).toISOString())
        : undefined,
  },
});

const zooms = (frame: Frame, { colours, horizontal, slider }: Look) => {
  const axis = { [horizontal ? 'yAxisIndex' : 'xAxisIndex']: 0, filterMode: 'none' };
  const least = Math.min(100, 200 / Math.max(2, frame.xs.length - 1));
  const inside = { type: 'inside', ...axis, minSpan: least, zoomLock: false };
  if (!slider) return [inside];
  const side = horizontal
    ? { right: 6, width: 20, top: 12, bottom: 12 }
    : { bottom: 6, height: 22, left: 16, right: 16 };
  return [
    inside,
    {
      type: 'slider',
      ...axis,
      ...side,
      minSpan: least,
      showDetail: false,
      brushSelect: false,
      borderColor: colours.line,
      backgroundColor: 'transparent',
      fillerColor: `${colours.dim}26`,
      handleStyle: { color: colours.text, borderColor: colours.text },
      moveHandleStyle: { color: colours['input-line'] },
      dataBackground: {
        lineStyle: { color: colours.dim, opacity: 0.6 },
        areaStyle: { color: colours.dim, opacity: 0.15 },
      },
      selectedDataBackground: {
        lineStyle: { color: colours.dim },
        areaStyle: { color: colours.dim, opacity: 0.3 },
      },
    },
  ];
};

const seriesOf = (frame: Frame, look: Look, one: Frame['series'][number]) => {
  const colour = look.colours.series[one.colour - 1] ?? look.colours.text;
  const pairs = frame.xs.map((x, at) => {
    const value = one.values[at] ?? null;
    if (frame.kind === 'category') return value;
    return look.horizontal ? [value, x] : [x, value];
  });
  const base = { name: one.name, data: pairs, color: colour, stack: one.stack };
  if (one.kind === 'bars')
    return {
      ...base,
      type: 'bar',
      barMaxWidth: 34,
      barMinHeight: 1,
      itemStyle: { borderRadius: 2 },
      emphasis: { focus: 'none' },
    };
  return {
    ...base,
    type: 'line',
    symbol: SYMBOLS[(one.colour - 1) % SYMBOLS.length],
    symbolSize: 6,
    showSymbol: frame.xs.length <= FEW_POINTS,
    sampling: 'lttb',
    lineStyle: { width: 2, type: DASHES[(one.colour - 1) % DASHES.length] },
    areaStyle: one.kind === 'area' ? { opacity: 0.16 } : undefined,
    emphasis: { focus: 'none' },
  };
};
