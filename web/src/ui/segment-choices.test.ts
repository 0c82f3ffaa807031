import { describe, expect, it } from 'vitest';
import type { SegmentRow } from '@/api/queries';
import { segmentChoices } from './segment-choices';

const row = (name: string, size: number | null = 10) =>
  ({ name, title: name.toUpperCase(), row_count: size }) as SegmentRow;
const none = { found: [], known: [], chosen: [], exclude: [], full: false };

describe('what a picker offers', () => {
  it('leaves out what it is told to, but never what is chosen', () => {
    const found = [row('a'), row('b'), row('c')];
    const offered = segmentChoices({ ...none, found, chosen: ['b'], exclude: ['b', 'c'] });
    expect(offered.map((one) => one.value)).toEqual(['a', 'b']);
  });

  it('calls the chosen by their titles, though the search does not find them', () => {
    const offered = segmentChoices({ ...none, known: [row('far')], chosen: ['far', 'gone'] });
    expect(offered.map((one) => one.label)).toEqual(['FAR', 'gone']);
  });

  it('puts the titles first that begin with what was typed, then those it stands in', () => {
    const found = [row('cheap'), row('no premium'), row('premium')];
    const offered = segmentChoices({ ...none, found, typed: 'Prem' });
    expect(offered.map((one) => one.value)).toEqual(['premium', 'no premium', 'cheap']);
  });

  it('offers no more once it is full', () => {
    const found = [row('a'), row('b')];
    const offered = segmentChoices({ ...none, found, chosen: ['a'], full: true });
    expect(offered.map((one) => one.disabled ?? false)).toEqual([false, true]);
  });

  it('says that a segment was never refreshed by having no size', () => {
    expect(segmentChoices({ ...none, found: [row('new', null)] })[0]?.size).toBeNull();
  });
});
