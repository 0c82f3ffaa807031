// Circles whose areas are the segments' sizes and whose overlaps are their shared members: exact
// for two; for three as near as circles can come, and the page says so.

export type Circle = { x: number; y: number; r: number };
type Point = { x: number; y: number };
/** Which circles a point is in, as a number: 1 the first, 2 the second, 4 the third. */
export type Mask = number;
export type Drawn = {
  circles: Circle[];
  /** Where the number of each region is written, and how much room there is around. */
  labels: Map<Mask, { x: number; y: number; room: number }>;
  /** Circles cannot have these areas all at once. */
  approximate: boolean;
};

const ROUNDS = 60;
const EASING_ROUNDS = 400;
const GRID = 140;
const TOLERATED = 0.02;
const APART = 1.06;

/** The area two circles share, from their radii and the distance of their centres (lens). */
export const sharedArea = (one: number, other: number, distance: number): number => {
  if (distance >= one + other) return 0;
  const small = Math.min(one, other);
  if (distance <= Math.abs(one - other)) return Math.PI * small * small;
  const part = (near: number, far: number) => {
    const cosine = (distance ** 2 + near ** 2 - far ** 2) / (2 * distance * near);
    return near ** 2 * Math.acos(Math.min(1, Math.max(-1, cosine)));
  };
  const kite = Math.sqrt(
    Math.max(
      0,
      (-distance + one + other) *
        (distance + one - other) *
        (distance - one + other) *
        (distance + one + other),
    ),
  );
  return part(one, other) + part(other, one) - kite / 2;
};

/** How far apart two circles stand that share so much area: by halving the interval. */
export const distanceFor = (one: number, other: number, shared: number): number => {
  if (shared <= 0) return (one + other) * APART;
  let near = Math.abs(one - other);
  let far = one + other;
  if (shared >= Math.PI * Math.min(one, other) ** 2 * (1 - 1e-9)) return near * 0.5;
  for (let round = 0; round < ROUNDS; round += 1) {
    const middle = (near + far) / 2;
    if (sharedArea(one, other, middle) > shared) near = middle;
    else far = middle;
  }
  return (near + far) / 2;
};

/** Two or three circles in a box around the origin, of the given sizes and shared members. */
export const drawCircles = (
  sizes: number[],
  shared: number[][],
  wanted: Map<Mask, number>,
): Drawn => {
  const most = Math.max(1, ...sizes);
  const radii = sizes.map((size) => Math.sqrt(Math.max(size, most * 1e-4) / Math.PI));
  const [first, second] = radii;
  const circles =
    sizes.length === 2
      ? [
          circle(0, 0, first),
          circle(distanceFor(first ?? 0, second ?? 0, shared[0]?.[1] ?? 0), 0, second),
        ]
      : three(radii, shared);
  const { labels, areas } = survey(circles);
  const total = [...wanted.values()].reduce((sum, size) => sum + size, 0) || 1;
  const off = [...new Set([...wanted.keys(), ...areas.keys()])].map((mask) =>
    Math.abs((areas.get(mask) ?? 0) - (wanted.get(mask) ?? 0)),
  );
  const approximate = sizes.length > 2 && Math.max(0, ...off) / total > TOLERATED;
  return { circles, labels, approximate };
};

const circle = (x: number, y: number, r = 0): Circle => ({ x, y, r });

type Tie = { one: number; other: number; least: number; most: number };

/** How far apart two circles may stand: those who share nobody farther, one in another nearer. */
const tieOf = (radii: number[], shared: number[][], one: number, other: number): Tie => {
  const [r, q, both] = [radii[one] ?? 0, radii[other] ?? 0, shared[one]?.[other] ?? 0];
  const distance = distanceFor(r, q, both);
  if (both === 0) return { one, other, least: distance, most: Number.POSITIVE_INFINITY };
  const within = both >= Math.PI * Math.min(r, q) ** 2 * (1 - 1e-9);
  if (within) return { one, other, least: 0, most: Math.abs(r - q) };
  return { one, other, least: distance, most: distance };
};

/** Three centres, eased step by step to where their distances are as they should be. */
const three = (radii: number[], shared: number[][]): Circle[] => {
  const ties = [tieOf(radii, shared, 0, 1), tieOf(radii, shared, 0, 2), tieOf(radii, shared, 1, 2)];
  const far = radii[0] ?? 0;
  const at = [circle(0, 0, radii[0]), circle(far, 0, radii[1]), circle(far / 2, far, radii[2])];
  for (let round = 0; round < EASING_ROUNDS; round += 1)
    for (const tie of ties) ease(at[tie.one] as Circle, at[tie.other] as Circle, tie);
  return at;
};

const ease = (from: Circle, to: Circle, { least, most }: Tie): void => {
  const [across, down] = [to.x - from.x, to.y - from.y];
  const now = Math.hypot(across, down) || 1e-6;
  const pull = (0.25 * (now - Math.min(most, Math.max(least, now)))) / now;
  from.x += across * pull;
  from.y += down * pull;
  to.x -= across * pull;
  to.y -= down * pull;
};

export const maskAt = (circles: Circle[], x: number, y: number): Mask =>
  circles.reduce(
    (mask, one, place) => (Math.hypot(x - one.x, y - one.y) <= one.r ? mask | (1 << place) : mask),
    0,
  );

export const boxOf = (circles: Circle[]) => {
  const left = Math.min(...circles.map((one) => one.x - one.r));
  const right = Math.max(...circles.map((one) => one.x + one.r));
  const top = Math.min(...circles.map((one) => one.y - one.r));
  const bottom = Math.max(...circles.map((one) => one.y + one.r));
  return { x: left, y: top, width: right - left, height: bottom - top };
};

/** The area of each region, counted on a grid, and the point in it farthest from every line. */
const survey = (circles: Circle[]) => {
  const box = boxOf(circles);
  const step = Math.max(box.width, box.height) / GRID || 1;
  const labels = new Map<Mask, { x: number; y: number; room: number }>();
  const areas = new Map<Mask, number>();
  for (let x = box.x + step / 2; x < box.x + box.width; x += step)
    for (let y = box.y + step / 2; y < box.y + box.height; y += step) {
      const mask = maskAt(circles, x, y);
      if (mask === 0) continue;
      areas.set(mask, (areas.get(mask) ?? 0) + step * step);
      const room = Math.min(
        ...circles.map((one) => Math.abs(Math.hypot(x - one.x, y - one.y) - one.r)),
      );
      if (room > (labels.get(mask)?.room ?? 0)) labels.set(mask, { x, y, room });
    }
  return { labels, areas };
};

const ANGLES = 24;

/** Where a circle's letter stands: near its rim, in no other circle, far from the numbers. */
export const letterAt = (circles: Circle[], place: number, numbers: Point[]): Point => {
  const one = circles[place] ?? circle(0, 0);
  const rim = one.r - Math.min(16, one.r * 0.35);
  const places = Array.from({ length: ANGLES }, (_, step) => {
    const angle = (2 * Math.PI * step) / ANGLES;
    return { x: one.x + Math.cos(angle) * rim, y: one.y + Math.sin(angle) * rim };
  });
  const room = (at: Point) =>
    Math.min(
      ...numbers.map((number) => Math.hypot(number.x - at.x, number.y - at.y)),
      ...circles
        .filter((other) => other !== one)
        .map((other) => Math.hypot(other.x - at.x, other.y - at.y) - other.r),
    );
  return places.reduce((best, at) => (room(at) > room(best) ? at : best));
};
