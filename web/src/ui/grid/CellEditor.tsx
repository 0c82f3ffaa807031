// What stands in a cell while it is edited: a field of our own, or what the column brings.
import type { ICellEditorParams } from 'ag-grid-community';
import type { CustomCellEditorProps } from 'ag-grid-react';
import { useEffect, useRef } from 'react';
import type { GridContext } from './context';
import classes from './Grid.module.css';
import type { CellEditorProps } from './types';

type Props = CustomCellEditorProps<unknown, string, GridContext>;

const isLetter = (key: ICellEditorParams['eventKey']): key is string => key?.length === 1;

export function CellEditor(props: Props) {
  const { context, column, data, eventKey, onValueChange, stopEditing } = props;
  const known = context.column(column.getColId());
  const typed = known?.typed ?? known?.text;
  const letter = isLetter(eventKey);
  const begin = useRef(letter ? eventKey : (typed?.(data) ?? '')).current;
  // What was typed counts even if nothing follows the first letter.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the editor opens
  useEffect(() => {
    if (letter && !known?.Editor) onValueChange(begin);
  }, []);
  if (!known) return null;
  const Editor = known.Editor ?? TextEditor;
  return (
    <Editor
      row={data}
      begin={begin}
      label={known.title}
      onChange={onValueChange}
      onDone={() => stopEditing()}
    />
  );
}

export function TextEditor({ begin, label, onChange }: CellEditorProps<unknown>) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    if (begin.length > 1) field.current?.select();
  }, [begin]);
  return (
    <input
      ref={field}
      className={classes.field}
      aria-label={label}
      defaultValue={begin}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
