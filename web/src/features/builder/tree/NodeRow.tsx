// The frame of one condition or group: handle (drag, keys), joining word, fields, count, menu.
import { ActionIcon } from '@mantine/core';
import { IconGripVertical } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { MoreSlot } from '../conditions/More';
import classes from './Canvas.module.css';
import { copyNodes, pasteBelow } from './clipboard';
import { useCanvas } from './context';
import { NodeMenu } from './NodeMenu';
import { nameOf } from './names';
import { RowFigure } from './RowFigure';
import { isGroup, type Node } from './types';

type Props = {
  node: Node;
  /** "and", "or": how the row joins the one before; empty for the first. */
  joint: string;
  children: ReactNode;
};

export function NodeRow({ node, joint, children }: Props) {
  const canvas = useCanvas();
  const { act, dragged, marked, selected, readOnly } = canvas;
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const name = nameOf(node);
  const chosen = marked.has(node.id) ? [...marked] : [node.id];

  const onKeys = (event: KeyboardEvent) => {
    if (readOnly || !event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    act({ type: 'move', id: node.id, by: event.key === 'ArrowUp' ? -1 : 1 });
  };
  const onHandleKeys = (event: KeyboardEvent) => {
    if (event.altKey || readOnly) return;
    const command = event.ctrlKey || event.metaKey;
    const does: Record<string, () => void> = {
      Delete: () => act({ type: 'remove', ids: chosen }),
      Backspace: () => act({ type: 'remove', ids: chosen }),
      ' ': () => canvas.toggleMark(node.id),
    };
    const place = canvas.placeOf(node.id);
    const siblings = place?.parent.children ?? [];
    const copied = siblings.filter((one) => chosen.includes(one.id));
    const doesWithCommand: Record<string, () => void> = {
      c: () => void copyNodes(copied),
      x: () => {
        void copyNodes(copied);
        act({ type: 'remove', ids: chosen });
      },
      d: () => act({ type: 'duplicate', ids: chosen }),
      v: () => place && void pasteBelow(act, place),
    };
    const what = (command ? doesWithCommand : does)[event.key];
    if (!what) return;
    event.preventDefault();
    event.stopPropagation();
    what();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the controls inside pass through
    <div
      className={classes.row}
      data-group={isGroup(node) || undefined}
      data-marked={marked.has(node.id) || undefined}
      data-selected={selected === node.id || undefined}
      onKeyDown={onKeys}
      onFocus={(event) => {
        if (!canvas.onSelect) return;
        event.stopPropagation();
        canvas.onSelect(node.id);
      }}
    >
      {!readOnly && (
        <ActionIcon
          className={classes.handle}
          size={28}
          data-handle
          draggable
          aria-label={`Move ${name}`}
          aria-pressed={marked.size ? marked.has(node.id) : undefined}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Delete"
          onKeyDown={onHandleKeys}
          onClick={(event) => (event.ctrlKey || event.metaKey) && canvas.toggleMark(node.id)}
          onDragStart={(event) => {
            dragged.current = chosen;
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData('text/plain', name);
            const row = event.currentTarget.parentElement;
            if (row) event.dataTransfer.setDragImage(row, 12, 12);
          }}
          onDragEnd={() => {
            dragged.current = null;
          }}
        >
          <IconGripVertical size={16} aria-hidden />
        </ActionIcon>
      )}
      {joint !== '' && <span className={classes.joint}>{joint}</span>}
      <div className={classes.fields} data-fields>
        <MoreSlot value={slot}>{children}</MoreSlot>
      </div>
      <div className={classes.aside}>
        <RowFigure node={node} />
        <span ref={setSlot} />
        {!readOnly && <NodeMenu node={node} />}
      </div>
    </div>
  );
}
