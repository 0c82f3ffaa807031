// Everything that can be done with a row, for those who neither drag nor know the keys.
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconBan,
  IconBracketsContain,
  IconBracketsContainStart,
  IconChecks,
  IconClipboardPlus,
  IconCopy,
  IconCopyPlus,
  IconDotsVertical,
  IconTransfer,
  IconTrash,
} from '@tabler/icons-react';
import { copyNodes, pasteBelow } from './clipboard';
import { useCanvas } from './context';
import { ungroupsFreely } from './group';
import { nameOf } from './names';
import { type Group, isGroup, type Node } from './types';

const sign = { size: 16, 'aria-hidden': true } as const;

export function NodeMenu({ node }: { node: Node }) {
  return (
    <Menu position="bottom-end" width={300} returnFocus={false}>
      <Menu.Target>
        <ActionIcon size={28} aria-label={`Actions for ${nameOf(node)}`}>
          <IconDotsVertical size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Actions node={node} />
      </Menu.Dropdown>
    </Menu>
  );
}

/** Made only once the menu is open. */
function Actions({ node }: { node: Node }) {
  const { act, blocks, marked, toggleMark, mayGo, placeOf } = useCanvas();
  const { id } = node;
  const place = placeOf(id);
  if (!place) return null;
  const { parent, at } = place;
  const last = parent.children.length - 1;
  const other = blocks && (parent.id === blocks.exclude ? blocks.include : blocks.exclude);
  const groups = parent.children.filter(
    (one): one is Group => isGroup(one) && one.id !== id && mayGo([id], one.id),
  );
  return (
    <>
      <Menu.Item leftSection={<IconBan {...sign} />} onClick={() => act({ type: 'negate', id })}>
        {node.negated ? 'Remove the “not”' : 'Turn into “not”'}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconCopyPlus {...sign} />}
        onClick={() => act({ type: 'duplicate', ids: [id] })}
      >
        Duplicate
      </Menu.Item>
      <Menu.Item leftSection={<IconCopy {...sign} />} onClick={() => void copyNodes([node])}>
        Copy as JSON
      </Menu.Item>
      <Menu.Item
        leftSection={<IconClipboardPlus {...sign} />}
        onClick={() => void pasteBelow(act, place)}
      >
        Paste below
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconArrowUp {...sign} />}
        disabled={at === 0}
        onClick={() => act({ type: 'move', id, by: -1 })}
      >
        Move up
      </Menu.Item>
      <Menu.Item
        leftSection={<IconArrowDown {...sign} />}
        disabled={at === last}
        onClick={() => act({ type: 'move', id, by: 1 })}
      >
        Move down
      </Menu.Item>
      {groups.map((group) => (
        <Menu.Item
          key={group.id}
          leftSection={<IconTransfer {...sign} />}
          onClick={() =>
            act({ type: 'put', ids: [id], parent: group.id, at: group.children.length })
          }
        >
          Move into {nameOf(group)}
        </Menu.Item>
      ))}
      {other && mayGo([id], other) && (
        <Menu.Item
          leftSection={<IconTransfer {...sign} />}
          onClick={() => act({ type: 'put', ids: [id], parent: other, at: 1_000 })}
        >
          {other === blocks?.exclude
            ? 'Exclude these people instead'
            : 'Include these people instead'}
        </Menu.Item>
      )}
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconBracketsContain {...sign} />}
        onClick={() => act({ type: 'wrap', ids: [id] })}
      >
        Put in a group
      </Menu.Item>
      {isGroup(node) && (
        <Menu.Item
          leftSection={<IconBracketsContainStart {...sign} />}
          onClick={() => act({ type: 'ungroup', id })}
        >
          {ungroupsFreely(parent, id) ? 'Ungroup' : 'Ungroup (changes who matches)'}
        </Menu.Item>
      )}
      <Menu.Item leftSection={<IconChecks {...sign} />} onClick={() => toggleMark(id)}>
        {marked.has(id) ? 'Take out of the selection' : 'Select, to group or move several'}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconTrash {...sign} />}
        onClick={() => act({ type: 'remove', ids: [id] })}
      >
        Remove
      </Menu.Item>
    </>
  );
}
