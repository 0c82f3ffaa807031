// A condition as JSON: for what no other editor can show. Once it can, that editor takes over.
import { JsonInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useCanvas } from '../tree/context';
import { same } from '../tree/json';
import { readNode } from '../tree/read';
import type { Json, Leaf } from '../tree/types';
import classes from './Fields.module.css';

const parsed = (text: string): { value?: Json } => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return {};
  }
};

export function RawEditor({ leaf }: { leaf: Leaf }) {
  const { act, readOnly } = useCanvas();
  const [text, setText] = useState(() => JSON.stringify(leaf.value, null, 2));
  useEffect(() => {
    setText((now) =>
      same(parsed(now).value, leaf.value) ? now : JSON.stringify(leaf.value, null, 2),
    );
  }, [leaf.value]);
  const write = (next: string) => {
    setText(next);
    const read = parsed(next);
    if ('value' in read) act({ type: 'set', id: leaf.id, value: read.value, part: 'json' });
  };
  const leave = () => {
    const node = readNode(leaf.value);
    if (node.kind !== leaf.kind) act({ type: 'replace', id: leaf.id, node });
  };
  return (
    <JsonInput
      className={classes.full}
      size="xs"
      label="Condition as JSON"
      description="No form shows all of this; it is kept as it is."
      autosize
      minRows={2}
      maxRows={16}
      readOnly={readOnly}
      value={text}
      onChange={write}
      onBlur={leave}
      error={'value' in parsed(text) ? null : 'This is not JSON yet; the last good text counts.'}
    />
  );
}
