// What belongs to the person: who they are here, how the app looks and listens, password, sessions.
import { Paper, SegmentedControl, Stack, Switch, Text, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useWorkspace, whoQuery } from '@/api/session';
import { prefer, usePreferences } from '@/lib/preferences';
import { Section } from '../parts/Section';
import { permissionsOf, roleLabel } from '../roles';
import { PasswordForm } from './PasswordForm';
import { Sessions } from './Sessions';

export function AccountTab() {
  const who = useQuery(whoQuery).data;
  return (
    <>
      <You />
      <Looks />
      {who?.mode === 'password' && (
        <>
          <PasswordForm email={who.email ?? ''} />
          <Sessions />
        </>
      )}
    </>
  );
}

function You() {
  const who = useQuery(whoQuery).data;
  const { role, title, can } = useWorkspace();
  return (
    <Section title={who?.name ?? 'You'} description={who?.email}>
      <Paper withBorder p="md" bg="var(--mu-surface)">
        <Text>
          You are {roleLabel(role)} in {title}, so you may:
        </Text>
        <ul style={{ margin: '0.5rem 0 0', paddingLeft: '1.25rem' }}>
          {permissionsOf(role)
            .filter(({ value }) => can(value))
            .map(({ value, label }) => (
              <li key={value}>
                <Text size="sm">{label}</Text>
              </li>
            ))}
        </ul>
        {who?.installation_admin && (
          <Text size="sm" c="dimmed" mt="sm">
            You look after the whole installation: you may enter every workspace and make new ones.
          </Text>
        )}
      </Paper>
    </Section>
  );
}

function Looks() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { singleKeys, density } = usePreferences();
  return (
    <Section title="Look and keys" description="Kept in this browser.">
      <Paper withBorder p="md" bg="var(--mu-surface)">
        <Stack align="flex-start">
          <div>
            <Text size="sm" fw={500} mb={4}>
              Theme
            </Text>
            <SegmentedControl
              aria-label="Theme"
              value={colorScheme}
              onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}
              data={[
                { value: 'dark', label: 'Dark' },
                { value: 'light', label: 'Light' },
                { value: 'auto', label: 'As the system' },
              ]}
            />
          </div>
          <div>
            <Text size="sm" fw={500} mb={4}>
              Rows of tables
            </Text>
            <SegmentedControl
              aria-label="Rows of tables"
              value={density}
              onChange={(next) => prefer({ density: next as typeof density })}
              data={[
                { value: 'comfortable', label: 'Comfortable' },
                { value: 'compact', label: 'Compact' },
              ]}
            />
          </div>
          <Switch
            label="Keys of one letter"
            description="Such as n for a new rule. Turn them off if you press letters without meaning to; keys with Ctrl or Cmd stay."
            checked={singleKeys}
            onChange={(event) => prefer({ singleKeys: event.currentTarget.checked })}
          />
        </Stack>
      </Paper>
    </Section>
  );
}
