// Where the data comes from: tables, their fields, the trial of the warehouse, the data model.
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas, unwrap, unwrapTagged } from '@/api/client';
import { toastDone } from '@/ui/toast';

export type Source = Schemas['SourceBody'];
export type FieldProfile = Schemas['FieldProfileBody'];
export type ModelCheck = Schemas['ModelCheckBody'];

const SELDOM_MILLISECONDS = 60_000;

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: () => unwrap(api.GET('/api/sources')),
  staleTime: SELDOM_MILLISECONDS,
});

export const profileQuery = (name: string) =>
  queryOptions({
    queryKey: ['sources', name, 'profile'],
    queryFn: () => unwrap(api.GET('/api/sources/{name}/profile', { params: { path: { name } } })),
    staleTime: SELDOM_MILLISECONDS,
  });

/** Try the warehouse step by step. */
export const useTrial = () =>
  useMutation({ mutationFn: () => unwrap(api.POST('/api/sources/test')) });

/** The text of model.yml, with the tag that guards its saving; null where there is none yet. */
export const modelQuery = queryOptions({
  queryKey: ['model'],
  queryFn: () => unwrapTagged(api.GET('/api/model')),
});

/** What saving a text would come to. */
export const checkQuery = (document: string) =>
  queryOptions({
    queryKey: ['model', 'check', document],
    queryFn: ({ signal }) => unwrap(api.POST('/api/model/check', { body: { document }, signal })),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });

type Saving = { document: string; reason: string; etag: string | null };

/** Save the text, unless somebody else saved one since it was read (412). */
export const useSaveModel = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ document, reason, etag }: Saving) =>
      unwrapTagged(
        api.PUT('/api/model', {
          params: { header: etag === null ? {} : { 'If-Match': etag } },
          body: { document, reason },
        }),
      ),
    // told here: the editor of the version before is gone when its own callbacks would run
    onSuccess: (saved) => {
      toastDone(`Version ${saved.body.version} of the data model is saved.`);
      queries.setQueryData(modelQuery.queryKey, saved);
      // another data model: everything that was read by the old one is out of date
      return queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'model' });
    },
  });
};
