import { describe, expect, it } from 'vitest';
import { bars, colourOf, echo, ridge, smoothArea, smoothLine, sunRadius } from './poster-art';

const box = { width: 100, top: 0, bottom: 50 };

describe('a ridge', () => {
  it('rises from the lowest to the highest value across the box', () => {
    expect(ridge([10, 30, 20], box)).toEqual([
      { x: 0, y: 42.5 },
      { x: 50, y: 0 },
      { x: 100, y: 21.3 },
    ]);
  });

  it('does not make a mountain of a change of one in a thousand', () => {
    const [first, last] = ridge([1000, 1001], box);
    expect((first?.y ?? 0) - (last?.y ?? 0)).toBeLessThan(5);
  });

  it.each([[[7]], [[7, 7, 7]]])('of %j is level', (values) => {
    expect(new Set(ridge(values, box).map(({ y }) => y)).size).toBe(1);
  });

  it('of nothing is nothing', () => {
    expect(smoothLine(ridge([], box))).toBe('');
    expect(smoothArea([], 50)).toBe('');
  });
});

it('closes a line down to the floor', () => {
  const points = [
    { x: 0, y: 10 },
    { x: 100, y: 20 },
  ];
  expect(smoothArea(points, 50)).toBe('M0 10C50 10 50 20 100 20L100 50L0 50Z');
});

it('echoes a ridge calmer and higher, and two points only higher', () => {
  const line = (...heights: number[]) => heights.map((y, x) => ({ x, y }));
  expect(echo(line(10, 40, 10), 1, 5)).toEqual(line(20, 15, 20));
  expect(echo(line(10, 40), 1, 5)).toEqual(line(5, 35));
});

it('stands bars on the floor, the highest share as high as the box', () => {
  const parts = [
    { label: '18-24', share: 0.5, share_of_everyone: 0.25 },
    { label: '25-34', share: 0.1, share_of_everyone: 0.2 },
  ];
  expect(bars(parts, box, 10)).toEqual([
    { x: 0, width: 45, y: 0, height: 50, markY: 25 },
    { x: 55, width: 45, y: 40, height: 10, markY: 30 },
  ]);
});

it.each([
  [null, 0],
  [0, 0],
  [0.01, 5.7],
  [1, 30],
])('draws the share %s as a sun of radius %s', (share, radius) =>
  expect(sunRadius(share)).toBe(radius),
);

it('gives a name the same colour always, and not all names one', () => {
  expect(colourOf('vip')).toBe(colourOf('vip'));
  expect(new Set(['vip', 'regulars', 'win_back', 'clickers'].map(colourOf)).size).toBeGreaterThan(
    1,
  );
});
