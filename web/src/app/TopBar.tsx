// The bar's right side: which workspace, search, what runs, what happened, and who is here.
import { Group } from '@mantine/core';
import { UserMenu } from './UserMenu';
import { WorkspaceSwitch } from './WorkspaceSwitch';

export function TopBar() {
  return (
    <Group gap="xs" flex={1} justify="space-between" wrap="nowrap" miw={0}>
      <WorkspaceSwitch />
      <Group gap={4} wrap="nowrap">
        <UserMenu />
      </Group>
    </Group>
  );
}
