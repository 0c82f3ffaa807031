import { expect, it } from 'vitest';
import { changeOf } from './size-change';

it.each([
  [91, 86, 2, 'up', '+5 (91 entered, 86 left)'],
  [10, 1200, 3, 'down', '−1,190 (10 entered, 1,200 left)'],
  [5, 5, 2, 'same', '±0 (5 entered, 5 left)'],
  [0, 0, 2, 'same', 'No change'],
  [500, 0, 1, 'same', 'First version'],
] as const)('%i entered and %i left after %i versions', (entered, left, versions, way, words) => {
  expect(changeOf(entered, left, versions)).toMatchObject({ direction: way, words });
});

it('says nothing of what was never refreshed', () => {
  expect(changeOf(null, null, 0)).toBeNull();
});
