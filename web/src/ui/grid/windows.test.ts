import { describe, expect, it } from 'vitest';
import { Windows } from './windows';

const NONE = { after: null, before: null, fromEnd: false };

describe('windows', () => {
  it('ask by place where no neighbour is known', () => {
    expect(new Windows(100).ask(0, null)).toEqual({ start: 0, limit: 100, ...NONE });
    expect(new Windows(100).ask(40_000, null)).toEqual({ start: 40_000, limit: 100, ...NONE });
  });

  it('ask after the window above', () => {
    const windows = new Windows(100);
    windows.remember(0, 'a', 'b', 100);
    expect(windows.ask(100, null)).toEqual({ start: 100, limit: 100, ...NONE, after: 'b' });
  });

  it('ask before the window below', () => {
    const windows = new Windows(100);
    windows.remember(200, 'c', 'd', 100);
    expect(windows.ask(100, null)).toEqual({ start: 100, limit: 100, ...NONE, before: 'c' });
  });

  it('do not go on after a window that was not full', () => {
    const windows = new Windows(100);
    windows.remember(0, 'a', 'b', 12);
    expect(windows.ask(100, null).after).toBe(null);
  });

  it('ask for the last one from the end, when the total is known', () => {
    expect(new Windows(100).ask(900, 950)).toEqual({
      start: 900,
      limit: 50,
      ...NONE,
      fromEnd: true,
    });
    expect(new Windows(100).ask(0, 50).fromEnd).toBe(false);
    expect(new Windows(100).ask(800, 950).fromEnd).toBe(false);
  });
});
