// What else one does at the desk: a new order, files in and out, what was changed.
import { Button, Menu } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconDots, IconDownload, IconHistory, IconPlus, IconUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useWorkspace } from '@/api/session';
import type { ColumnLayout } from '@/ui/grid/types';
import { toastDone, toastError } from '@/ui/toast';
import { useDesk } from '../desk';
import { download } from '../server';
import type { Query } from '../types';

type Props = { query: Query; layout: () => ColumnLayout[] };

export function PageActions({ query, layout }: Props) {
  const { can_edit } = useDesk();
  const { can } = useWorkspace();
  const wide = useMediaQuery('(min-width: 62em)', true);
  const [busy, setBusy] = useState(false);
  const save = async (format: 'csv' | 'xlsx') => {
    setBusy(true);
    try {
      const columns = layout()
        .filter(({ hidden }) => !hidden)
        .map(({ id }) => id);
      await download(query, format, columns);
      toastDone('All orders that match are in the file.');
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  const files = can('export') && (
    <>
      <Menu.Item onClick={() => void save('csv')}>All that match, as CSV</Menu.Item>
      <Menu.Item onClick={() => void save('xlsx')}>All that match, for Excel</Menu.Item>
    </>
  );
  const fresh = can_edit && (
    <Button component={Link} to="/orders/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New order
    </Button>
  );
  if (!wide)
    return (
      <>
        {fresh}
        <Menu position="bottom-end" width={240}>
          <Menu.Target>
            <Button
              variant="default"
              leftSection={<IconDots size={16} aria-hidden />}
              loading={busy}
            >
              More
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {can_edit && (
              <Menu.Item component={Link} to="/orders/import">
                Import
              </Menu.Item>
            )}
            <Menu.Item component={Link} to="/orders/history">
              History
            </Menu.Item>
            {files}
          </Menu.Dropdown>
        </Menu>
      </>
    );
  return (
    <>
      <Button
        component={Link}
        to="/orders/history"
        variant="default"
        leftSection={<IconHistory size={16} aria-hidden />}
      >
        History
      </Button>
      {can_edit && (
        <Button
          component={Link}
          to="/orders/import"
          variant="default"
          leftSection={<IconUpload size={16} aria-hidden />}
        >
          Import
        </Button>
      )}
      {files && (
        <Menu position="bottom-end" width={240}>
          <Menu.Target>
            <Button
              variant="default"
              loading={busy}
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown>{files}</Menu.Dropdown>
        </Menu>
      )}
      {fresh}
    </>
  );
}
