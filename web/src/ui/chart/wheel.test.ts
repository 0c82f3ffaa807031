import { describe, expect, it } from 'vitest';
import { isPages } from './wheel';

const turn = { sinceOutside: 1e6, down: false, whole: false, ctrl: false };

describe('a turn of the wheel over a chart', () => {
  it.each([
    ['zooms in', { whole: true }, false],
    ['zooms out again', { down: true }, false],
    ['scrolls the page where nothing is left to zoom out of', { down: true, whole: true }, true],
    ['scrolls on where the page was being scrolled', { sinceOutside: 100 }, true],
    ['zooms with Ctrl in any case', { down: true, whole: true, ctrl: true }, false],
  ])('%s', (_, change, pages) => expect(isPages({ ...turn, ...change })).toBe(pages));
});
