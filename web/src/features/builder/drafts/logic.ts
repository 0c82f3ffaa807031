// What an autosaved draft holds, which of several is the newest, and whether to offer it.
import { type Content, type Definition, NEW_DETAILS, sameContent } from '../document';

export type Draft = {
  content: Content;
  /** The rule's version that was edited; null: a new rule. */
  base: number | null;
  /** When it was written, by the clock of who wrote it. */
  at: string;
};

export const draftKey = (ruleId: number | null): string =>
  ruleId === null ? 'draft:new' : `draft:rule:${ruleId}`;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A kept value as a draft; null for anything else, e.g. of another version of this page. */
export const readDraft = (value: unknown): Draft | null => {
  if (!isObject(value) || !isObject(value.content) || typeof value.at !== 'string') return null;
  const { details, definition } = value.content;
  if (!isObject(details) || !isObject(definition) || typeof details.title !== 'string') return null;
  return {
    content: {
      details: { ...NEW_DETAILS, ...details },
      definition: definition as Definition,
    },
    base: typeof value.base === 'number' ? value.base : null,
    at: value.at,
  };
};

/** The one written last. */
export const newest = (...drafts: (Draft | null)[]): Draft | null =>
  drafts.reduce((best, one) => (one && (!best || one.at > best.at) ? one : best), null);

export type Saved = { content: Content; version: number };
/** `outdated`: somebody saved the rule since the draft was begun. */
export type Offer = 'none' | 'continue' | 'outdated';

/** Whether there is something to go on with. */
export const offerOf = (draft: Draft | null, saved: Saved | null): Offer => {
  if (draft === null) return 'none';
  if (saved === null) return draft.base === null ? 'continue' : 'none';
  if (sameContent(draft.content, saved.content)) return 'none';
  return draft.base === saved.version ? 'continue' : 'outdated';
};
