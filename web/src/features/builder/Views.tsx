// The rule as a form, as JSON, YAML, SQL, or a sentence.
import { Tabs } from '@mantine/core';
import { lazy, memo, Suspense } from 'react';
import type { Operators, Vocabulary } from '@/api/queries';
import { SkeletonLines } from '@/ui/StateView';
import classes from './Builder.module.css';
import { Canvas } from './Canvas';
import type { Details } from './document';
import type { LiveSize } from './live/useLive';
import type { Editor } from './tree/editor';
import type { RowFaults } from './useRowFaults';
import { VIEWS, type View } from './useView';

const QuietCanvas = memo(Canvas);
const JsonView = lazy(() => import('./views/JsonView').then((it) => ({ default: it.JsonView })));
const TextView = lazy(() => import('./views/TextView').then((it) => ({ default: it.TextView })));

type Props = {
  view: View;
  onView: (view: View) => void;
  editor: Editor;
  size: LiveSize;
  marks: RowFaults;
  vocabulary: Vocabulary;
  operators: Operators;
  selected: string | null;
  onSelect: (row: string) => void;
  /** Of the saved rule. */
  name: string | null;
  onDetails: (details: Partial<Details>) => void;
  canEdit: boolean;
};

export function Views(props: Props) {
  const { view, onView, editor, size, canEdit } = props;
  return (
    <Tabs value={view} onChange={(value) => onView(value as View)} keepMounted={false}>
      <Tabs.List aria-label="Views of the rule" mb="md" className={classes.views}>
        {VIEWS.map(({ value, label }) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={view}>
        {view === 'visual' && (
          <QuietCanvas
            editor={editor}
            vocabulary={props.vocabulary}
            operators={props.operators}
            figures={size.figures}
            faults={props.marks.faults}
            lints={props.marks.lints}
            selected={props.selected}
            onSelect={props.onSelect}
            readOnly={!canEdit}
          />
        )}
        <Suspense fallback={<SkeletonLines lines={8} />}>
          {view === 'json' && (
            <JsonView
              editor={editor}
              name={props.name}
              canEdit={canEdit}
              onDetails={props.onDetails}
            />
          )}
          {(view === 'yaml' || view === 'sql' || view === 'sentence') && (
            <TextView asked={size.asked} spelling={view} />
          )}
        </Suspense>
      </Tabs.Panel>
    </Tabs>
  );
}
