// The live size of what is being edited: asked a moment after the last edit, kept until a newer
// one comes, with the conditions that are not complete yet left out.
import { useEffect, useMemo, useRef, useState } from 'react';
import { askEstimate, askSize, type Live } from '../queries';
import type { Editor } from '../tree/editor';
import { type Figure, figuresOf } from '../tree/paths';
import type { Audience } from '../tree/types';
import { writeDefinition } from '../tree/write';
import { Asker, type Told } from './asker';
import { asksSomething, countable } from './complete';
import { rowIds } from './places';
import { sinceInput } from './since-input';

export type Asked = {
  definition: Editor['definition'];
  /** The same with the saved rule's name, so that it is not told to be like itself. */
  rule: Editor['definition'];
  paths: Editor['paths'];
  audience: Audience;
  /** Rows that are not complete, and were left out. */
  left: string[];
  asks: boolean;
};

export type LiveSize = {
  /** What is being edited now, without what is not complete. */
  asked: Asked;
  /** What the answer is about; null before the first one. */
  answered: Asked | null;
  answer: Live | null;
  estimate: Live | null;
  busy: boolean;
  error: unknown;
  /** What each condition alone has, by row. */
  figures: Map<string, Figure>;
  /** Of what the answer is about. */
  rows: ReadonlySet<string>;
  retry: () => void;
};

type State = Pick<LiveSize, 'answered' | 'answer' | 'estimate' | 'busy' | 'error'>;

const NOTHING: State = { answered: null, answer: null, estimate: null, busy: false, error: null };
const NO_FIGURES = new Map<string, Figure>();
const NO_ROWS: ReadonlySet<string> = new Set();

/** What was estimated is of the rule before, and goes. */
const alreadyAsking = ({ busy, error, estimate }: State): boolean =>
  busy && error === null && estimate === null;

const after = (last: State, told: Told<Live>, question: Asked): State => {
  switch (told.kind) {
    case 'asking':
      return alreadyAsking(last) ? last : { ...last, busy: true, error: null, estimate: null };
    case 'estimated':
      return { ...last, estimate: told.answer };
    case 'failed':
      return { ...last, busy: false, error: told.error };
    case 'settled':
      return { answered: question, answer: told.answer, estimate: null, busy: false, error: null };
  }
};

/** What of the audience can be counted, as JSON; the same object as long as it says the same. */
const useAsked = ({ audience, definition, paths }: Editor, name: string | null): Asked => {
  const before = useRef<Asked | null>(null);
  return useMemo(() => {
    const { audience: counted, left } = countable(audience);
    const written = counted === audience ? { definition, paths } : writeDefinition(counted);
    const rule = name === null ? written.definition : { name, ...written.definition };
    const asks = asksSomething(written.definition);
    const asked = { ...written, rule, audience: counted, left, asks };
    const last = before.current;
    const same = last && JSON.stringify(last.definition) === JSON.stringify(asked.definition);
    const kept = same && last.rule.name === rule.name;
    before.current = kept ? { ...asked, definition: last.definition, rule: last.rule } : asked;
    return before.current;
  }, [audience, definition, paths, name]);
};

export const useLive = (editor: Editor, name: string | null): LiveSize => {
  const asked = useAsked(editor, name);
  const [state, setState] = useState<State>(NOTHING);
  const latest = useRef(asked);
  latest.current = asked;
  const first = useRef(true);

  const [asker] = useState(
    () =>
      new Asker<Asked, Live>({
        ask: ({ rule }, signal) => askSize(rule, signal),
        estimate: ({ rule }, signal) => askEstimate(rule, signal),
        tell: (told, question) => setState((last) => after(last, told, question)),
      }),
  );
  const { rule, asks } = asked;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new definition is a new question
  useEffect(() => {
    if (!asks) {
      first.current = false;
      asker.stop();
      setState(NOTHING);
      return;
    }
    asker.edit(latest.current, first.current, sinceInput());
    first.current = false;
  }, [asker, rule, asks]);
  useEffect(() => () => asker.stop(), [asker]);

  const { answer, answered } = state;
  const figures = useMemo(
    () =>
      answer && answered
        ? figuresOf(answered.paths, answer.conditions, answer.universe ?? 0)
        : NO_FIGURES,
    [answer, answered],
  );
  const rows = useMemo(() => (answered ? rowIds(answered.audience) : NO_ROWS), [answered]);
  const retry = () => asker.edit(latest.current, true);
  return { ...state, asked, figures, rows, retry };
};
