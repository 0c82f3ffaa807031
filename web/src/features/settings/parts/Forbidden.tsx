// A part that one's role may not see: which role may, and whom to ask.
import { Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type Permission, useWorkspace } from '@/api/session';
import { EmptyNote } from '@/ui/EmptyNote';
import { roleLabel } from '../roles';
import { LEAST_ROLE } from '../tabs';

type Props = { needs: Permission; what: string };

export function Forbidden({ needs, what }: Props) {
  const { role, title } = useWorkspace();
  return (
    <EmptyNote
      title={`${what} needs the role ${roleLabel(LEAST_ROLE[needs])}`}
      icon={<IconLock size={28} aria-hidden />}
    >
      <Text component="span">
        You are {roleLabel(role)} in {title}. An admin can give you another role; see who is one
        under{' '}
        <Link to="/settings/$tab" params={{ tab: 'people' }}>
          People
        </Link>
        .
      </Text>
    </EmptyNote>
  );
}
