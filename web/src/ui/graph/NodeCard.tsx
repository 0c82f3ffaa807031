// One node as a card: kind, name, size, version, and how far behind it is.
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { count } from '@/lib/format';
import { KIND_ICONS } from './icons';
import classes from './LineageGraph.module.css';
import { type GraphNode, KIND_LABELS, lag } from './lineage';

export type CardNode = Node<{ node: GraphNode }, 'card'>;

export function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { node } = data;
  const Sign = KIND_ICONS[node.kind];
  const facts = [
    node.size == null ? null : count(node.size),
    node.version == null ? null : `v${node.version}`,
  ].filter(Boolean);
  const late = lag(node);
  return (
    <div className={classes.card} data-kind={node.kind} data-selected={selected || undefined}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className={classes.kind}>
        <Sign size={14} aria-hidden /> {KIND_LABELS[node.kind]}
      </span>
      <span className={classes.name}>{node.title ?? node.name}</span>
      <span className={classes.facts}>
        {facts.join(' · ')}
        {late && <span className={classes.late}> {late}</span>}
      </span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}
