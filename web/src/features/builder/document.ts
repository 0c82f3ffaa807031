// A rule's document: what people say of it (details) and what it means (definition), read from the
// server's answer and written as the server takes it.
import type { RuleDetail } from '@/api/queries';

export type Definition = Record<string, unknown>;
export type Details = {
  title: string;
  /** What other rules call it; null: made of the title. */
  name: string | null;
  description: string;
  tags: string[];
  schedule: string | null;
};
export type Content = { details: Details; definition: Definition };

export const NEW_DETAILS: Details = {
  title: '',
  name: null,
  description: '',
  tags: [],
  schedule: null,
};

const MEANING = [
  'depends_on',
  'operation',
  'universe',
  'conditions',
  'where',
  'limit',
  'start_date',
  'end_date',
  'tz',
  'ttl',
  'exclude',
] as const;
const SAID_ABOUT = ['name', 'rule_name', 'title', 'description', 'tags', 'schedule'];
/** Of the server's answers, or of a save: neither meaning nor details. */
const NOT_KEPT = ['id', 'status', 'reason', 'version'];

const isObject = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const says = (value: unknown): boolean =>
  value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);

/** What a saved rule means, without what its author left out. */
export const definitionOf = (rule: RuleDetail): Definition =>
  Object.fromEntries(MEANING.filter((key) => says(rule[key])).map((key) => [key, rule[key]]));

export const detailsOf = (rule: RuleDetail): Details => ({
  title: rule.title,
  name: rule.name,
  description: rule.description,
  tags: rule.tags,
  schedule: rule.schedule,
});

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Any JSON a rule may be written as, cut in two; details it does not speak of are left out. */
export const readDocument = (
  value: unknown,
): { definition: Definition; details: Partial<Details> } => {
  if (!isObject(value)) return { definition: { where: value }, details: {} };
  const bare = !MEANING.some((key) => key in value) && !SAID_ABOUT.some((key) => key in value);
  if (bare) return { definition: { where: value }, details: {} };
  const definition = Object.fromEntries(
    Object.entries(value).filter(
      ([key, said]) => ![...SAID_ABOUT, ...NOT_KEPT].includes(key) && says(said),
    ),
  );
  const details: Partial<Details> = {};
  const title = text(value.title) ?? text(value.rule_name);
  if (title !== undefined) details.title = title;
  for (const key of ['name', 'description', 'schedule'] as const) {
    const said = text(value[key]);
    if (said !== undefined) details[key] = said;
  }
  if (Array.isArray(value.tags)) details.tags = value.tags.filter((tag) => typeof tag === 'string');
  return { definition, details };
};

/** The body of a save. */
export const written = ({ details, definition }: Content) => ({
  ...definition,
  rule_name: details.title.trim(),
  name: details.name,
  description: details.description.trim(),
  tags: details.tags,
  schedule: details.schedule,
});

/** The technical name the server makes of a title, where letters allow to tell. */
export const technicalName = (title: string): string => {
  const plain = title
    .normalize('NFKD')
    .replace(/[^\p{ASCII}]/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const name = /^[0-9]/.test(plain) ? `rule_${plain}` : plain;
  return name.slice(0, 63).replace(/_+$/, '');
};

/** A text that is equal for equal JSON, whatever the order of an object's members. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, item) =>
    isObject(item)
      ? Object.fromEntries(
          Object.entries(item)
            .filter(([, said]) => said !== undefined)
            .sort(([one], [other]) => (one < other ? -1 : 1)),
        )
      : item,
  ) ?? '';

export const sameContent = (one: Content, other: Content): boolean =>
  canonical(written(one)) === canonical(written(other));
