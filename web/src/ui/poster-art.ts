// The geometry of a poster: smooth ridges and bars drawn from a segment's own numbers.

export type Point = { x: number; y: number };
export type Box = { width: number; top: number; bottom: number };

export type PosterBars = {
  label: string;
  parts: { label: string; share: number; share_of_everyone: number }[];
};

const FLAT = 0.45;
/** How strongly changes are drawn: a change of this share of the mean fills the whole height. */
const LEAST_SPAN = 0.02;

const tidy = (value: number): number => Math.round(value * 10) / 10;

/**
 * Values as points across a box: the lowest near its bottom, the highest at its top. What hardly
 * changes is drawn as hardly changing; a single value is a level line.
 */
export const ridge = (values: number[], { width, top, bottom }: Box): Point[] => {
  const [only] = values;
  if (only === undefined) return [];
  const shown = values.length === 1 ? [only, only] : values;
  const low = Math.min(...shown);
  const high = Math.max(...shown);
  const mean = shown.reduce((sum, value) => sum + value, 0) / shown.length;
  const span = Math.max(high - low, Math.abs(mean) * LEAST_SPAN);
  const flat = span === 0 || high === low;
  return shown.map((value, place) => {
    const height = flat ? FLAT : 0.15 + 0.85 * ((value - low) / span);
    return {
      x: tidy((place * width) / (shown.length - 1)),
      y: tidy(bottom - height * (bottom - top)),
    };
  });
};

/** A smooth line through points that never swings beyond its neighbours' heights. */
export const smoothLine = (points: Point[]): string => {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let before = first;
  const curves = rest.map((point) => {
    const middle = tidy((before.x + point.x) / 2);
    const curve = `C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    before = point;
    return curve;
  });
  return `M${first.x} ${first.y}${curves.join('')}`;
};

/** The same line closed down to a floor, to be filled. */
export const smoothArea = (points: Point[], floor: number): string => {
  const last = points.at(-1);
  if (last === undefined) return '';
  return `${smoothLine(points)}L${last.x} ${floor}L${points[0]?.x ?? 0} ${floor}Z`;
};

/**
 * Points as a calmer ridge further off: each drawn towards its neighbours, all lifted. Two points
 * have no neighbours to speak of and are only lifted.
 */
export const echo = (points: Point[], reach: number, lift: number): Point[] =>
  points.map(({ x, y }, place) => {
    const near = points.slice(Math.max(0, place - reach), place + reach + 1);
    const mean = near.reduce((sum, point) => sum + point.y, 0) / near.length;
    return { x, y: tidy((points.length > 2 ? mean : y) - lift) };
  });

export type Bar = { x: number; width: number; y: number; height: number; markY: number };

/** Shares as bars that stand on the floor; `markY` is where everyone's share would end. */
export const bars = (parts: PosterBars['parts'], { width, top, bottom }: Box, gap = 4): Bar[] => {
  const most = Math.max(...parts.flatMap((part) => [part.share, part.share_of_everyone]), 1e-9);
  const each = (width - gap * (parts.length - 1)) / Math.max(1, parts.length);
  const tall = (share: number) => (share / most) * (bottom - top);
  return parts.map(({ share, share_of_everyone }, place) => ({
    x: tidy(place * (each + gap)),
    width: tidy(each),
    y: tidy(bottom - tall(share)),
    height: tidy(tall(share)),
    markY: tidy(bottom - tall(share_of_everyone)),
  }));
};

/** How large a share stands in the sky: its area grows with the share, and a little is seen. */
export const sunRadius = (share: number | null): number =>
  share === null || share <= 0 ? 0 : tidy(3 + 27 * Math.sqrt(Math.min(1, share)));

const COLOURS = 7;

/** Which of the series' colours a segment wears: the same one always. */
export const colourOf = (name: string): string => {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return `var(--mu-series-${(sum % COLOURS) + 1})`;
};
