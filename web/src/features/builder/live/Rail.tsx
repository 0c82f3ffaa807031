// What is told beside the rule while it is written: the number, advice, and what is behind it.
import type { Vocabulary } from '@/api/queries';
import type { Editor } from '../tree/editor';
import { Advice } from './Advice';
import { Behind } from './Behind';
import { rowAt } from './places';
import { SizeCard } from './SizeCard';
import { Turner } from './Turner';
import type { LiveSize } from './useLive';

type Props = {
  live: LiveSize;
  editor: Editor;
  vocabulary: Vocabulary;
  /** Of the rule that is edited. */
  name: string | null;
  canEdit: boolean;
  selected: string | null;
  /** The same function each time. */
  onJump: (row: string) => void;
};

export function Rail({ live, editor, vocabulary, name, canEdit, selected, onJump }: Props) {
  const { answered, rows, busy } = live;
  const noun = vocabulary.entity_label.toLowerCase();
  const jump = (path: string) => {
    const row = answered ? rowAt(answered.paths, path, rows) : undefined;
    if (row) onJump(row);
  };
  return (
    <>
      <SizeCard live={live} noun={noun} onJump={onJump} />
      <Advice live={live} editor={editor} name={name} canEdit={canEdit} onJump={jump} />
      <Turner live={live} editor={editor} row={selected} noun={noun} canEdit={canEdit} />
      {answered && (
        <Behind
          answered={answered}
          busy={busy}
          rows={rows}
          vocabulary={vocabulary}
          selected={selected}
          onJump={onJump}
        />
      )}
    </>
  );
}
