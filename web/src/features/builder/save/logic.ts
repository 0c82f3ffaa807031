// What saving takes: which step comes first, and what becomes of two people's edits of one rule.
import { ApiError, type Fault } from '@/api/errors';
import { type Content, canonical, type Details } from '../document';

export type Step = 'create' | 'review' | 'save';

/** Before a published rule's meaning changes, its effect is shown; nothing else is asked. */
export const stepOf = (
  saved: { content: Content; published: boolean } | null,
  content: Content,
  asDraft: boolean,
): Step => {
  if (saved === null) return 'create';
  const changed = canonical(saved.content.definition) !== canonical(content.definition);
  return saved.published && changed && !asDraft ? 'review' : 'save';
};

/** What is missing before anything is sent; null: nothing. */
export const missing = (content: Content, incomplete: number, asks: boolean): string | null => {
  if (!content.details.title.trim()) return 'Give the rule a name.';
  if (incomplete === 1) return 'One condition is not complete yet: finish it or remove it.';
  if (incomplete > 1)
    return `${incomplete} conditions are not complete yet: finish them or remove them.`;
  return asks ? null : 'Add at least one condition.';
};

export type DetailFaults = Partial<Record<'title' | 'name' | 'schedule' | 'tags', string>>;

const DETAIL_OF: Record<string, keyof DetailFaults> = {
  '$.rule_name': 'title',
  '$.title': 'title',
  '$.name': 'name',
  '$.schedule': 'schedule',
  '$.tags': 'tags',
};
const TAKEN = /NAME_TAKEN|TITLE_TAKEN|DUPLICATE_NAME|NAME_IN_USE/;

/** A refused save: what is wrong with the details, and what with the conditions. */
export const refused = (error: ApiError): { details: DetailFaults; faults: Fault[] } => {
  const details: DetailFaults = {};
  const faults: Fault[] = [];
  for (const fault of error.faults) {
    const field = DETAIL_OF[fault.path.replace(/\[\d+\]$/, '')];
    if (field) details[field] ??= fault.sentence;
    else faults.push(fault);
  }
  if (error.faults.length === 0 && TAKEN.test(error.code)) details.title = error.message;
  return { details, faults };
};

export const isStale = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 412;

type Part = keyof Details | 'definition';
const PARTS: Part[] = ['title', 'name', 'description', 'tags', 'schedule', 'definition'];
const part = (content: Content, name: Part): unknown =>
  name === 'definition' ? content.definition : content.details[name];
const differs = (one: Content, other: Content, name: Part): boolean =>
  canonical(part(one, name)) !== canonical(part(other, name));

/** What two contents say differently. */
export const differences = (one: Content, other: Content): Part[] =>
  PARTS.filter((name) => differs(one, other, name));

/** Both edits of one base together; null where both changed the same part in different ways. */
export const merged = (base: Content, mine: Content, theirs: Content): Content | null => {
  const clash = PARTS.some(
    (name) =>
      differs(base, mine, name) && differs(base, theirs, name) && differs(mine, theirs, name),
  );
  if (clash) return null;
  const mineWhere = (name: Part) => differs(base, mine, name);
  const details = Object.fromEntries(
    (Object.keys(mine.details) as (keyof Details)[]).map((name) => [
      name,
      mineWhere(name) ? mine.details[name] : theirs.details[name],
    ]),
  ) as Details;
  return { details, definition: mineWhere('definition') ? mine.definition : theirs.definition };
};
