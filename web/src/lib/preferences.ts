// What a person chose for this browser: single-key shortcuts and how close rows stand.
import { useSyncExternalStore } from 'react';

export type Preferences = {
  /** Shortcuts of one letter; some people press letters without meaning to (WCAG 2.1.4). */
  singleKeys: boolean;
  density: 'comfortable' | 'compact';
};

const STORED = 'muster:preferences';
const AT_FIRST: Preferences = { singleKeys: true, density: 'comfortable' };
const lookers = new Set<() => void>();

/** What was stored, as far as it can be understood. */
export const readPreferences = (stored: string | null): Preferences => {
  try {
    const found: unknown = JSON.parse(stored ?? '{}');
    if (typeof found !== 'object' || found === null) return AT_FIRST;
    const { singleKeys, density } = found as Record<string, unknown>;
    return {
      singleKeys: typeof singleKeys === 'boolean' ? singleKeys : AT_FIRST.singleKeys,
      density: density === 'compact' ? 'compact' : AT_FIRST.density,
    };
  } catch {
    return AT_FIRST; // somebody else's text under our name
  }
};

let now: Preferences = readPreferences(globalThis.localStorage?.getItem(STORED) ?? null);

const apply = (): void => {
  document.documentElement.dataset.density = now.density;
};
apply();

export const preferences = (): Preferences => now;

export const prefer = (change: Partial<Preferences>): void => {
  now = { ...now, ...change };
  window.localStorage.setItem(STORED, JSON.stringify(now));
  apply();
  for (const look of lookers) look();
};

const subscribe = (look: () => void) => {
  lookers.add(look);
  return () => lookers.delete(look);
};

export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, preferences);
