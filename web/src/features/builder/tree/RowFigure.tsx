// How many match this condition by itself.
import { Tooltip } from '@mantine/core';
import { count, percent } from '@/lib/format';
import classes from './Canvas.module.css';
import { useCanvas } from './context';
import type { Node } from './types';

export function RowFigure({ node }: { node: Node }) {
  const { figures, scope } = useCanvas();
  const figure = scope.about === 'entity' ? figures.get(node.id) : undefined;
  if (!figure) return null;
  return (
    <Tooltip label={`${percent(figure.share)} of everyone asked about, by this condition alone`}>
      <span className={classes.figure} data-testid="row-figure">
        {count(figure.true)} match
      </span>
    </Tooltip>
  );
}
