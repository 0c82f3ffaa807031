// The bar's right side: which workspace, search, what runs, what happened, and who is here.
import { ActionIcon, Group, Kbd, Text } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Bell } from './bar/Bell';
import { RunningDot } from './bar/RunningDot';
import { UserMenu } from './bar/UserMenu';
import { WorkspaceSwitch } from './bar/WorkspaceSwitch';
import { preparePalette, useAsk } from './dialogs';
import { onMac } from './keyNames';
import classes from './TopBar.module.css';

export function TopBar() {
  const ask = useAsk();
  const open = {
    onClick: () => ask('palette'),
    onPointerEnter: preparePalette,
    onFocus: preparePalette,
  };
  return (
    <Group gap="xs" flex={1} justify="space-between" wrap="nowrap" miw={0}>
      <WorkspaceSwitch />
      <button type="button" className={classes.search} {...open}>
        <IconSearch size={16} aria-hidden />
        <Text span size="sm" flex={1} ta="left">
          Search and do
        </Text>
        <Kbd size="xs" aria-hidden>
          {onMac() ? 'Cmd' : 'Ctrl'} K
        </Kbd>
      </button>
      <Group gap={2} wrap="nowrap">
        <ActionIcon size={40} className={classes.glass} aria-label="Search and do" {...open}>
          <IconSearch size={20} aria-hidden />
        </ActionIcon>
        <RunningDot />
        <Bell />
        <UserMenu />
      </Group>
    </Group>
  );
}
