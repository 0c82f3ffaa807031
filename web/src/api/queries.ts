// Server data that several features read; each query and its key stand here once.
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from './client';

export type Vocabulary = Schemas['VocabularyBody'];
export type Operators = Schemas['OperatorList'];
export type RuleDetail = Schemas['RuleDetailBody'];
export type SegmentRow = Schemas['SegmentBody'];

const SELDOM_MILLISECONDS = 5 * 60_000;
const MOST_LISTED = 100;

/** Everything a rule may speak of: attributes, events, metrics, places, lists. */
export const vocabularyQuery = queryOptions({
  queryKey: ['vocabulary'],
  queryFn: () => unwrap(api.GET('/api/fields')),
  staleTime: SELDOM_MILLISECONDS,
});

/** Every operator with its label, sentence and the form of its value. */
export const operatorsQuery = queryOptions({
  queryKey: ['operators'],
  queryFn: () => unwrap(api.GET('/api/operators')),
  staleTime: SELDOM_MILLISECONDS,
});

/** One rule with all its fields. */
export const ruleQuery = (id: number) =>
  queryOptions({
    queryKey: ['rule', id],
    queryFn: () => unwrap(api.GET('/api/rules/{rule_id}', { params: { path: { rule_id: id } } })),
  });

/** Segments to choose from, by name. */
export const segmentChoicesQuery = (search: string) =>
  queryOptions({
    queryKey: ['segments', 'choices', search],
    queryFn: () =>
      unwrap(
        api.GET('/api/segments', {
          params: { query: { search: search || undefined, per_page: MOST_LISTED, order: 'name' } },
        }),
      ),
  });

const TOUCHED_BY_RULES = [
  'rules',
  'rule',
  'segments',
  'segment',
  'home',
  'runs',
  'schedules',
  'approvals',
  'tags',
];

/** After a rule was made, changed, or refreshed: everything that shows rules or segments. */
export const refreshRules = (queries: QueryClient): Promise<void> =>
  queries.invalidateQueries({
    predicate: (query) => TOUCHED_BY_RULES.includes(String(query.queryKey[0])),
  });
