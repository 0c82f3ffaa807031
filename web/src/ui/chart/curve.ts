// The curve "how many would it be with another number": where its points stand, which number a
// place means, and how many it would be between two points.

/** A number, a day (2026-12-01) or an instant, and how many it would be with that one. */
export type CurvePoint = { number: number | string; size: number };
export type Place = { x: number; size: number };
export type Scale = {
  /** 0 (left) to 1 (right). */
  at: (x: number) => number;
  x: (at: number) => number;
  /** Every point takes as much room as another, since some numbers lie far out. */
  even: boolean;
};

const MOST_OF_RANGE = 0.35;
const DAY_LENGTH = 10;
const LEAP = 10;
const FEWEST_AROUND = 4;

export const numberOf = (value: number | string): number => {
  const plain = Number(value);
  return typeof value === 'number' || !Number.isNaN(plain) ? plain : Date.parse(value);
};

/** The other way: a number, a day or an instant, like the example. */
export const likeThat = (x: number, example: number | string): number | string => {
  if (typeof example === 'number') return x;
  if (!Number.isNaN(Number(example))) return String(x);
  const text = new Date(x).toISOString();
  return example.length === DAY_LENGTH ? text.slice(0, DAY_LENGTH) : text;
};

/** The points from left to right, one for each number. */
export const placesOf = (points: CurvePoint[]): Place[] => {
  const found = new Map(points.map(({ number, size }) => [numberOf(number), size]));
  return [...found].map(([x, size]) => ({ x, size })).sort((one, other) => one.x - other.x);
};

/** The points around a number: an eighth of all to each side, but some in any case. */
export const around = (places: Place[], x: number): Place[] => {
  const reach = Math.max(FEWEST_AROUND, Math.round(places.length / 8));
  const middle = Math.max(
    0,
    places.findIndex((place) => place.x >= x),
  );
  const from = Math.max(0, Math.min(middle - reach, places.length - 1 - 2 * reach));
  return places.slice(from, from + 2 * reach + 1);
};

/** Linear, unless three quarters of the points would crowd into the first third. */
export const scaleOf = (places: Place[]): Scale => {
  const low = places[0]?.x ?? 0;
  const high = places.at(-1)?.x ?? 1;
  const span = high - low || 1;
  const late = places[Math.floor(places.length * 0.75)]?.x ?? high;
  const early = places[Math.floor(places.length * 0.25)]?.x ?? low;
  const crowded = places.length > 4 && Math.min(late - low, high - early) < span * MOST_OF_RANGE;
  if (!crowded)
    return { at: (x) => clamp((x - low) / span), x: (at) => low + clamp(at) * span, even: false };
  const steps = places.length - 1;
  return {
    even: true,
    at: (x) => {
      const [left, part] = between(places, x);
      return clamp((left + part) / steps);
    },
    x: (at) => {
      const step = clamp(at) * steps;
      const left = Math.min(steps - 1, Math.floor(step));
      const from = places[left]?.x ?? low;
      const to = places[left + 1]?.x ?? high;
      return from + (to - from) * (step - left);
    },
  };
};

/** How many it would be; between two points, about. */
export const sizeAt = (places: Place[], x: number): { size: number; about: boolean } => {
  const known = places.find((place) => place.x === x);
  if (known) return { size: known.size, about: false };
  const [left, part] = between(places, x);
  const from = places[left]?.size ?? 0;
  const to = places[left + 1]?.size ?? from;
  return { size: Math.round(from + (to - from) * clamp(part)), about: true };
};

/** The nearest point of the curve, or a number with no more digits than the points have. */
export const snapped = (places: Place[], x: number, free: boolean): number => {
  const low = places[0]?.x ?? x;
  const high = places.at(-1)?.x ?? x;
  const within = Math.min(high, Math.max(low, x));
  if (!free)
    return places.reduce(
      (best, place) => (Math.abs(place.x - within) < Math.abs(best - within) ? place.x : best),
      low,
    );
  const digits = Math.max(0, ...places.map((place) => decimals(place.x)));
  return Number(within.toFixed(Math.min(digits, 4)));
};

/** Where a key leads: the next point, ten points on, or an end; null for other keys. */
export const stepped = (places: Place[], x: number, key: string): number | null => {
  const last = places.length - 1;
  const below = places.findLastIndex((place) => place.x < x);
  const above = places.findIndex((place) => place.x > x);
  const left = below < 0 ? 0 : below;
  const right = above < 0 ? last : above;
  const to: Record<string, number> = {
    ArrowLeft: left,
    ArrowDown: left,
    ArrowRight: right,
    ArrowUp: right,
    PageDown: Math.max(0, left - LEAP + 1),
    PageUp: Math.min(last, right + LEAP - 1),
    Home: 0,
    End: last,
  };
  const place = to[key];
  return place === undefined ? null : (places[place]?.x ?? null);
};

/** A few numbers for the axis, the ends among them. */
export const ticks = (places: Place[], scale: Scale, most: number): number[] => {
  if (places.length === 0) return [];
  const wanted = Math.max(2, Math.min(most, places.length));
  const even = Array.from({ length: wanted }, (_, step) =>
    snapped(places, scale.x(step / (wanted - 1)), false),
  );
  return [...new Set(even)];
};

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

const decimals = (x: number): number => String(x).split('.')[1]?.length ?? 0;

/** The point at the left of a number, and how far the number is from it to the next. */
const between = (places: Place[], x: number): [number, number] => {
  const found = places.findLastIndex((place) => place.x <= x);
  const left = Math.min(Math.max(0, found), Math.max(0, places.length - 2));
  const from = places[left]?.x ?? 0;
  const to = places[left + 1]?.x ?? from + 1;
  return [left, (x - from) / (to - from || 1)];
};
