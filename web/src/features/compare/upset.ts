// Where the columns, dots and lines of an UpSet drawing stand: a column for each region.
import type { Region } from './logic';

export const MOST_COLUMNS = 24;
const COLUMN = 34;
const ROW = 30;
const BARS = 170;
const ABOVE = 22;

export type Column = {
  region: Region;
  x: number;
  bar: { y: number; height: number };
  /** For each segment, whether the region lies in it. */
  dots: { y: number; inside: boolean }[];
  line: { from: number; to: number } | null;
};
export type Upset = {
  columns: Column[];
  width: number;
  height: number;
  columnWidth: number;
  rowHeight: number;
  /** Where the dots begin. */
  dotsTop: number;
  /** Regions that are too many to draw; the table has them all. */
  more: number;
};

export const upsetOf = (names: string[], regions: Region[]): Upset => {
  const shown = regions.slice(0, MOST_COLUMNS);
  const most = Math.max(1, ...shown.map((region) => region.size));
  const dotsTop = ABOVE + BARS + 14;
  const columns = shown.map((region, place): Column => {
    const height = Math.max(2, (region.size / most) * BARS);
    const dots = names.map((name, row) => ({
      y: dotsTop + row * ROW + ROW / 2,
      inside: region.inside.includes(name),
    }));
    const inside = dots.filter((dot) => dot.inside).map((dot) => dot.y);
    return {
      region,
      x: place * COLUMN + COLUMN / 2,
      bar: { y: ABOVE + BARS - height, height },
      dots,
      line: inside.length > 1 ? { from: Math.min(...inside), to: Math.max(...inside) } : null,
    };
  });
  return {
    columns,
    width: Math.max(1, shown.length) * COLUMN,
    height: dotsTop + names.length * ROW + 6,
    columnWidth: COLUMN,
    rowHeight: ROW,
    dotsTop,
    more: regions.length - shown.length,
  };
};
