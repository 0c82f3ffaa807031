// Conditions as JSON in the clipboard: between rules, workspaces, and text editors.

import { plural } from '@/lib/format';
import { toastDone } from '@/ui/toast';
import type { Place } from './find';
import { isObject } from './json';
import { readDefinition, readNode } from './read';
import type { Action } from './reduce';
import type { Json, Node } from './types';
import { writeNode } from './write';

/** What clipboard text says; null if it is no condition. */
export const nodesOf = (text: string): Node[] | null => {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (Array.isArray(value)) return value.length ? value.map(readNode) : null;
  if (!isObject(value)) return null;
  const node = readNode(value);
  if (node.kind !== 'raw') return [node];
  const { include } = readDefinition(value);
  return include.children.length ? include.children : null;
};

export const textOf = (nodes: Node[]): string => {
  const said = nodes.map((node) => writeNode(node, '$', new Map()));
  return JSON.stringify(said.length === 1 ? said[0] : said, null, 2);
};

export const copyNodes = async (nodes: Node[]): Promise<void> => {
  await navigator.clipboard?.writeText(textOf(nodes));
  toastDone(`${plural(nodes.length, 'condition')} copied as JSON`);
};

const pasteNodes = async (take: (nodes: Node[]) => void): Promise<void> => {
  const nodes = nodesOf((await navigator.clipboard?.readText()) ?? '');
  if (nodes) take(nodes);
  else toastDone('The clipboard holds no conditions');
};

/** Put what the clipboard holds below a row. */
export const pasteBelow = (act: (action: Action) => void, { parent, at }: Place): Promise<void> =>
  pasteNodes((nodes) => act({ type: 'add', parent: parent.id, nodes, at: at + 1 }));
