// What an explanation says, in words, and the spells of a membership as parts of a strip.
import type { Schemas } from '@/api/client';
import { moment, plural } from '@/lib/format';

export type Explanation = Schemas['ExplanationBody'];
export type ExplainedGroup = Schemas['ExplainedGroupBody'];
export type ExplainedCondition = Schemas['ExplainedConditionBody'];
export type ExplainedNode = ExplainedGroup | ExplainedCondition;
export type Spell = Schemas['SpellBody'];
export type Truth = boolean | null;

/** What the server puts in the place of a personal value. */
export const MASK = '***';

const HIDDEN = 'hidden, because it is personal';

/** A value or a change as it is shown: a hidden one says that it is. */
export const shownWords = (words: string): string => (words === MASK ? HIDDEN : words);

export type Verdict = 'in' | 'out' | 'unknown';

/** What people call a truth of one condition. */
export const TRUTH_WORD = { true: 'Met', false: 'Not met', null: 'Unknown' } as const;

export const truthWord = (truth: Truth): string => TRUTH_WORD[`${truth}`];

export const verdictOf = ({ member, truth }: Pick<Explanation, 'member' | 'truth'>): Verdict => {
  if (member === true) return 'in';
  return truth === null ? 'unknown' : 'out';
};

type Judged = Pick<
  Explanation,
  'member' | 'truth' | 'in_universe' | 'qualifies' | 'exclude' | 'segment'
>;

/** Why the verdict is what it is, in one sentence. */
export const reasonOf = (found: Judged): string => {
  const verdict = verdictOf(found);
  if (verdict === 'in') return 'Everything the rule asks for is met.';
  if (!found.in_universe) return 'Not among those whom the rule asks about.';
  const barred = found.exclude.find(({ truth }) => truth === true);
  if (barred !== undefined) return `Left out on purpose: ${barred.sentence}.`;
  if (verdict === 'unknown')
    return 'A value the rule needs is missing, so nobody can say; unknown counts as out.';
  if (found.qualifies) return 'Meets the conditions, but others rank higher and take the places.';
  return 'Not everything the rule asks for is met.';
};

const GROUP = {
  all: 'All of these',
  any: 'Any of these',
  not: 'None of this',
  at_least: 'At least',
} as const;

export const groupWords = ({ kind, n }: Pick<ExplainedGroup, 'kind' | 'n'>): string =>
  kind === 'at_least' ? `At least ${n} of these` : GROUP[kind];

/** A group of one that says nothing of its own gives way to what it holds. */
export const unwrapped = (node: ExplainedNode): ExplainedNode => {
  if (node.kind === 'condition' || node.kind === 'not' || node.kind === 'at_least') return node;
  const [only, ...others] = node.children;
  return only !== undefined && others.length === 0 ? unwrapped(only) : node;
};

/** How many of a group's parts are met: "2 of 3 met". */
export const metWords = ({ children }: ExplainedGroup): string =>
  `${children.filter(({ truth }) => truth === true).length} of ${children.length} met`;

/** When a verdict changes without anything new happening. */
export const lapseWords = ({ at, enters, known_until }: Schemas['LapseBody']): string => {
  if (at !== null) return `${enters ? 'Enters' : 'Leaves'} by itself on ${moment(at)}.`;
  if (known_until !== null) return `Does not change by itself before ${moment(known_until)}.`;
  return 'Does not change by itself as time goes by.';
};

export type Stretch = {
  state: Verdict;
  words: string;
  from: string;
  /** Of the strip's width, 0 to 1. */
  width: number;
};

const LEAST_WIDTH = 0.08;

const stateOf = (member: boolean | null): Verdict =>
  member === null ? 'unknown' : member ? 'in' : 'out';

const spellWords = ({ member, first_version, since, last_version }: Spell, first: boolean) => {
  const versions =
    first_version === last_version
      ? `version ${first_version}`
      : `versions ${first_version} to ${last_version}`;
  if (member === null) return `Not known: ${versions} no longer keep their members`;
  if (first)
    return `${member ? 'In' : 'Out'} from the first one kept, ${moment(since)}, ${versions}`;
  return `${member ? 'Entered' : 'Left'} ${moment(since)}, ${versions}`;
};

/**
 * Membership as a strip: each spell lasts until the next begins, the last until the newest version;
 * short ones are drawn wide enough to be seen.
 */
export const stretches = (spells: Spell[]): Stretch[] => {
  const end = spells.at(-1)?.until;
  const spans = spells.map((spell, place) => {
    const until = spells[place + 1]?.since ?? end ?? spell.until;
    return Math.max(0, Date.parse(until) - Date.parse(spell.since));
  });
  const whole = spans.reduce((sum, span) => sum + span, 0) || 1;
  const wide = spans.map((span) => Math.max(LEAST_WIDTH, span / whole));
  const total = wide.reduce((sum, width) => sum + width, 0);
  return spells.map((spell, place) => ({
    state: stateOf(spell.member),
    words: spellWords(spell, place === 0),
    from: spell.since,
    width: (wide[place] as number) / total,
  }));
};

/** "1 event", or of how many those shown are the newest. */
export const evidenceWords = ({ total, rows }: Schemas['EvidenceBody']): string =>
  rows.length < total ? `${plural(total, 'event')}, ${rows.length} shown` : plural(total, 'event');

/** A value of an event, shortly. */
export const valueText = (value: unknown): string => {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
