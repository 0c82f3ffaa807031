// Saves a rule: the review before a published rule's meaning changes, what the server refuses, and
// somebody else's edit in between.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap, unwrapTagged } from '@/api/client';
import { ApiError, type Fault } from '@/api/errors';
import { refreshRules } from '@/api/queries';
import { toastError } from '@/ui/toast';
import { type Content, definitionOf, detailsOf, written } from '../document';
import { editedRuleQuery } from '../queries';
import { normal } from '../start';
import { type DetailFaults, isStale, refused, stepOf } from './logic';

export type Edited = {
  id: number;
  name: string;
  version: number;
  etag: string | null;
  content: Content;
  published: boolean;
  hasDraft: boolean;
};
export type Wanted = { asDraft: boolean; refresh: boolean };
export type Conflict = {
  wanted: Wanted;
  reason: string;
  mine: Content;
  theirs: Edited;
  author: string;
};
export type Done = Wanted & {
  edited: Edited;
  /** What was saved. */
  content: Content;
  approval: Schemas['ApprovalBody'] | null;
};

type Refused = { details: DetailFaults; faults: Fault[] };
const NO_FAULTS: Refused = { details: {}, faults: [] };

const editedOf = (rule: Schemas['RuleDetailBody'], etag: string | null): Edited => ({
  id: rule.id,
  name: rule.name,
  version: rule.version,
  etag,
  content: { details: detailsOf(rule), definition: normal(definitionOf(rule)) },
  published: rule.published_version !== null,
  hasDraft: rule.has_draft,
});

/** A saved rule as it is edited. */
export const readEdited = (found: {
  body: Schemas['RuleDetailBody'];
  etag: string | null;
}): Edited => editedOf(found.body, found.etag);

const send = async (edited: Edited | null, content: Content, wanted: Wanted, reason: string) => {
  const body = {
    ...written(content),
    status: wanted.asDraft ? ('draft' as const) : ('published' as const),
    reason: reason.trim() || undefined,
  };
  if (edited === null) return unwrapTagged(api.POST('/api/rules', { body }));
  return unwrapTagged(
    api.PUT('/api/rules/{rule_id}', {
      params: { path: { rule_id: edited.id }, header: { 'If-Match': edited.etag } },
      body,
    }),
  );
};

export const useSaving = (
  edited: Edited | null,
  content: Content,
  onDone: (done: Done) => void,
) => {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Refused>(NO_FAULTS);
  const [review, setReview] = useState<Wanted | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);

  const save = async (
    wanted: Wanted,
    reason: string,
    mine: Content = content,
    over: Edited | null = edited,
  ) => {
    setBusy(true);
    setFaults(NO_FAULTS);
    try {
      const { body } = await send(over, mine, wanted, reason);
      const approval = 'approval' in body ? (body.approval as Schemas['ApprovalBody']) : null;
      const id = over?.id ?? ('rule_id' in body ? body.rule_id : 0);
      await refreshRules(queries);
      const fresh = await queries.fetchQuery({ ...editedRuleQuery(id), staleTime: 0 });
      setReview(null);
      setConflict(null);
      onDone({ ...wanted, edited: readEdited(fresh), content: mine, approval });
    } catch (error) {
      await failed(error, wanted, reason, mine);
    } finally {
      setBusy(false);
    }
  };

  const failed = async (error: unknown, wanted: Wanted, reason: string, mine: Content) => {
    if (isStale(error) && edited) {
      setReview(null);
      const params = { path: { rule_id: edited.id } };
      try {
        const theirs = await unwrapTagged(api.GET('/api/rules/{rule_id}', { params }));
        const author = theirs.body.author;
        setConflict({ wanted, reason, mine, theirs: readEdited(theirs), author });
      } catch (other) {
        toastError(other);
      }
      return;
    }
    if (error instanceof ApiError) {
      const found = refused(error);
      setFaults(found);
      setReview(null);
      if (Object.keys(found.details).length > 0 || found.faults.length > 0) return;
    }
    toastError(error);
  };

  /** Begin: with the review where there is one, else at once. */
  const begin = (wanted: Wanted) => {
    if (stepOf(edited, content, wanted.asDraft) === 'review') setReview(wanted);
    else void save(wanted, '');
  };

  return {
    busy,
    faults,
    clearFaults: () => setFaults(NO_FAULTS),
    review,
    closeReview: () => setReview(null),
    conflict,
    closeConflict: () => setConflict(null),
    begin,
    save,
  };
};

export type Saving = ReturnType<typeof useSaving>;

/** What publishing would change; nothing is written. */
export const planOf = (edited: Edited, content: Content) =>
  unwrap(
    api.POST('/api/rules/{rule_id}/plan', {
      params: { path: { rule_id: edited.id } },
      body: written(content),
    }),
  );
