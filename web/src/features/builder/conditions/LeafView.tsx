// One condition: its "not", the editor of its kind, and what the server says of it.
import { Badge, Box, Skeleton } from '@mantine/core';
import { Faults } from '../tree/Faults';
import type { Leaf } from '../tree/types';
import { useEditor } from './editors';
import classes from './Fields.module.css';

export function LeafView({ leaf }: { leaf: Leaf }) {
  const Editor = useEditor(leaf.kind);
  const negated = leaf.negated && leaf.kind !== 'segment' && leaf.kind !== 'list';
  return (
    <Box>
      <div className={classes.line}>
        {negated && <Badge color="gray">not</Badge>}
        {Editor ? <Editor leaf={leaf} /> : <Skeleton h={36} w="60%" />}
      </div>
      <Faults id={leaf.id} />
    </Box>
  );
}
