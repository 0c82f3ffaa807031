// Rules: the list, its filters' choices, and the steps of a rule's life.
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { refreshRules } from '@/api/queries';
import { toastDone, toastError } from '@/ui/toast';
import type { Rule, RulesSearch, Step } from './logic';

const PER_PAGE = 25;

export const rulesQuery = ({ page = 1, status, order = 'updated', ...wanted }: RulesSearch) =>
  queryOptions({
    queryKey: ['rules', { page, status, order, ...wanted }],
    queryFn: () =>
      unwrap(
        api.GET('/api/rules', {
          params: {
            query: { ...wanted, page, order, per_page: PER_PAGE, status: status && [status] },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const tagsQuery = queryOptions({
  queryKey: ['tags'],
  queryFn: () => unwrap(api.GET('/api/tags')),
});

export const ownersQuery = queryOptions({
  queryKey: ['tags', 'owners'],
  queryFn: () => unwrap(api.GET('/api/owners')),
});

/** What is made of a rule, the nearest first. */
export const childrenOf = async (id: number): Promise<string[]> => {
  const found = await unwrap(
    api.GET('/api/rules/{rule_id}/lineage', { params: { path: { rule_id: id } } }),
  );
  return found.nodes.filter((node) => node.distance > 0).map((node) => node.rule_name);
};

const step = (id: number, what: Step) => {
  const params = { path: { rule_id: id } };
  switch (what) {
    case 'publish':
      return unwrap(api.POST('/api/rules/{rule_id}/publish', { params }));
    case 'discard':
      return unwrap(api.POST('/api/rules/{rule_id}/discard', { params }));
    case 'archive':
      return unwrap(api.POST('/api/rules/{rule_id}/archive', { params }));
    case 'unarchive':
      return unwrap(api.POST('/api/rules/{rule_id}/unarchive', { params }));
    case 'delete':
      return unwrap(api.DELETE('/api/rules/{rule_id}', { params }));
  }
};

const DONE: Record<Step, string> = {
  publish: 'is published',
  discard: 'is back at its published version',
  archive: 'is archived',
  unarchive: 'is back from the archive',
  delete: 'is deleted',
};
const INVERSE: Partial<Record<Step, Step>> = { archive: 'unarchive', unarchive: 'archive' };

/** Take a step of a rule's life; what can be taken back says so. */
export const useRuleStep = () => {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ rule, what }: { rule: Rule; what: Step }) => step(rule.id, what),
    onSuccess: (_, { rule, what }) => {
      const inverse = INVERSE[what];
      toastDone(`${rule.title} ${DONE[what]}.`, {
        undo: inverse && (() => mutation.mutate({ rule, what: inverse })),
      });
      void refreshRules(queries);
    },
    onError: toastError,
  });
  return mutation;
};

/** Queue a refresh of one rule. */
export const useTriggerRule = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (rule: Rule) =>
      unwrap(api.POST('/api/rules/{rule_id}/trigger', { params: { path: { rule_id: rule.id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runs'] }),
    onError: toastError,
  });
};
