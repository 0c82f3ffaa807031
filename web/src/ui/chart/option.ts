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
const AXIS_ROOM = 48;
const LOWER_PERCENT = 46;
const UPPER = '59%';

export const optionOf = (frame: Frame, look: Look): EChartsCoreOption => {
  const { colours, horizontal } = look;
  const shown = frame.series.filter((one) => !look.hidden.has(one.name));
  const bars = shown.filter((one) => one.kind === 'bars').length;
  const split = shown.some((one) => one.below) && shown.some((one) => !one.below);
  const places = placesAxis(frame, look);
  const sizes = sizesAxis(look);
  const room = !horizontal && look.slider ? SLIDER_ROOM : 8;
  const sides = {
    left: 8,
    right: horizontal && look.slider ? SLIDER_ROOM : 16,
    containLabel: true,
  };
  return {
    animation: !look.still,
    animationDuration: 300,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    aria: { enabled: bars > 1, label: { enabled: false }, decal: { show: bars > 1 } },
    grid: split
      ? [
          { ...sides, left: AXIS_ROOM, containLabel: false, top: 12, bottom: `${LOWER_PERCENT}%` },
          { ...sides, left: AXIS_ROOM, containLabel: false, top: UPPER, bottom: room + 22 },
        ]
      : { ...sides, top: 12, bottom: room },
    ...(split
      ? {
          xAxis: [
            { ...places, axisLabel: { show: false } },
            { ...places, gridIndex: 1 },
          ],
          yAxis: [sizes, { ...sizes, gridIndex: 1, splitNumber: 2 }],
          axisPointer: { link: [{ xAxisIndex: 'all' }] },
        }
      : {
          xAxis: horizontal ? sizes : places,
          yAxis: horizontal ? { ...places, inverse: true } : sizes,
        }),
    toolbox: { show: false },
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
      formatter: (found: unknown) => hint(frame, look, found as { dataIndex: number }[]),
    },
    dataZoom: zooms(frame, look, split),
    brush: {
      [horizontal ? 'yAxisIndex' : 'xAxisIndex']: split ? [0, 1] : 0,
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
    series: shown.map((one) => seriesOf(frame, look, one, split && one.below ? 1 : 0)),
  };
};

/** What stands at one place, for the pointer. */
const hint = (frame: Frame, { colours, unit, hidden }: Look, found: { dataIndex: number }[]) => {
  const place = found[0]?.dataIndex ?? 0;
  const rows = frame.series
    .filter((one) => !hidden.has(one.name))
    .map(
      (one) =>
        `<tr><td><span style="display:inline-block;width:10px;height:10px;border-radius:5px;background:${colours.series[one.colour - 1]}"></span> ${encodeHTML(one.name)}</td><td style="padding-left:16px;text-align:right;font-weight:700">${encodeHTML(said(one.values[place], unit))}</td></tr>`,
    );
  return `${encodeHTML(frame.labels[place] ?? '')}<table>${rows.join('')}</table>`;
};

const encodeHTML = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const sizesAxis = ({ colours }: Look) => ({
  type: 'value',
  axisLabel: { color: colours.dim, formatter: (value: number) => shortCount(value) },
  splitLine: { lineStyle: { color: colours.line } },
});

const placesAxis = (frame: Frame, { colours, horizontal }: Look) => ({
  type: frame.kind,
  boundaryGap: frame.kind === 'category' || undefined,
  data: frame.kind === 'category' ? frame.xs : undefined,
  ...endsOf(frame),
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

/** Half a bar more at both ends, the same in both parts, so that one stands over the other. */
const endsOf = ({ kind, xs, series }: Frame) => {
  if (kind === 'category' || xs.length < 2) return {};
  const [first, last] = [Number(xs[0]), Number(xs.at(-1))];
  const bars = series.some((one) => one.kind === 'bars');
  const half = bars ? (last - first) / (xs.length - 1) / 2 : 0;
  return { min: first - half, max: last + half, containShape: false };
};

const zooms = (frame: Frame, { colours, horizontal, slider }: Look, split: boolean) => {
  const axes = split ? [0, 1] : 0;
  const axis = { [horizontal ? 'yAxisIndex' : 'xAxisIndex']: axes, filterMode: 'none' };
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

const seriesOf = (frame: Frame, look: Look, one: Frame['series'][number], axis: number) => {
  const colour = look.colours.series[one.colour - 1] ?? look.colours.text;
  const pairs = frame.xs.map((x, at) => {
    const value = one.values[at] ?? null;
    if (frame.kind === 'category') return value;
    return look.horizontal ? [value, x] : [x, value];
  });
  const axes = look.horizontal ? {} : { xAxisIndex: axis, yAxisIndex: axis };
  const base = { name: one.name, data: pairs, color: colour, stack: one.stack, ...axes };
  if (one.kind === 'bars')
    return {
      ...base,
      type: 'bar',
      barMaxWidth: 34,
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
