// Short messages about results of actions. What shows them is loaded when the first one comes, or
// when the page is first touched, whichever is earlier: a page without a connection cannot load it.
import type { ReactNode } from 'react';

export type Done = { undo?: () => void; link?: { label: string; go: () => void } };

type Shower = typeof import('./ToastStack');

let loaded: Promise<Shower> | null = null;
const waiting = new Set<() => void>();

/** Load what shows messages. */
export const loadToasts = (): Promise<Shower> => {
  loaded ??= import('./ToastStack').catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  return loaded;
};

/** Be told when messages are wanted for the first time; returns the way out. */
export const onToasts = (tell: () => void): (() => void) => {
  waiting.add(tell);
  return () => waiting.delete(tell);
};

const show = (what: (shower: Shower) => void): void => {
  for (const tell of waiting) tell();
  void loadToasts().then(what);
};

/** Say that something was done, with the way back. */
export const toastDone = (message: ReactNode, done: Done = {}): void =>
  show((shower) => shower.showDone(message, done));

/** Say that an action failed, in the server's words. */
export const toastError = (error: unknown): void => show((shower) => shower.showError(error));
