// The audience with the way back and forth. Typing in one field is one step.

import { adopt } from './adopt';
import { same } from './json';
import { readDefinition } from './read';
import { type Action, findIn, reduce, type Wish } from './reduce';
import type { Audience, Json } from './types';
import { writeDefinition } from './write';

type Step = { audience: Audience; words: string; about: string | null };
export type History = {
  past: Step[];
  present: Audience;
  future: Step[];
  /** What was undone or redone, for those who do not see it. */
  said: string;
  wish: Wish | null;
  /** Counts wishes, so that the same one can be made again. */
  wishes: number;
  typing: { key: string; at: number } | null;
};

export type Turn =
  | { type: 'act'; action: Action; focus?: string; at: number }
  | { type: 'load'; definition: Json; at: number }
  | { type: 'undo' }
  | { type: 'redo' };

const MOST_STEPS = 300;
const PAUSE_MILLISECONDS = 4000;

export const begin = (present: Audience): History => ({
  past: [],
  present,
  future: [],
  said: '',
  wish: null,
  wishes: 0,
  typing: null,
});

const advance = (
  history: History,
  to: { audience: Audience; words: string; wish: Wish | null; about: string | null },
  typing: string | undefined,
  at: number,
): History => {
  const goesOn =
    typing !== undefined &&
    history.typing?.key === typing &&
    at - history.typing.at < PAUSE_MILLISECONDS;
  const step: Step = { audience: history.present, words: to.words, about: to.about };
  return {
    past: goesOn ? history.past : [...history.past, step].slice(-MOST_STEPS),
    present: to.audience,
    future: [],
    said: '',
    wish: to.wish ?? history.wish,
    wishes: history.wishes + (to.wish ? 1 : 0),
    typing: typing === undefined ? null : { key: typing, at },
  };
};

const aboutOf = (action: Action): string | null => {
  if ('id' in action) return action.id;
  if ('ids' in action) return action.ids[0] ?? null;
  return action.type === 'add' ? (action.nodes[0]?.id ?? null) : null;
};

const turnTo = (history: History, back: boolean): History => {
  const [from, to] = back ? [history.past, history.future] : [history.future, history.past];
  const step = from.at(-1);
  if (!step) return { ...history, said: back ? 'Nothing to undo' : 'Nothing to redo' };
  const left = from.slice(0, -1);
  const over = [...to, { ...step, audience: history.present }];
  const about = step.about !== null && findIn(step.audience, step.about) ? step.about : null;
  return {
    past: back ? left : over,
    present: step.audience,
    future: back ? over : left,
    said: `${back ? 'Undone' : 'Redone'}: ${step.words}`,
    wish: about ? { id: about, part: 'kept' } : history.wish,
    wishes: history.wishes + (about ? 1 : 0),
    typing: null,
  };
};

/** One turn of the editor. */
export const turn = (history: History, to: Turn): History => {
  if (to.type === 'undo' || to.type === 'redo') return turnTo(history, to.type === 'undo');
  if (to.type === 'load') {
    if (same(writeDefinition(history.present).definition, to.definition)) return history;
    const audience = adopt(history.present, readDefinition(to.definition));
    const loaded = { audience, words: 'change of the whole rule', wish: null, about: null };
    return advance(history, loaded, 'load', to.at);
  }
  const { audience, words, wish, typing } = reduce(history.present, to.action);
  if (audience === history.present || same(audience, history.present)) return history;
  const wanted: Wish | null = to.focus ? { id: to.focus, part: 'row' } : wish;
  const next = { audience, words, wish: wanted, about: aboutOf(to.action) };
  return advance(history, next, typing, to.at);
};
