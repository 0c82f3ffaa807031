// Drafts in this browser, for as long as the server cannot be reached.
import { chosenWorkspace } from '@/api/client';
import { type Draft, readDraft } from './logic';

const at = (key: string): string => `muster:${chosenWorkspace() ?? ''}:${key}`;

/** What this browser holds; null: nothing, or nothing readable. */
export const heldDraft = (key: string): Draft | null => {
  try {
    return readDraft(JSON.parse(window.localStorage.getItem(at(key)) ?? 'null'));
  } catch {
    return null;
  }
};

/** Hold a draft, or nothing any more. A browser without room keeps it only on the server. */
export const hold = (key: string, draft: Draft | null): void => {
  try {
    if (draft === null) window.localStorage.removeItem(at(key));
    else window.localStorage.setItem(at(key), JSON.stringify(draft));
  } catch {
    // full, or forbidden: the server has it
  }
};
