// Conditions on one event: in the sentence where they are simple, else as rows of their own.
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { AddMenu } from '../tree/AddMenu';
import { type CanvasContext, CanvasProvider, useCanvas } from '../tree/context';
import { Faults } from '../tree/Faults';
import { placeOf } from '../tree/find';
import { useWish } from '../tree/focus';
import { MatchFields } from '../tree/MatchFields';
import { jointOf, NodeList } from '../tree/NodeList';
import { nameOf } from '../tree/names';
import { emptyAudience, newGroup } from '../tree/read';
import { type Action, mayGo, reduce, type Wish } from '../tree/reduce';
import type { Group, Json, LeafOf } from '../tree/types';
import { readWhere, rememberWhere } from '../tree/where';
import { says, writeNode } from '../tree/write';
import { AttributeEditor } from './AttributeEditor';
import classes from './Fields.module.css';
import { MoreSlot } from './More';

type Props = {
  /** The sources whose events are asked about. */
  events: string[];
  where: Json;
  onChange: (where: Json, part: string) => void;
};

const MOST_INLINE = 3;
const NOBODY: ReadonlySet<string> = new Set();

/** The group as JSON; undefined if there is nothing in it. */
const written = (group: Group): Json => {
  if (!group.children.length) return undefined;
  const where = says(group) ? writeNode(group, '$', new Map(), true) : [];
  rememberWhere(where as object, group);
  return where;
};

/** Whether a group reads well inside a sentence: a few plain tests, joined by one word. */
const isPlain = (group: Group): boolean =>
  (group.match === 'all' || group.match === 'any') &&
  !group.negated &&
  group.children.length <= MOST_INLINE &&
  group.children.every((node) => node.kind === 'attribute' && !node.negated);

const partOf = (action: Action): string => {
  if (action.type === 'set') return `where ${action.id} ${action.part}`;
  return `where ${action.type}`;
};

export function WhereEditor({ events, where, onChange }: Props) {
  const canvas = useCanvas();
  const root = useRef<HTMLSpanElement>(null);
  const dragged = useRef<string[] | null>(null);
  const [empty] = useState(() => newGroup('all'));
  const [wish, setWish] = useState<{ wish: Wish | null; count: number }>({ wish: null, count: 0 });
  useWish(root, wish.wish, wish.count);
  const group = readWhere(where) ?? empty;
  const audience = { ...emptyAudience(), include: group };

  const act = (action: Action) => {
    const next = reduce(audience, action);
    onChange(written(next.audience.include), partOf(action));
    if (next.wish) setWish((now) => ({ wish: next.wish, count: now.count + 1 }));
  };
  const inside: CanvasContext = {
    ...canvas,
    act,
    dragged,
    scope: { about: 'event', events },
    placeOf: (id) => placeOf(group, id),
    mayGo: (ids, parent) => mayGo(audience, ids, parent),
    marked: NOBODY,
    toggleMark: () => {},
    blocks: null,
    onSelect: undefined,
  };
  const has = group.children.length > 0;
  return (
    <CanvasProvider value={inside}>
      <span
        ref={root}
        data-node={group.id}
        className={has && !isPlain(group) ? classes.panel : classes.flow}
      >
        {has && (isPlain(group) ? <Inline group={group} /> : <Rows group={group} />)}
        <AddMenu group={group} level={1} label={has ? jointOf(group.match) : 'where'} small />
      </span>
    </CanvasProvider>
  );
}

function Inline({ group }: { group: Group }) {
  const { act, readOnly } = useCanvas();
  return group.children.map((node, at) => (
    <span
      key={node.id}
      className={classes.where}
      data-node={node.id}
      data-kind={node.kind}
      data-fields
    >
      <span className={classes.says}>{at ? jointOf(group.match) : 'where'}</span>
      <MoreSlot value={null}>
        <AttributeEditor leaf={node as LeafOf<'attribute'>} />
      </MoreSlot>
      {!readOnly && (
        <ActionIcon
          size={24}
          data-handle
          aria-label={`Remove the condition on ${nameOf(node)}`}
          onClick={() => act({ type: 'remove', ids: [node.id] })}
        >
          <IconX size={14} aria-hidden />
        </ActionIcon>
      )}
      <Faults id={node.id} />
    </span>
  ));
}

function Rows({ group }: { group: Group }) {
  return (
    <>
      <div className={classes.line}>
        <span className={classes.says}>where</span>
        <MatchFields group={group} />
      </div>
      <NodeList group={group} level={1} label="Conditions on the event" />
    </>
  );
}
