import { describe, expect, it } from 'vitest';
import { boxOf, distanceFor, drawCircles, letterAt, maskAt, sharedArea } from './circles';

const radius = (size: number) => Math.sqrt(size / Math.PI);
const draw = (sizes: number[], shared: number[][], wanted: [number, number][]) =>
  drawCircles(sizes, shared, new Map(wanted));

describe('the area two circles share', () => {
  it.each([
    [1, 1, 2, 0],
    [1, 1, 3, 0],
    [2, 1, 0.5, Math.PI],
    [1, 1, 0, Math.PI],
    [1, 1, 1, (2 * Math.PI) / 3 - Math.sqrt(3) / 2],
  ])('of radii %s and %s at a distance of %s is %s', (one, other, distance, area) =>
    expect(sharedArea(one, other, distance)).toBeCloseTo(area),
  );

  it.each([
    [5000, 3000, 1],
    [5000, 3000, 1500],
    [5000, 3000, 2999],
    [400, 400, 200],
  ])('of %s and %s, sharing %s, is met exactly', (one, other, shared) => {
    const [r, q] = [radius(one), radius(other)];
    expect(sharedArea(r, q, distanceFor(r, q, shared))).toBeCloseTo(shared, 3);
  });
});

describe('two circles', () => {
  it('stand apart where nobody is in both', () => {
    const { circles } = draw(
      [100, 50],
      [
        [100, 0],
        [0, 50],
      ],
      [
        [1, 100],
        [2, 50],
      ],
    );
    const [a, b] = circles as [(typeof circles)[0], (typeof circles)[0]];
    expect(b.x - a.x).toBeGreaterThan(a.r + b.r);
  });

  it('lie in one another where one is a part of the other', () => {
    const { circles, approximate } = draw(
      [100, 20],
      [
        [100, 20],
        [20, 20],
      ],
      [
        [1, 80],
        [3, 20],
      ],
    );
    const [a, b] = circles as [(typeof circles)[0], (typeof circles)[0]];
    expect(b.x + b.r).toBeLessThanOrEqual(a.r + 1e-9);
    expect(approximate).toBe(false);
  });

  it('have room for a number in each part', () => {
    const { circles, labels } = draw(
      [100, 80],
      [
        [100, 30],
        [30, 80],
      ],
      [
        [1, 70],
        [2, 50],
        [3, 30],
      ],
    );
    expect([...labels.keys()].sort()).toEqual([1, 2, 3]);
    for (const [mask, { x, y }] of labels) expect(maskAt(circles, x, y)).toBe(mask);
  });
});

describe('three circles', () => {
  it('are as good as exact where the parts allow it', () => {
    const shared = [
      [1000, 250, 250],
      [250, 1000, 250],
      [250, 250, 1000],
    ];
    const { circles, approximate } = draw([1000, 1000, 1000], shared, []);
    const [a, b, c] = circles as [(typeof circles)[0], (typeof circles)[0], (typeof circles)[0]];
    const far = (p: typeof a, q: typeof a) => Math.hypot(p.x - q.x, p.y - q.y);
    expect(far(a, b)).toBeCloseTo(far(b, c), 3);
    expect(sharedArea(a.r, b.r, far(a, b))).toBeCloseTo(250, 0);
    expect(approximate).toBe(true);
  });

  it('say that they are approximate where no circles have these areas', () => {
    const shared = [
      [100, 50, 50],
      [50, 100, 50],
      [50, 50, 100],
    ];
    const impossible: [number, number][] = [
      [3, 50],
      [5, 50],
      [6, 50],
    ];
    expect(draw([100, 100, 100], shared, impossible).approximate).toBe(true);
  });

  it('bear empty and equal segments', () => {
    const shared = [
      [100, 100, 0],
      [100, 100, 0],
      [0, 0, 0],
    ];
    const { circles } = draw([100, 100, 0], shared, [[3, 100]]);
    const box = boxOf(circles);
    expect(Number.isFinite(box.width) && Number.isFinite(box.height)).toBe(true);
  });
});

it('puts the letter of a circle into no other, and away from the numbers', () => {
  const circles = [
    { x: 0, y: 0, r: 100 },
    { x: 120, y: 0, r: 60 },
  ];
  const { x, y } = letterAt(circles, 1, [{ x: 150, y: 0 }]);
  expect(maskAt(circles, x, y)).toBe(2);
  expect(Math.hypot(x - 150, y)).toBeGreaterThan(30);
});
