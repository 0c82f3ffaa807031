import { describe, expect, it } from 'vitest';
import { around, likeThat, placesOf, scaleOf, sizeAt, snapped, stepped, ticks } from './curve';

const at = (...pairs: [number | string, number][]) =>
  placesOf(pairs.map(([number, size]) => ({ number, size })));
const plain = at([10, 100], [20, 60], [30, 20]);
const farOut = at([0, 90], [20, 80], [30, 70], [40, 60], [50, 50], [60, 40], [70, 30], [9000, 1]);

describe('the scale of a curve', () => {
  it('is linear where the numbers lie evenly', () => {
    const scale = scaleOf(plain);
    expect([scale.even, scale.at(20), scale.at(25), scale.x(0.25)]).toEqual([false, 0.5, 0.75, 15]);
  });

  it('gives every point as much room where one lies far out', () => {
    const scale = scaleOf(farOut);
    expect(scale.even).toBe(true);
    expect(scale.at(70)).toBeCloseTo(6 / 7);
    expect(scale.x(scale.at(25))).toBeCloseTo(25);
  });

  it('stays within its ends', () => {
    const scale = scaleOf(plain);
    expect([scale.at(-5), scale.at(99), scale.x(2)]).toEqual([0, 1, 30]);
  });

  it('bears one point and none', () => {
    expect(scaleOf(at([5, 1])).at(5)).toBe(0);
    expect(scaleOf([]).at(1)).toBe(1);
  });
});

describe('how many it would be', () => {
  it.each([
    [20, 60, false],
    [25, 40, true],
    [99, 20, true],
  ])('at %s: %s, about: %s', (x, size, about) => expect(sizeAt(plain, x)).toEqual({ size, about }));
});

describe('the number that a place means', () => {
  it('is the nearest point', () => expect(snapped(plain, 24, false)).toBe(20));
  it('is any whole number where all points are whole', () =>
    expect(snapped(plain, 24.4, true)).toBe(24));
  it('has as many digits as the points', () =>
    expect(snapped(at([1, 2], [1.25, 1]), 1.11111, true)).toBe(1.11));
  it('never leaves the curve', () => expect(snapped(plain, 500, true)).toBe(30));
});

describe('keys on the handle', () => {
  it.each([
    ['ArrowRight', 20, 30],
    ['ArrowRight', 30, 30],
    ['ArrowLeft', 25, 20],
    ['Home', 30, 10],
    ['End', 10, 30],
    ['PageUp', 10, 30],
  ])('%s at %s leads to %s', (key, from, to) => expect(stepped(plain, from, key)).toBe(to));
  it('leaves other keys alone', () => expect(stepped(plain, 20, 'a')).toBeNull());
});

describe('days', () => {
  const days = at(['2026-12-01', 5], ['2026-12-03', 3]);
  it('come back as days', () => {
    const x = snapped(days, Date.parse('2026-12-02T20:00:00Z'), false);
    expect(likeThat(x, '2026-12-01')).toBe('2026-12-03');
  });
  it('come back as texts of numbers where they were such', () =>
    expect(likeThat(2, '12.5')).toBe('2'));
});

it('labels the axis at points, the ends among them', () =>
  expect(ticks(farOut, scaleOf(farOut), 4)).toEqual([0, 30, 60, 9000]));

describe('the points around a number', () => {
  const many = at(...Array.from({ length: 80 }, (_, x): [number, number] => [x, 80 - x]));
  it.each([
    [40, 30, 50],
    [0, 0, 20],
    [79, 59, 79],
  ])('%s are %s to %s', (x, from, to) => {
    const near = around(many, x);
    expect([near[0]?.x, near.at(-1)?.x]).toEqual([from, to]);
  });
  it('are all where there are few', () => expect(around(plain, 20)).toEqual(plain));
});
