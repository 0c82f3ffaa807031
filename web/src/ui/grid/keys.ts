// What keys mean on a cell that is not being edited.
import { type Block, isOneCell, type Spot } from './block';

type Tools = {
  marking: { block: Block | null; begin: (spot: Spot) => void };
  fill: () => void;
  clear: () => void;
};
type Acts = { step: () => void; open: () => void; toggle: () => void };

/** `act`: what it does; `kept`: nothing here, but the library is not to take it either. */
export const meaning = (
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>,
  { marking, fill, clear }: Tools,
  { step, open, toggle }: Acts,
): { act?: () => void; kept: boolean } => {
  const { key, shiftKey, altKey } = event;
  const mod = event.ctrlKey || event.metaKey;
  const { block } = marking;
  if (shiftKey && !mod && key.startsWith('Arrow')) return { act: step, kept: true };
  if (mod && key.toLowerCase() === 'd') return { act: fill, kept: true };
  if (key === 'Delete' || key === 'Backspace') return { act: clear, kept: true };
  if (key === 'Escape' && block !== null && !isOneCell(block))
    return { act: () => marking.begin(block.from), kept: true };
  if (altKey && key === 'Enter') return { act: open, kept: true };
  if (key === ' ' && !mod) return { act: toggle, kept: true };
  // Those of the page; the clipboard comes by events of its own.
  return { kept: key === '/' || key === '?' || (mod && key.length === 1) };
};
