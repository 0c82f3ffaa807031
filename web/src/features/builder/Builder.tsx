// One rule being written: the conditions in the middle, what they come to at the right.
import { Box, Stack, VisuallyHidden } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Operators, Vocabulary } from '@/api/queries';
import { useWorkspace } from '@/api/session';
import { SkeletonLines } from '@/ui/StateView';
import { toastDone } from '@/ui/toast';
import classes from './Builder.module.css';
import { prepareEditors } from './conditions/editors';
import { type Content, type Details, sameContent } from './document';
import { draftKey } from './drafts/logic';
import { useAutosave } from './drafts/useAutosave';
import { goToRow } from './go';
import { Header } from './Header';
import live from './live/Live.module.css';
import { useLive } from './live/useLive';
import { SizeBar } from './SizeBar';
import { LeaveDialog } from './save/LeaveDialog';
import { missing } from './save/logic';
import { MoreMenu } from './save/MoreMenu';
import { useAfterSave } from './save/useAfterSave';
import { type Edited, useSaving, type Wanted } from './save/useSaving';
import type { Options } from './schedule/ScheduleOptions';
import { useEditor } from './tree/editor';
import { readDefinition } from './tree/read';
import { useBuilderKeys } from './useBuilderKeys';
import { useLatest, useQuiet } from './useQuiet';
import { useRowFaults } from './useRowFaults';
import { useView } from './useView';
import { Views } from './Views';

const AfterSave = lazy(() => import('./save/AfterSave').then((it) => ({ default: it.AfterSave })));
const ConflictDialog = lazy(() =>
  import('./save/ConflictDialog').then((it) => ({ default: it.ConflictDialog })),
);
const ReviewDialog = lazy(() =>
  import('./save/ReviewDialog').then((it) => ({ default: it.ReviewDialog })),
);
const WhenCard = lazy(() => import('./schedule/WhenCard').then((it) => ({ default: it.WhenCard })));
const Rail = lazy(() => import('./live/Rail').then((it) => ({ default: it.Rail })));

type Props = {
  /** The saved rule; null: a new one. */
  edited: Edited | null;
  /** What editing begins with: the saved rule, a draft, a template. */
  start: Content;
  /** What nothing is lost of: edits are what differs from it. */
  baseline: Content;
  vocabulary: Vocabulary;
  operators: Operators;
  onReload: () => void;
};

export function Builder(props: Props) {
  const { start, vocabulary, operators, onReload } = props;
  const [edited, setEdited] = useState(props.edited);
  const [baseline, setBaseline] = useState(props.baseline);
  const [details, setDetails] = useState(start.details);
  const [options, setOptions] = useState<Options | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [view, setView] = useView();
  const [initial] = useState(() => readDefinition(start.definition));
  const editor = useQuiet(useEditor(initial));
  const name = edited?.name ?? null;
  const size = useLive(editor, name);
  const titleField = useRef<HTMLTextAreaElement>(null);
  const rail = useRef<HTMLDivElement>(null);
  const canEdit = useWorkspace().can('edit');

  useEffect(prepareEditors, []);

  const { definition } = editor;
  const content = useMemo<Content>(() => ({ details, definition }), [details, definition]);
  const dirty = useMemo(() => !sameContent(content, baseline), [content, baseline]);
  const key = draftKey(edited?.id ?? null);
  const autosave = useAutosave(key, content, edited?.version ?? null, dirty && canEdit);
  const after = useAfterSave(edited);
  const saving = useSaving(edited, content, (done) => {
    autosave.forget();
    setEdited(done.edited);
    setBaseline(done.content);
    void after.saved(done, details.schedule === null ? null : options);
  });

  const noun = vocabulary.entity_label.toLowerCase();
  const title = edited ? `Edit ${edited.content.details.title}` : 'New rule';
  useDocumentTitle(`${title} · Muster`);
  const onDetails = useCallback(
    (said: Partial<Details>) => setDetails((now) => ({ ...now, ...said })),
    [],
  );
  const jump = useCallback(
    (row: string) => {
      setView('visual');
      setSelected(row);
      goToRow(row);
    },
    [setView],
  );
  const save = useLatest((wanted: Wanted) => {
    if (!canEdit || saving.busy) return;
    const lacks = missing(content, size.asked.left.length, size.asked.asks);
    if (lacks === null) return saving.begin(wanted);
    toastDone(lacks);
    if (!details.title.trim()) titleField.current?.focus();
    else if (size.asked.left[0]) jump(size.asked.left[0]);
  });
  const saveNow = () => save({ asDraft: false, refresh: false });
  useBuilderKeys({ editor, save: saveNow, canvas: view === 'visual' }, canEdit);
  const read = useLatest(() => content);
  const reload = useLatest(onReload);
  const { forget } = autosave;
  const menu = useMemo(
    () => (
      <MoreMenu edited={edited} read={read} onSave={save} onForget={forget} onReload={reload} />
    ),
    [edited, read, save, forget, reload],
  );
  const marks = useRowFaults(editor, size, saving.faults.faults);

  return (
    <Stack gap="md">
      <VisuallyHidden>
        <h1>{title}</h1>
      </VisuallyHidden>
      <Header
        undo={editor.undo}
        redo={editor.redo}
        canUndo={editor.canUndo}
        canRedo={editor.canRedo}
        details={details}
        onDetails={onDetails}
        edited={edited}
        faults={saving.faults.details}
        keeping={autosave.keeping}
        canEdit={canEdit}
        busy={saving.busy}
        titleField={titleField}
        onSave={save}
        menu={menu}
      />
      <Suspense fallback={null}>
        {edited && after.what !== null && !dirty && (
          <AfterSave
            edited={edited}
            what={after.what}
            onRefresh={() => void after.refresh(edited)}
            refreshing={after.refreshing}
          />
        )}
      </Suspense>
      <div className={classes.layout}>
        <div className={classes.middle}>
          <Views
            view={view}
            onView={setView}
            editor={editor}
            size={size}
            marks={marks}
            vocabulary={vocabulary}
            operators={operators}
            selected={selected}
            onSelect={setSelected}
            name={name}
            onDetails={onDetails}
            canEdit={canEdit}
          />
          <Suspense fallback={<SkeletonLines lines={4} />}>
            <WhenCard
              details={details}
              onDetails={onDetails}
              faults={saving.faults.details}
              timeZone={editor.audience.around.tz ?? vocabulary.time_zone}
              savedName={name}
              options={options}
              onOptions={setOptions}
              canEdit={canEdit}
            />
          </Suspense>
        </div>
        <Box component="aside" aria-label="What it comes to" className={classes.side} ref={rail}>
          <div className={live.rail}>
            <Suspense fallback={<SkeletonLines lines={5} />}>
              <Rail
                live={size}
                editor={editor}
                vocabulary={vocabulary}
                name={name}
                canEdit={canEdit}
                selected={selected}
                onJump={jump}
              />
            </Suspense>
          </div>
        </Box>
      </div>
      <SizeBar live={size} noun={noun} onMore={() => rail.current?.scrollIntoView()} />
      <Suspense fallback={null}>
        {edited && dirty && <ReviewDialog saving={saving} edited={edited} content={content} />}
        {edited && saving.conflict && (
          <ConflictDialog
            saving={saving}
            edited={edited}
            onTake={(theirs, taken) => {
              setEdited(theirs);
              setBaseline(theirs.content);
              setDetails(taken.details);
              editor.load(taken.definition);
            }}
          />
        )}
      </Suspense>
      <LeaveDialog autosave={autosave} dirty={dirty && canEdit} />
    </Stack>
  );
}
