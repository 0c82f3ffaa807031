// What a chart draws, in one shape: its places from left to right, and the numbers of each series
// there. Windows and selections are spans of places, so table, files, keys and pointer agree.
import { count, day, moment, money, plural } from '@/lib/format';

export type XKind = 'time' | 'value' | 'category';
export type Point = { at?: string; x?: number | string; y: number | null };
export type Series = {
  name: string;
  points: Point[];
  kind?: 'line' | 'area' | 'bars';
  /** Series of one stack stand on one another, or back to back if one is negative. */
  stack?: string;
  /** Drawn in a lower part of its own, with a scale of its own. */
  below?: boolean;
  /** Which of the eight colours; else one after the other. */
  colour?: number;
};

/** From which place to which, both included. */
export type Span = readonly [number, number];
export type Frame = {
  kind: XKind;
  /** Milliseconds, numbers, or texts. */
  xs: (number | string)[];
  labels: string[];
  series: (Omit<Series, 'points'> & { values: (number | null)[]; colour: number })[];
};
/** What was selected: the values of the axis at both ends, which belong to it. */
export type Range = { from: string | number; to: string | number };
export type Unit = { unit?: string; currency?: string };

const COLOURS = 8;

const keyOf = (point: Point, kind: XKind): number | string => {
  const x = point.at ?? point.x ?? '';
  if (kind === 'time') return typeof x === 'number' ? x : Date.parse(x);
  return kind === 'value' ? Number(x) : String(x);
};

export const frameOf = (series: Series[], kind: XKind): Frame => {
  const keyed = series.map(
    ({ points }) => new Map(points.map((point) => [keyOf(point, kind), point.y])),
  );
  const all = [...new Set(keyed.flatMap((values) => [...values.keys()]))];
  const xs = kind === 'category' ? all : all.sort((one, other) => Number(one) - Number(other));
  return {
    kind,
    xs,
    labels: labelsOf(xs, kind),
    series: series.map(({ points: _, ...one }, place) => ({
      ...one,
      colour: one.colour ?? (place % COLOURS) + 1,
      values: xs.map((x) => keyed[place]?.get(x) ?? null),
    })),
  };
};

/** Days, unless two places are on one day; then instants. */
const labelsOf = (xs: (number | string)[], kind: XKind): string[] => {
  if (kind === 'category') return xs.map(String);
  if (kind === 'value') return xs.map((x) => count(Number(x)));
  const instants = xs.map((x) => new Date(x).toISOString());
  const days = instants.map((at) => day(at));
  return new Set(days).size === days.length ? days : instants.map((at) => moment(at));
};

/** A number as it is shown: people, an own unit, or money. */
export const said = (value: number | null | undefined, { unit, currency }: Unit): string => {
  if (value == null) return count(null);
  if (currency) return money(value, currency);
  return unit ? `${count(value)} ${unit}` : count(value);
};

export const wholeSpan = (frame: Frame): Span => [0, Math.max(0, frame.xs.length - 1)];

/** The places between two of the axis' values, whichever comes first; at least one. */
export const spanOf = (frame: Frame, from: number | string, to: number | string): Span => {
  const [one, other] = [nearest(frame, from), nearest(frame, to)];
  return one <= other ? [one, other] : [other, one];
};

/** The place nearest to a value of the axis; of categories, values are places already. */
export const nearest = (frame: Frame, value: number | string): number => {
  const wanted = Number(value);
  const values = frame.kind === 'category' ? frame.xs.map((_, place) => place) : frame.xs;
  let best = 0;
  values.forEach((x, place) => {
    if (Math.abs(Number(x) - wanted) < Math.abs(Number(values[best]) - wanted)) best = place;
  });
  return best;
};

/** A window half or twice as wide around its middle, within the whole; null is the whole. */
export const zoomed = (frame: Frame, span: Span, factor: number): Span | null => {
  const last = frame.xs.length - 1;
  const width = Math.max(Math.min(2, last), Math.round((span[1] - span[0]) * factor));
  if (width >= last) return null;
  const middle = (span[0] + span[1]) / 2;
  const from = Math.min(last - width, Math.max(0, Math.round(middle - width / 2)));
  return [from, from + width];
};

/** Where a key leads the cursor; null for other keys. */
export const cursorAt = (place: number | null, key: string, span: Span): number | null => {
  const [first, last] = span;
  const leap = Math.max(1, Math.round((last - first) / 10));
  const now = place ?? (key === 'ArrowLeft' || key === 'ArrowDown' ? last + 1 : first - 1);
  const steps: Record<string, number> = {
    ArrowLeft: now - 1,
    ArrowDown: now - 1,
    ArrowRight: now + 1,
    ArrowUp: now + 1,
    PageDown: now - leap,
    PageUp: now + leap,
    Home: first,
    End: last,
  };
  const to = steps[key];
  return to === undefined ? null : Math.min(last, Math.max(first, to));
};

/** What stands at a place, in words: "21 Nov 2026: Members 1,200; Entered 30". */
export const spoken = (frame: Frame, place: number, unit: Unit, hidden: Set<string>): string => {
  const values = frame.series
    .filter((one) => !hidden.has(one.name))
    .map((one) => `${one.name} ${said(one.values[place], unit)}`);
  return `${frame.labels[place] ?? ''}: ${values.join('; ')}`;
};

/** The chart in words, for those who do not see it. */
export const summary = (title: string, frame: Frame, unit: Unit): string => {
  const first = frame.labels[0];
  if (first === undefined) return `${title}: no data.`;
  const parts = frame.series.map((one) => {
    const known = one.values.flatMap((value, place) => (value === null ? [] : [{ value, place }]));
    if (known.length === 0) return `${one.name}: no data.`;
    const high = known.reduce((best, now) => (now.value > best.value ? now : best));
    const low = known.reduce((best, now) => (now.value < best.value ? now : best));
    const at = (found: { value: number; place: number }) =>
      `${said(found.value, unit)} (${frame.labels[found.place]})`;
    return `${one.name}: lowest ${at(low)}, highest ${at(high)}.`;
  });
  const places = `${plural(frame.xs.length, 'point')}, ${first} to ${frame.labels.at(-1)}.`;
  return [`${title}: ${places}`, ...parts].join(' ');
};
