// The conditions of one group, where they can be dropped.
import { type DragEvent, memo, useState } from 'react';
import { LeafView } from '../conditions/LeafView';
import classes from './Canvas.module.css';
import { useCanvas } from './context';
import { GroupView } from './GroupView';
import { NodeRow } from './NodeRow';
import type { Group, Match, Node } from './types';
import { isGroup } from './types';

/** How conditions of a group read one after the other. */
export const jointOf = (match: Match): string => (match === 'all' ? 'and' : 'or');

/** Before which row the pointer is: the first whose middle lies below it. */
const placeAt = (list: HTMLElement, y: number): number => {
  const items = [...list.children];
  const at = items.findIndex((item) => {
    const box = item.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  return at < 0 ? items.length : at;
};

type Props = { group: Group; level: number; label: string };

export function NodeList({ group, level, label }: Props) {
  const { act, dragged, mayGo } = useCanvas();
  const [over, setOver] = useState<number | null>(null);
  const last = group.children.length - 1;

  const onDragOver = (event: DragEvent<HTMLElement>) => {
    if (!dragged.current || !mayGo(dragged.current, group.id)) return;
    event.preventDefault();
    event.stopPropagation();
    setOver(placeAt(event.currentTarget, event.clientY));
  };
  const onDrop = (event: DragEvent<HTMLElement>) => {
    if (!dragged.current) return;
    event.preventDefault();
    event.stopPropagation();
    const at = placeAt(event.currentTarget, event.clientY);
    act({ type: 'put', ids: dragged.current, parent: group.id, at });
    dragged.current = null;
    setOver(null);
  };
  const dropMark = (at: number): 'before' | 'after' | undefined => {
    if (over === at) return 'before';
    return over === last + 1 && at === last ? 'after' : undefined;
  };
  return (
    <ul
      className={classes.list}
      aria-label={label}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(null)}
      onDrop={onDrop}
    >
      {group.children.map((node, at) => (
        <Item
          key={node.id}
          node={node}
          level={level}
          drop={dropMark(at)}
          joint={at && typeof group.match === 'string' ? jointOf(group.match) : ''}
        />
      ))}
    </ul>
  );
}

type ItemProps = { node: Node; level: number; joint: string; drop?: 'before' | 'after' };

/** Typing in one row leaves the others as they are. */
const Item = memo(function Item({ node, level, joint, drop }: ItemProps) {
  return (
    <li className={classes.item} data-node={node.id} data-kind={node.kind} data-drop={drop}>
      <NodeRow node={node} joint={joint}>
        {isGroup(node) ? <GroupView group={node} level={level + 1} /> : <LeafView leaf={node} />}
      </NodeRow>
    </li>
  );
});
