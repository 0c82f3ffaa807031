// What every row of the canvas needs, without handing it through each component.
import { createContext, useContext } from 'react';
import type { Fault } from '@/api/errors';
import type { Operators, Vocabulary } from '@/api/queries';
import type { Place } from './find';
import type { Figure } from './paths';
import type { Action } from './reduce';

/** What conditions are about: the entity, or one event of these. */
export type Scope = { about: 'entity' } | { about: 'event'; events: string[] };

export type CanvasContext = {
  vocabulary: Vocabulary;
  operators: Operators;
  figures: ReadonlyMap<string, Figure>;
  faults: ReadonlyMap<string, Fault[]>;
  lints: ReadonlyMap<string, Fault[]>;
  readOnly: boolean;
  scope: Scope;
  act: (action: Action, focusId?: string) => void;
  /** Where a node stands now: looked up when it is needed, so that rows need not know. */
  placeOf: (id: string) => Place | null;
  /** Whether nodes may be put into a group. */
  mayGo: (ids: string[], parent: string) => boolean;
  /** Nodes chosen to do something with together. */
  marked: ReadonlySet<string>;
  toggleMark: (id: string) => void;
  selected: string | null;
  onSelect?: (id: string) => void;
  /** What is being dragged. */
  dragged: { current: string[] | null };
  /** The audience has dates of its own, for events without a window. */
  dated: boolean;
  /** The exclude and include blocks, to carry nodes over by menu. */
  blocks: { include: string; exclude: string } | null;
};

const Context = createContext<CanvasContext | null>(null);
export const CanvasProvider = Context.Provider;

export const useCanvas = (): CanvasContext => {
  const canvas = useContext(Context);
  if (canvas === null) throw new Error('There is no canvas around this component');
  return canvas;
};
