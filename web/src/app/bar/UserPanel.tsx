// Who is here and as what, how it looks, keys, one's account, and the way out.
import { Box, SegmentedControl, Text, useMantineColorScheme } from '@mantine/core';
import {
  IconDeviceLaptop,
  IconInfoCircle,
  IconKeyboard,
  IconLogout,
  IconPassword,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { useWorkspace, whoQuery } from '@/api/session';
import { prefer, usePreferences } from '@/lib/preferences';
import { toastError } from '@/ui/toast';
import { useAsk } from '../dialogs';
import panel from './BarPanel.module.css';

const THEMES = [
  { value: 'dark', label: 'Dark' },
  { value: 'light', label: 'Light' },
  { value: 'auto', label: 'System' },
];
const DENSITIES = [
  { value: 'comfortable', label: 'Comfortable' },
  { value: 'compact', label: 'Compact' },
];

const signOut = async (): Promise<void> => {
  try {
    await unwrap(api.DELETE('/api/session'));
    window.location.assign('/sign-in');
  } catch (error) {
    toastError(error);
  }
};

export function UserPanel({ close }: { close: () => void }) {
  const who = useQuery(whoQuery).data;
  const workspace = useWorkspace();
  const ask = useAsk();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { density } = usePreferences();
  const hasAccount = who?.mode === 'password';
  return (
    <>
      <Box px={10} py={8}>
        <Text fw={700}>{who?.name ?? 'You'}</Text>
        {who?.email && (
          <Text size="sm" c="dimmed">
            {who.email}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {capitalized(workspace.role)} in {workspace.title}
        </Text>
      </Box>
      <hr className={panel.line} />
      <Box px={10} py={6}>
        <Text size="xs" c="dimmed" mb={4}>
          Theme
        </Text>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Theme"
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}
          data={THEMES}
        />
        <Text size="xs" c="dimmed" mt="xs" mb={4}>
          Rows
        </Text>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Rows"
          value={density}
          onChange={(next) => prefer({ density: next as typeof density })}
          data={DENSITIES}
        />
      </Box>
      <hr className={panel.line} />
      <button
        type="button"
        className={panel.row}
        onClick={() => {
          close();
          ask('keys');
        }}
      >
        <IconKeyboard size={18} aria-hidden />
        Keys
      </button>
      {hasAccount && (
        <>
          <AccountLink to="sessions" label="Your sessions" icon={IconDeviceLaptop} close={close} />
          <AccountLink to="password" label="Change password" icon={IconPassword} close={close} />
        </>
      )}
      <Link to="/settings/$tab" params={{ tab: 'about' }} className={panel.row} onClick={close}>
        <IconInfoCircle size={18} aria-hidden />
        About Muster
      </Link>
      {hasAccount && (
        <button type="button" className={panel.row} onClick={() => void signOut()}>
          <IconLogout size={18} aria-hidden />
          Sign out
        </button>
      )}
    </>
  );
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

type LinkProps = {
  to: 'sessions' | 'password';
  label: string;
  icon: typeof IconLogout;
  close: () => void;
};

function AccountLink({ to, label, icon: Icon, close }: LinkProps) {
  return (
    <Link
      to="/settings/$tab"
      params={{ tab: 'account' }}
      hash={to}
      className={panel.row}
      onClick={close}
    >
      <Icon size={18} aria-hidden />
      {label}
    </Link>
  );
}
