// The builder's two pages: a new rule, from wherever it starts, and the edit of a saved one.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { lazy, useMemo, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { operatorsQuery, segmentChoicesQuery, vocabularyQuery } from '@/api/queries';
import { useWorkspace } from '@/api/session';
import { NoModel } from '@/ui/NoModel';
import { Page } from '@/ui/Page';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { type Content, readDocument } from './document';
import { DraftOffer } from './drafts/DraftOffer';
import { type Draft, draftKey, offerOf } from './drafts/logic';
import { editedRuleQuery, keptDraftQuery } from './queries';
import { type Edited, readEdited } from './save/useSaving';
import { BLANK, normal, startOf } from './start';
import { templatesOf } from './templates/templates';

// It begins to load beside the data that it needs, not after them.
const loaded = import('./Builder').then((it) => ({ default: it.Builder }));
const Builder = lazy(() => loaded);
const Gallery = lazy(() => import('./templates/Gallery').then((it) => ({ default: it.Gallery })));
const skeleton = <SkeletonLines lines={8} height={32} />;

export function NewRulePage() {
  const { has_model: hasModel } = useWorkspace();
  if (hasModel) return <NewRule />;
  return (
    <Page title="New rule">
      <NoModel />
    </Page>
  );
}

function NewRule() {
  const search = useSearch({ strict: false });
  const draft = useQuery(keptDraftQuery(draftKey(null)));
  const vocabulary = useQuery(vocabularyQuery);
  const operators = useQuery(operatorsQuery);
  const segments = useQuery(segmentChoicesQuery(''));
  const templates = useMemo(() => {
    if (!vocabulary.data) return [];
    const known = (segments.data?.items ?? []).map((one) => ({
      name: one.name,
      title: one.title,
      size: one.row_count,
    }));
    return templatesOf(vocabulary.data, known);
  }, [vocabulary.data, segments.data]);

  const start = useMemo(
    () =>
      startOf(search, {
        templates,
        draft: draft.isFetched ? (draft.data?.content ?? BLANK) : null,
      }),
    [search, templates, draft.data, draft.isFetched],
  );

  if (
    !vocabulary.data ||
    !operators.data ||
    (start === null && !(draft.isFetched && segments.isFetched))
  )
    return (
      <Page title="New rule">
        <StateView query={vocabulary} skeleton={skeleton}>
          {() => (
            <StateView query={operators} skeleton={skeleton}>
              {() => skeleton}
            </StateView>
          )}
        </StateView>
      </Page>
    );
  if (start === null) return <Gallery templates={templates} draft={draft.data ?? null} />;
  return (
    <Builder
      key={JSON.stringify([search.from, search.template, search.definition, search.rule])}
      edited={null}
      start={start}
      baseline={search.from === 'draft' ? BLANK : start}
      vocabulary={vocabulary.data}
      operators={operators.data}
      onReload={() => {}}
    />
  );
}

export function EditRulePage() {
  const { ruleId } = useParams({ strict: false });
  const id = Number(ruleId);
  const queries = useQueryClient();
  const [turn, setTurn] = useState(0);
  const rule = useQuery(editedRuleQuery(id));
  const reload = async () => {
    await queries.fetchQuery({ ...editedRuleQuery(id), staleTime: 0 });
    setTurn((now) => now + 1);
  };
  return rule.data ? (
    <Loaded key={`${id} ${turn}`} found={readEdited(rule.data)} onReload={reload} />
  ) : (
    <Page title="Edit rule">
      <StateView query={rule} skeleton={skeleton}>
        {() => null}
      </StateView>
    </Page>
  );
}

type Chosen = { edited: Edited; start: Content };

function Loaded({ found, onReload }: { found: Edited; onReload: () => void }) {
  // The rule as it was when editing began: what is fetched later must not change it.
  const [edited] = useState(found);
  const vocabulary = useQuery(vocabularyQuery);
  const operators = useQuery(operatorsQuery);
  const draft = useQuery(keptDraftQuery(draftKey(edited.id)));
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const offer = draft.data
    ? offerOf(draft.data, { content: edited.content, version: edited.version })
    : 'none';
  const [none, setNone] = useState(false);
  if (draft.isFetched && offer === 'none' && !none && chosen === null) setNone(true);
  const begun = chosen ?? (none ? { edited, start: edited.content } : null);

  if (!vocabulary.data || !operators.data || (begun === null && !draft.isFetched))
    return (
      <Page title={`Edit ${edited.content.details.title}`}>
        <StateView query={vocabulary} skeleton={skeleton}>
          {() => (
            <StateView query={operators} skeleton={skeleton}>
              {() => skeleton}
            </StateView>
          )}
        </StateView>
      </Page>
    );
  if (begun === null && draft.data)
    return (
      <DraftOffer
        title={`Edit ${edited.content.details.title}`}
        draft={draft.data}
        offer={offer}
        onContinue={async () =>
          setChosen({
            edited: await basedOn(edited, draft.data as Draft),
            start: (draft.data as Draft).content,
          })
        }
        onSaved={() => setChosen({ edited, start: edited.content })}
      />
    );
  if (begun === null) return null;
  return (
    <Builder
      edited={begun.edited}
      start={begun.start}
      baseline={begun.edited.content}
      vocabulary={vocabulary.data}
      operators={operators.data}
      onReload={onReload}
    />
  );
}

/** The version that a draft was begun from, so that a save meets the newer one as a conflict. */
const basedOn = async (edited: Edited, draft: Draft): Promise<Edited> => {
  if (draft.base === null || draft.base === edited.version) return edited;
  try {
    const params = { path: { rule_id: edited.id, version: draft.base } };
    const old = await unwrap(api.GET('/api/rules/{rule_id}/versions/{version}', { params }));
    const read = readDocument(old.definition);
    const details = {
      title: old.rule_name,
      name: edited.name,
      description: old.description,
      tags: old.tags,
      schedule: old.schedule,
    };
    const content = { details, definition: normal(read.definition) };
    return { ...edited, version: draft.base, etag: `"${draft.base}"`, content };
  } catch {
    return edited;
  }
};
