// How an editor changes its condition: members said anew, those that say nothing left out.
import { useCanvas } from '../tree/context';
import { kept } from '../tree/json';
import type { Kind, LeafOf } from '../tree/types';

/** `part`: what is being typed, so that undo takes it as one step. */
export const useSet = <K extends Kind>(leaf: LeafOf<K>) => {
  const { act } = useCanvas();
  return (said: object, part?: string): void =>
    act({
      type: 'set',
      id: leaf.id,
      value: kept({ ...(leaf.value as object), ...said }),
      part: part ?? Object.keys(said).join(' '),
    });
};
