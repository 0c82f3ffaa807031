// The audience's options in words, for where they are folded.
import type { Vocabulary } from '@/api/queries';
import { count, plural } from '@/lib/format';
import { durationWords } from '../conditions/durations';
import { momentWords } from '../conditions/moments';
import { spaced } from './names';
import type { Around, Limit } from './types';

const OPERATIONS = {
  INTERSECTION: 'in all of',
  UNION: 'in any of',
  DIFFERENCE: 'in the first, not the others of',
};

/** How a metric or an attribute is called. */
export const rankLabel = (name: string, { metrics, attributes }: Vocabulary): string =>
  [...metrics, ...attributes].find((one) => one.name === name)?.label ?? spaced(name);

const limitWords = ({ n, rank_by, dir }: Limit, vocabulary: Vocabulary): string =>
  `at most ${count(n)}, ${dir === 'asc' ? 'smallest' : 'largest'} ${rankLabel(rank_by, vocabulary)} first`;

const datesWords = ({ start_date: start, end_date: end }: Around): string | null => {
  if (start && end) return `events from ${momentWords(start)} to ${momentWords(end)}`;
  if (start) return `events since ${momentWords(start)}`;
  return end ? `events until ${momentWords(end)}` : null;
};

export const aroundWords = (around: Around, vocabulary: Vocabulary): string[] => {
  const { universe, limit, tz, ttl, depends_on: parents, operation, others } = around;
  const unknown = Object.keys(others).length;
  return [
    typeof universe === 'string' && `among ${spaced(universe)}`,
    typeof universe === 'object' &&
      universe &&
      `among ${plural(universe.children.length, 'condition')}`,
    parents.length > 0 &&
      `${OPERATIONS[operation ?? 'INTERSECTION']} ${plural(parents.length, 'segment')}`,
    limit && limitWords(limit, vocabulary),
    datesWords(around),
    tz && `days in ${tz}`,
    ttl && `usable for ${durationWords(ttl)}`,
    unknown > 0 && plural(unknown, 'other part'),
  ].filter((words): words is string => typeof words === 'string');
};
