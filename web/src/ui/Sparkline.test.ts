import { expect, it } from 'vitest';
import { points } from './Sparkline';

it('spans the box from the lowest to the highest value', () => {
  expect(points([1, 3, 2], 100, 20)).toBe('0.0,18.0 50.0,2.0 100.0,10.0');
});

it('draws one value as a level line', () => {
  expect(points([5], 100, 20)).toBe('0.0,18.0 100.0,18.0');
});
