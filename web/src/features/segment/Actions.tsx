// What can be done with a segment: refresh, edit its rule, and more behind a menu.
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArchive,
  IconArchiveOff,
  IconCircles,
  IconCopy,
  IconDotsVertical,
  IconPencil,
  IconRefresh,
  IconTrash,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { refreshRules } from '@/api/queries';
import { useWorkspace } from '@/api/session';
import { toastDone, toastError } from '@/ui/toast';
import { CompareWith } from './CompareWith';
import { DeleteDialog } from './DeleteDialog';
import type { Segment } from './logic';
import { archive, unarchive } from './queries';
import type { Refresh } from './useRefresh';

export function Actions({ segment, refresh }: { segment: Segment; refresh: Refresh }) {
  const { can } = useWorkspace();
  return (
    <>
      {can('edit') && (
        <Button
          component={Link}
          to={`/rules/edit/${segment.rule.id}`}
          variant="default"
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          Edit rule
        </Button>
      )}
      <Tooltip label="Your role may not start runs." disabled={can('run')}>
        <Button
          onClick={() => can('run') && refresh.start()}
          aria-disabled={!can('run')}
          data-disabled={!can('run') || undefined}
          loading={refresh.busy}
          leftSection={<IconRefresh size={16} aria-hidden />}
        >
          Refresh
        </Button>
      </Tooltip>
      <More segment={segment} />
    </>
  );
}

function More({ segment }: { segment: Segment }) {
  const { can } = useWorkspace();
  const navigate = useNavigate();
  const [comparing, compare] = useDisclosure();
  const [deleting, deletion] = useDisclosure();
  const { id: ruleId } = segment.rule;
  const archived = segment.status === 'archived';
  const store = useStore(segment);
  return (
    <>
      <Menu position="bottom-end" width={240} returnFocus={!comparing && !deleting}>
        <Menu.Target>
          <ActionIcon size={36} variant="default" aria-label="More about this segment">
            <IconDotsVertical size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCircles size={16} aria-hidden />} onClick={compare.open}>
            Compare with…
          </Menu.Item>
          {can('edit') && (
            <>
              <Menu.Item
                leftSection={<IconCopy size={16} aria-hidden />}
                onClick={() => navigate({ to: '/rules/new', search: { copy: ruleId } })}
              >
                Duplicate as a new rule
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item
                leftSection={
                  archived ? (
                    <IconArchiveOff size={16} aria-hidden />
                  ) : (
                    <IconArchive size={16} aria-hidden />
                  )
                }
                onClick={() => store.mutate(!archived)}
              >
                {archived ? 'Bring back from the archive' : 'Archive'}
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={deletion.open}>
                Delete…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <CompareWith segment={segment} opened={comparing} onClose={compare.close} />
      <DeleteDialog segment={segment} opened={deleting} onClose={deletion.close} />
    </>
  );
}

/** Archive (true) or bring back (false), with the way back. */
const useStore = ({ rule, title }: Segment) => {
  const queries = useQueryClient();
  const store = useMutation({
    mutationFn: (away: boolean) => (away ? archive(rule.id) : unarchive(rule.id)),
    onSuccess: (_, away) => {
      void refreshRules(queries);
      toastDone(away ? `“${title}” is archived.` : `“${title}” is back.`, {
        undo: () => store.mutate(!away),
      });
    },
    onError: toastError,
  });
  return store;
};
