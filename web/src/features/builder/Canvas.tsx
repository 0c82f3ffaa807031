// The builder's middle: include and exclude blocks of nested conditions, and the audience's options.
import { Stack, VisuallyHidden } from '@mantine/core';
import { IconUserMinus, IconUserPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useRef } from 'react';
import type { Fault } from '@/api/errors';
import type { Operators, Vocabulary } from '@/api/queries';
import { AudienceOptions } from './tree/AudienceOptions';
import { Block } from './tree/Block';
import classes from './tree/Canvas.module.css';
import { CanvasProvider } from './tree/context';
import type { Editor } from './tree/editor';
import { useWish } from './tree/focus';
import { MarkedBar } from './tree/MarkedBar';
import type { Figure } from './tree/paths';
import { useUndoKeys } from './tree/undo-keys';
import { useCanvasValue } from './tree/useCanvasValue';

type Props = {
  editor: Editor;
  vocabulary: Vocabulary;
  operators: Operators;
  /** By node id: see `figuresOf` in tree/paths.ts. */
  figures?: ReadonlyMap<string, Figure>;
  /** By node id: see `faultsOf`; what stands under '' is of the whole rule and not shown here. */
  faults?: ReadonlyMap<string, Fault[]>;
  /** What may not be meant, by node id. */
  lints?: ReadonlyMap<string, Fault[]>;
  selected?: string | null;
  onSelect?: (id: string) => void;
  readOnly?: boolean;
};

const NONE = new Map<string, never>();

export function Canvas({
  editor,
  vocabulary,
  operators,
  figures = NONE,
  faults = NONE,
  lints = NONE,
  selected = null,
  onSelect,
  readOnly = false,
}: Props) {
  const { audience } = editor;
  const { include, exclude } = audience;
  const root = useRef<HTMLFieldSetElement>(null);
  const { canvas, marked, clearMarks } = useCanvasValue({
    ...{ vocabulary, operators, figures, faults, lints, readOnly, selected, onSelect, editor },
  });
  useWish(root, editor.wish, editor.wishes);
  useUndoKeys(root, editor.undo, editor.redo, readOnly);

  const onKeys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && marked.size) clearMarks();
  };
  return (
    <CanvasProvider value={canvas}>
      <fieldset
        ref={root}
        className={classes.canvas}
        disabled={readOnly}
        aria-label="Conditions"
        onKeyDown={onKeys}
      >
        <Stack gap="md">
          <Block
            kind="include"
            title="Include"
            icon={<IconUserPlus size={18} color="var(--mu-include)" aria-hidden />}
            sentence={`${vocabulary.entity_label.toLowerCase()} who match`}
            group={include}
          />
          <Block
            kind="exclude"
            title="Exclude"
            icon={<IconUserMinus size={18} color="var(--mu-exclude)" aria-hidden />}
            sentence="leave out who matches any of these:"
            group={exclude}
          />
          <AudienceOptions around={audience.around} />
        </Stack>
        <MarkedBar audience={audience} onClear={clearMarks} />
        <VisuallyHidden role="status" aria-live="polite">
          {editor.said}
        </VisuallyHidden>
      </fieldset>
    </CanvasProvider>
  );
}
